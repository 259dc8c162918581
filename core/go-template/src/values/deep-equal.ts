import { GoComplex, GoInt, GoList, GoMap } from './value.ts';
import type { GoValue } from './value.ts';
import { typeOf } from './types.ts';

/** `reflect.DeepEqual`: strict about types, so that the integer 1 and the float 1 differ, and so do the two kinds of maps. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return true;
  if (a instanceof GoInt && b instanceof GoInt) return a.type === b.type && a.value === b.value;
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  if (a instanceof GoList && b instanceof GoList) {
    return (
      a.element === b.element &&
      a.isNil === b.isNil &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => deepEqual(item, b.items[index] ?? null))
    );
  }
  if (a instanceof GoMap && b instanceof GoMap) return equalMaps(a, b);
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && 'print' in a && 'print' in b) {
    return typeOf(a) === typeOf(b) && a.print() === b.print();
  }
  return false;
}

function equalMaps(a: GoMap, b: GoMap): boolean {
  if (typeOf(a) !== typeOf(b) || a.isNil !== b.isNil || a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}
