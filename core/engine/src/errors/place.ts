import { isAbsolute, relative, sep } from 'node:path';
import type { Note, Place } from './diagnostic.ts';

/** Parses `file:line:column`, as call sites are kept. Undefined for undefined and for text of another form. */
function placeOf(site: string | undefined): Place | undefined {
  const match = site === undefined ? null : /^(.+?):(\d+)(?::(\d+))?$/.exec(site);
  if (match === null) return undefined;
  const [, file = '', line = '1', column] = match;
  return { file, line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
}

/** `{ place }` or nothing, to be spread into a diagnostic. */
export function at(site: string | undefined): { readonly place?: Place } {
  const place = placeOf(site);
  return place === undefined ? {} : { place };
}

/** A list with a note of a call site, or an empty one. */
export function noteAt(message: string, site: string | undefined): readonly Note[] {
  const place = placeOf(site);
  return place === undefined ? [] : [{ message, place }];
}

/** `file:line:column` with the file relative to a folder where it lies inside. */
export function showPlace(place: Place, folder: string): string {
  const file = showPath(place.file, folder);
  if (place.line === undefined) return file;
  return place.column === undefined ? `${file}:${place.line}` : `${file}:${place.line}:${place.column}`;
}

/** A path relative to a folder where it lies inside, else as it is. */
export function showPath(path: string, folder: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(folder, path);
  return inside === '' ? '.' : inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? path : inside;
}
