// Decimal numbers: digits × 10^exponent. Division keeps 16 places after the point, as the library that sprig uses.
import { GoPanic } from '../values/panic.ts';

export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const places = 16;

/** The shortest decimal that reads as this number. */
export function toDecimal(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoPanic(`Cannot create a Decimal from ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  return { digits: BigInt(mantissa.replace('.', '')), exponent: Number(exponent) - fraction.length };
}

export function toNumber({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: scale(a, exponent) + scale(b, exponent), exponent };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** Rounded half away from zero. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new GoPanic('decimal division by 0');
  const shift = a.exponent - b.exponent + places;
  const dividend = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const divisor = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const roundsUp = absolute(rest) * 2n >= absolute(divisor);
  const sign = dividend < 0n === divisor < 0n ? 1n : -1n;
  return { digits: roundsUp ? quotient + sign : quotient, exponent: -places };
}

function scale({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
