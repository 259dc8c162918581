import { printPlain } from '../format/print.ts';
import { GoInt, GoList, GoMap } from './value.ts';
import type { GoValue } from './value.ts';

/** What a value becomes on its way through JSON: all numbers are floats, all maps have text for keys (`true`, `1`). */
export function throughJson(value: GoValue): GoValue {
  if (value instanceof GoInt) return Number(value.value);
  if (value instanceof GoList) return new GoList(value.items.map(throughJson));
  if (!(value instanceof GoMap)) return value;
  const map = new GoMap('string');
  for (const [key, item] of value.entries()) map.set(key === null ? 'null' : printPlain(key), throughJson(item));
  return map;
}
