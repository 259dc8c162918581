// sprig: arithmetic. Integer functions work on int64 and wrap; the `…f` functions calculate in decimals, so 0.1 + 0.2 is 0.3.
import type { Meter } from '../evaluate/limits.ts';
import { parseIntText } from '../format/parse-number.ts';
import { GoPanic } from '../values/panic.ts';
import { GoInt, goInt, goInt64 } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { addDecimals, divideDecimals, multiplyDecimals, toDecimal, toNumber } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { toFloat64, toInt64 } from './convert.ts';
import { textOf } from './defaults.ts';
import { contextualVariadic, fn, variadic } from './define.ts';
import type { FunctionTable } from './define.ts';

type Operation = (a: Decimal, b: Decimal) => Decimal;

export const math: FunctionTable = {
  add: variadic([], 'interface {}', (...values) => goInt64(values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n))),
  add1: fn(['interface {}'], (value) => goInt64(toInt64(value) + 1n)),
  sub: fn(['interface {}', 'interface {}'], (a, b) => goInt64(toInt64(a) - toInt64(b))),
  mul: variadic(['interface {}'], 'interface {}', (first, ...values) => goInt64(values.reduce<bigint>((product, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first)))),
  div: fn(['interface {}', 'interface {}'], (a, b) => goInt64(toInt64(a) / divisor(b))),
  mod: fn(['interface {}', 'interface {}'], (a, b) => goInt64(toInt64(a) % divisor(b))),
  max: variadic(['interface {}'], 'interface {}', (...values) => goInt64(values.map(toInt64).reduce((a, b) => (b > a ? b : a)))),
  biggest: variadic(['interface {}'], 'interface {}', (...values) => goInt64(values.map(toInt64).reduce((a, b) => (b > a ? b : a)))),
  min: variadic(['interface {}'], 'interface {}', (...values) => goInt64(values.map(toInt64).reduce((a, b) => (b < a ? b : a)))),
  maxf: variadic(['interface {}'], 'interface {}', (...values) => Math.max(...values.map(toFloat64))),
  minf: variadic(['interface {}'], 'interface {}', (...values) => Math.min(...values.map(toFloat64))),
  addf: variadic([], 'interface {}', (...values) => calculate(0, values, addDecimals)),
  add1f: fn(['interface {}'], (value) => calculate(value, [1], addDecimals)),
  subf: variadic(['interface {}'], 'interface {}', (first, ...values) => calculate(first, values, (a, b) => addDecimals(a, { ...b, digits: -b.digits }))),
  mulf: variadic(['interface {}'], 'interface {}', (first, ...values) => calculate(first, values, multiplyDecimals)),
  divf: variadic(['interface {}'], 'interface {}', (first, ...values) => calculate(first, values, divideDecimals)),
  ceil: fn(['interface {}'], (value) => Math.ceil(toFloat64(value))),
  floor: fn(['interface {}'], (value) => Math.floor(toFloat64(value))),
  round: variadic(['interface {}', 'int'], 'float64', round),
  int: fn(['interface {}'], (value) => goInt(toInt64(value))),
  int64: fn(['interface {}'], (value) => goInt64(toInt64(value))),
  float64: fn(['interface {}'], toFloat64),
  atoi: fn(['string'], (text) => goInt(parseIntText(text, 64, 10) ?? 0n)),
  toDecimal: fn(['interface {}'], (value) => new GoInt(parseIntText(textOf(value), 64, 8) ?? 0n, 'int64')),
  seq: contextualVariadic([], 'int', (context, ...parameters) => sequence(context.meter, parameters)),
};

function divisor(value: GoValue): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new GoPanic('runtime error: integer divide by zero');
  return number;
}

function calculate(first: GoValue, values: readonly GoValue[], operation: Operation): number {
  return toNumber(values.map((value) => toDecimal(toFloat64(value))).reduce(operation, toDecimal(toFloat64(first))));
}

function round(value: GoValue, places: number, ...options: number[]): number {
  const roundOn = options[0] ?? 0.5;
  const power = 10 ** places;
  const digit = power * toFloat64(value);
  const fraction = digit - Math.trunc(digit);
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
}

/** Like the command seq: last; first and last; first, step and last. */
function sequence(meter: Meter, parameters: readonly number[]): string {
  const [a = 0, b = 0, c = 0] = parameters;
  switch (parameters.length) {
    case 1:
      return steps(meter, 1, a, a < 1 ? -1 : 1, a < 1 ? -1 : 1);
    case 2:
      return steps(meter, a, b, b < a ? -1 : 1, b < a ? -1 : 1);
    case 3:
      return c < a && b > 0 ? '' : steps(meter, a, c, b, c < a ? -1 : 1);
    default:
      return '';
  }
}

function steps(meter: Meter, start: number, end: number, step: number, direction: number): string {
  const stop = end + direction;
  if (step === 0 || (stop < start ? step > 0 : step < 0)) return '';
  const count = Math.max(0, Math.ceil((stop - start) / step));
  meter.reserve(count * 4);
  return Array.from({ length: count }, (_, index) => String(start + index * step)).join(' ');
}
