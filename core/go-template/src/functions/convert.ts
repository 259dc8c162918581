// Conversions of numbers as the library cast does them: what cannot be converted is 0.
import { parseFloatText, parseIntText } from '../format/parse-number.ts';
import { GoInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

const smallest = -(2n ** 63n);

export function toInt64(value: GoValue): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return truncate(value);
  if (typeof value === 'string') return parseIntText(value, 64) ?? 0n;
  return value instanceof GoInt && !value.type.startsWith('time.') ? BigInt.asIntN(64, value.value) : 0n;
}

export function toFloat64(value: GoValue): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return parseFloatText(value) ?? 0;
  return value instanceof GoInt && !value.type.startsWith('time.') ? Number(value.value) : 0;
}

/** Go's conversion on 64-bit Intel: what does not fit becomes the smallest integer. */
function truncate(value: number): bigint {
  const whole = Math.trunc(value);
  return Number.isFinite(whole) && whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : smallest;
}
