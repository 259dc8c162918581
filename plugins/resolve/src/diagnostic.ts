import type { Diagnostic, Place } from '@cos/core';
import type { Location, Problem } from '@cos/luet';

/** A problem of a tree as a diagnostic of the run. `source` answers the text of a file that was read, for the lines around the place. */
export function toDiagnostic(problem: Problem, source: (file: string) => string | undefined): Diagnostic {
  const expected = [
    ...(problem.expected === undefined ? [] : [`expected ${problem.expected}`]),
    ...(problem.found === undefined ? [] : [`found ${JSON.stringify(problem.found)}`]),
  ];
  const text = problem.file === undefined || problem.rendered === true ? undefined : source(problem.file);
  return {
    code: problem.code.replace(/^LUET_/, 'COS_RESOLVE_'),
    severity: problem.severity === 'error' ? 'error' : 'warning',
    message: `${[problem.message, ...expected].join(', ')}${problem.rendered === true ? ' (in the rendered text)' : ''}`,
    ...(problem.file === undefined ? {} : { place: placeOf({ ...problem, file: problem.file }) }),
    ...(text === undefined ? {} : { source: text }),
    ...(problem.related === undefined
      ? {}
      : { notes: problem.related.map((one) => ({ message: one.message, ...(one.location === undefined ? {} : { place: placeOf(one.location) }) })) }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}

function placeOf({ file, line, column, length }: Partial<Location> & { readonly file: string }): Place {
  return {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(length === undefined ? {} : { length }),
  };
}
