import { engineFlags } from '../config/check-parameters.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import type { Target } from '../model/config.ts';
import { flagOf, type Parameters } from '../model/parameter.ts';
import type { AskedTarget } from '../plan/create-plan.ts';
import { flagHint } from './flag-hint.ts';
import { readWords, splitTargets } from './target-words.ts';

export interface Asked {
  readonly targets: readonly AskedTarget[];
  readonly help: boolean;
}

/**
 * Reads the words behind `cos run`: targets, then their parameters. Several targets share the parameters that all of them know; one that only some know is
 * refused, because it would be silently ignored by the others.
 */
export function readAsked(words: readonly string[], targets: ReadonlyMap<string, Target>): Asked {
  const { names, rest } = splitTargets(words, targets);
  const [first] = names;
  if (first === undefined) throw new CosError({ code: 'COS_REQUEST_MISSING_VALUE', severity: 'error', message: 'Expected a target after `cos run`; found none.', hint: hintFor('', targets.keys(), 'targets') });
  if (first.startsWith('-')) throw new CosError({ code: 'COS_REQUEST_UNKNOWN_FLAG', severity: 'error', message: `Expected a target first after \`cos run\`; found the flag ${JSON.stringify(first)}.`, hint: flagHint(first, engineFlags, 'cos run --help') });
  const found = names.map((name) => ({ name, target: targets.get(name) }));
  const unknown = found.filter(({ target }) => target === undefined);
  if (unknown.length > 0) {
    throw new CosError(unknown.map(({ name }): Diagnostic => ({ code: 'COS_REQUEST_UNKNOWN_TARGET', severity: 'error', message: `The config has no target "${name}".`, hint: hintFor(name, targets.keys(), 'targets') })));
  }
  const all = found.map(({ name, target }) => ({ name, parameters: parametersOf(target) }));
  const union: Parameters = Object.fromEntries(all.flatMap(({ parameters }) => Object.entries(parameters)));
  const what = all.length === 1 ? `target "${first}"` : `the targets ${names.join(', ')}`;
  const { given, help } = readWords(rest, { what, parameters: union, see: `cos run ${names.join(' ')}` }, engineFlags);
  const problems = Object.keys(given).flatMap((name): readonly Diagnostic[] => {
    const ignorant = all.filter(({ parameters }) => !Object.hasOwn(parameters, name));
    return ignorant.length === 0 ? [] : [{ code: 'COS_REQUEST_NOT_SHARED', severity: 'error', message: `--${flagOf(name)} is not known to ${ignorant.map((target) => `"${target.name}"`).join(', ')}: several targets in one run share the parameters that all of them know.`, hint: 'Run the targets one after the other.' }];
  });
  if (problems.length > 0 && !help) throw new CosError(problems);
  return { targets: all.map(({ name }) => ({ name, parameters: given })), help };
}

function parametersOf(target: Target | undefined): Parameters {
  const parameters: Parameters | undefined = target?.params;
  return parameters ?? {};
}
