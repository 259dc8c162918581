// Deep merge as the library mergo does it, with its notion of "empty": false, 0, "", empty lists and maps, nil.
import { GoPanic } from './panic.ts';
import { isTrue } from './truth.ts';
import { GoMap, GoObject } from './value.ts';
import type { GoValue } from './value.ts';

/**
 * Merges into `target`, which changes. Without `overwrite` only keys that are missing or empty in the target are taken, and a nil is never
 * taken; with it every key of the source wins, also an empty one, but no map wins over something that is not one. Maps merge deeply. Parts
 * of the source are shared, not copied.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean): void {
  for (const [key, value] of source.entries()) {
    if (target.key === 'string' && typeof key !== 'string') {
      throw new GoPanic('reflect.Value.MapIndex: value of type interface {} is not assignable to type string');
    }
    const existing = target.get(key);
    if (value === null) {
      if (overwrite) target.set(key, value);
    } else if (existing instanceof GoMap && value instanceof GoMap) {
      mergeInto(existing, value, overwrite);
    } else if (existing === undefined || isEmptyValue(existing) || (overwrite && !(value instanceof GoMap))) {
      target.set(key, value);
    }
  }
}

function isEmptyValue(value: GoValue): boolean {
  return value instanceof GoObject ? false : !isTrue(value);
}
