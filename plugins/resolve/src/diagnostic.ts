import type { Diagnostic, Note, Place } from '@cos/core';
import { showField, type Location, type ObjectField, type Problem, type RelatedLocation } from '@cos/luet';

/** A problem of a tree as a diagnostic of the run. `source` answers the text of a file that was read, for the lines around the place; else it is read again. */
export function toDiagnostic(problem: Problem, source: (file: string) => string | undefined = () => undefined): Diagnostic {
  const expected = [
    // Some messages say it themselves.
    ...(problem.expected === undefined || problem.message.includes(problem.expected) ? [] : [`expected ${problem.expected}`]),
    ...(problem.found === undefined ? [] : [`found ${JSON.stringify(problem.found)}`]),
  ];
  const isRendered = problem.rendered === true && problem.line !== undefined;
  const text = problem.file === undefined || isRendered ? undefined : source(problem.file);
  return {
    code: problem.code.replace(/^LUET_/, 'COS_RESOLVE_'),
    severity: problem.severity === 'error' ? 'error' : 'warning',
    message: `${[problem.message, ...expected].join(', ')}${isRendered ? ` (line ${problem.line} of the rendered text)` : ''}`,
    // The lines around a place are those of the file.
    ...(problem.file === undefined ? {} : { place: isRendered ? { file: problem.file } : placeOf({ ...problem, file: problem.file }) }),
    ...(text === undefined ? {} : { source: text }),
    ...(problem.related === undefined && problem.field === undefined ? {} : { notes: [...noteOfField(problem.field), ...(problem.related ?? []).map(noteOf)] }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}

/** Objects have no lines of their own: the place is where the config declares the package, and the field is told in words. */
function noteOfField(field: ObjectField | undefined): readonly Note[] {
  if (field === undefined) return [];
  return [{ message: field.path === '' ? `${field.of} is declared here` : `${field.of} is declared here, and the field is ${field.path}` }];
}

function noteOf({ message, location }: RelatedLocation): Note {
  if (location === undefined) return { message };
  return { message: location.field === undefined || location.field.path === '' ? message : `${message}, in ${showField(location.field)}`, place: placeOf(location) };
}

/** A place of a tree as places of diagnostics are. */
export function placeOf({ file, line, column, length }: Partial<Location> & { readonly file: string }): Place {
  return {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(length === undefined ? {} : { length }),
  };
}

/** Problems of a tree as the user is told of them; notes are left out. */
export function toDiagnostics(problems: readonly Problem[]): readonly Diagnostic[] {
  return problems.filter(({ severity }) => severity !== 'note').map((problem) => toDiagnostic(problem));
}
