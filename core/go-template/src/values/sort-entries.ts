// Order in which maps are printed and ranged over: that of package internal/fmtsort. Keys of different types have no documented order
// in Go (it follows addresses in the program); here it is by kind, then by value, so that it is always the same.
import { compareText } from './bytes.ts';
import { GoInt } from './value.ts';
import type { GoMap, GoValue } from './value.ts';

export function sortedEntries(map: GoMap): (readonly [GoValue, GoValue])[] {
  return [...map.entries()].sort(([a], [b]) => compareKeys(a, b));
}

function compareKeys(a: GoValue, b: GoValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const byKind = rank(a) - rank(b);
  if (byKind !== 0) return byKind;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b;
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return 0;
}

function rank(key: GoValue): number {
  if (key === null) return 0;
  if (typeof key === 'boolean') return 1;
  if (typeof key === 'number') return 2;
  if (key instanceof GoInt) return 3;
  return typeof key === 'string' ? 4 : 5;
}
