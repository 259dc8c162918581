import { GoComplex, GoInt, GoList, GoMap } from './value.ts';
import type { GoValue } from './value.ts';

/** Truth of `if`, `with`, `and`, `or`, `not`: false is what is nil, zero or empty. NaN is true, an object always is. */
export function isTrue(value: GoValue | undefined): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoMap) return value.size > 0;
  return true;
}
