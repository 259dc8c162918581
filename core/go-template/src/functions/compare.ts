// The comparisons that Go builds in. Integers of all types compare with each other; an integer never compares with a float.
import type { Reflected } from '../evaluate/reflected.ts';
import { formatValue } from '../format/print.ts';
import { noFlags } from '../format/flags.ts';
import { compareText } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { typeOf } from '../values/types.ts';
import { GoComplex, GoInt, GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { fn, variadic } from './define.ts';
import type { FunctionTable } from './define.ts';

const incompatible = 'incompatible types for comparison';
const convert = 'Convert one side with `int`, `float64` or `toString`.';

export const comparisons: FunctionTable = {
  eq: variadic(['reflect.Value'], 'reflect.Value', (first, ...others) => equalsAny(first, others)),
  ne: fn(['reflect.Value', 'reflect.Value'], (a, b) => !equals(a, b)),
  lt: fn(['reflect.Value', 'reflect.Value'], (a, b) => isLess(a, b)),
  le: fn(['reflect.Value', 'reflect.Value'], (a, b) => isLess(a, b) || equals(a, b)),
  gt: fn(['reflect.Value', 'reflect.Value'], (a, b) => !isLess(a, b) && !equals(a, b)),
  ge: fn(['reflect.Value', 'reflect.Value'], (a, b) => !isLess(a, b)),
};

function equalsAny(first: Reflected, others: readonly Reflected[]): boolean {
  if (others.length === 0) throw new GoPanic('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

function equals({ value: a = null }: Reflected, { value: b = null }: Reflected): boolean {
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    if (a !== null && b !== null) throw new GoPanic(incompatible, convert);
    return false;
  }
  if (kind !== 'other') return a instanceof GoComplex && b instanceof GoComplex ? a.real === b.real && a.imaginary === b.imaginary : a === b;
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (b instanceof GoList || b instanceof GoMap) {
    throw new GoPanic(
      typeOf(a) === typeOf(b)
        ? `non-comparable type ${show(b)}: ${typeOf(b)}`
        : `non-comparable types ${show(a)}: ${typeOf(a)}, ${show(b)}: ${typeOf(b)}`,
    );
  }
  return a === b;
}

function isLess({ value: a = null }: Reflected, { value: b = null }: Reflected): boolean {
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  const kind = basicKind(a);
  if (kind === 'other' || basicKind(b) === 'other') throw new GoPanic('invalid type for comparison');
  if (kind !== basicKind(b)) throw new GoPanic(incompatible, convert);
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0;
  throw new GoPanic('invalid type for comparison');
}

function basicKind(value: GoValue): 'bool' | 'complex' | 'float' | 'int' | 'string' | 'other' {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float';
  return value instanceof GoInt ? 'int' : value instanceof GoComplex ? 'complex' : 'other';
}

function isNil(value: GoValue): boolean {
  return value === null || ((value instanceof GoList || value instanceof GoMap) && value.isNil);
}

function show(value: GoValue): string {
  return formatValue(value, 's', noFlags());
}

