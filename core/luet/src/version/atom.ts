// Package strings of the command line: `cat/name`, `cat/name@>=1.0`, and the older `>=cat/name-1.0`.
// Wrong guess to avoid: `cat/name-1.0` without an operator is a package called `name-1.0`.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { PackageReference } from '../package/reference.ts';

export type ParseAtomResult =
  | { readonly ok: true; readonly reference: PackageReference }
  | { readonly ok: false; readonly problem: Problem };

/** A bare name has an empty category and an empty version, as in luet; looking it up in any category is the caller's choice. */
export function parseAtom(text: string): ParseAtomResult {
  const operator = /^(?:>=|<=|>|<|=)/.exec(text)?.[0];
  return operator === undefined ? { ok: true, reference: parsePlain(text) } : parseOperator(operator, text);
}

function parsePlain(text: string): PackageReference {
  const [left = '', version = ''] = text.split('@');
  const parts = left.split('/');
  const hasCategory = parts.length > 1;
  const category = hasCategory ? (parts[0] ?? '') : '';
  const name = hasCategory ? (parts[1] ?? '') : left;
  return { category, name, version: version === '' && category !== '' ? '>=0' : version };
}

function parseOperator(operator: string, text: string): ParseAtomResult {
  const rest = text.slice(operator.length);
  const match = /^([^/]+)\/(.+)$/.exec(rest);
  if (match === null) {
    const hint = 'write category/name@version, or =category/name-version';
    return { ok: false, problem: createProblem('error', 'LUET_BAD_ATOM', `"${text}" names no package`, undefined, { hint }) };
  }
  const [, category = '', packageAndVersion = ''] = match;
  const split = /^(.+?)-([0-9]+(?:\.[0-9]+)*[a-z]?(?:_[a-z]+[0-9]*)*(?:-r[0-9]+)?(?:\+[0-9A-Za-z.]+)?(?:-[0-9]+)?)$/.exec(packageAndVersion);
  if (split === null) return { ok: true, reference: { category, name: packageAndVersion, version: '>=0' } };
  const [, name = '', version = ''] = split;
  return { ok: true, reference: { category, name, version: operator === '=' ? version : operator + version } };
}
