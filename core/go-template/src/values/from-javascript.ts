// Plain JavaScript data to Go values. Whole numbers become `int` and others `float64`, as a YAML reader would read them.
import { cleanText } from './bytes.ts';
import { GoComplex, GoInt, GoList, GoMap, GoObject, goInt } from './value.ts';
import type { GoValue } from './value.ts';

export interface FromJavaScriptOptions {
  /** Kind of the maps below the top one; `interface {}` (the default) is what values files give. */
  readonly nestedKeys?: 'string' | 'interface {}';
}

/** Throws a `TypeError` on functions, symbols and circular data. Values that are Go values already are kept as they are. */
export function fromJavaScript(value: unknown, options: FromJavaScriptOptions = {}): GoValue {
  return convert(value, 'string', options.nestedKeys ?? 'interface {}', []);
}

function convert(value: unknown, keys: 'string' | 'interface {}', nested: 'string' | 'interface {}', path: readonly unknown[]): GoValue {
  if (value === undefined || typeof value === 'boolean') return value ?? null;
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? goInt(value) : value;
  if (typeof value === 'bigint') return fromBigInt(value);
  if (typeof value === 'object') return fromObject(value, keys, nested, path);
  throw new TypeError(`A ${typeof value} cannot be given to a template.`);
}

function fromBigInt(value: bigint): GoValue {
  if (BigInt.asIntN(64, value) === value) return goInt(value);
  if (BigInt.asUintN(64, value) === value) return new GoInt(value, 'uint64');
  return Number(value);
}

function fromObject(value: object | null, keys: 'string' | 'interface {}', nested: 'string' | 'interface {}', path: readonly unknown[]): GoValue {
  if (value === null) return null;
  if (value instanceof GoInt || value instanceof GoComplex || value instanceof GoList || value instanceof GoMap || value instanceof GoObject) return value;
  if (path.includes(value)) throw new TypeError('Circular data cannot be given to a template.');
  const inner = [...path, value];
  if (Array.isArray(value)) return new GoList(value.map((item) => convert(item, nested, nested, inner)));
  const map = new GoMap(keys);
  for (const [key, item] of Object.entries(value)) map.set(cleanText(key), convert(item, nested, nested, inner));
  return map;
}
