// Includes and excludes must be RE2 syntax. luet drops an invalid pattern without a word, and an include list that has only such keeps
// nothing: a package that is silently empty.

import { RE2JS } from 're2js';
import { createProblem } from '../problem.ts';
import type { Location, Problem } from '../problem.ts';
import type { BuildSpec } from './build-spec.ts';

/** `at` answers where `includes[2]` stands. */
export function checkPatterns(spec: Pick<BuildSpec, 'includes' | 'excludes' | 'subpackages'>, at: (path: string) => Location): Problem[] {
  return [
    ...checkList('includes', spec.includes, (index) => at(`includes[${index}]`)),
    ...checkList('excludes', spec.excludes, (index) => at(`excludes[${index}]`)),
    ...spec.subpackages.flatMap((one, index) => [
      ...checkList(`subpackages[${index}].includes`, one.includes, () => one.at),
      ...checkList(`subpackages[${index}].excludes`, one.excludes, () => one.at),
    ]),
  ];
}

function checkList(name: string, patterns: readonly string[], at: (index: number) => Location): Problem[] {
  return patterns.flatMap((pattern, index) => {
    const reason = reasonAgainst(pattern);
    if (reason === undefined) return [];
    const details = { expected: 'RE2 syntax', found: pattern, hint: 'RE2 has no look-around and no back-references; write a literal . + * ? ( ) [ { | as \\. and so on' };
    return [createProblem('error', 'LUET_BAD_PATTERN', `${name}[${index}] is no regular expression: ${reason}`, at(index), details)];
  });
}

function reasonAgainst(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '');
  }
}
