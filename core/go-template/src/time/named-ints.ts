// The integer types of package time that print as words.
import type { GoInt } from '../values/value.ts';

export const monthNames = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
] as const;
export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** `undefined` for plain integers. */
export function printNamedInt(value: GoInt): string | undefined {
  if (value.type === 'time.Duration') return printDuration(value.value);
  if (value.type === 'time.Month') return monthNames[Number(value.value) - 1] ?? `%!Month(${value.value})`;
  return value.type === 'time.Weekday' ? (dayNames[Number(value.value)] ?? `%!Weekday(${value.value})`) : undefined;
}

/** `1h2m3.5s`, `12ms`; nanoseconds in. */
export function printDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const total = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${withFraction(total, 3)}µs`;
  if (total < 1_000_000_000n) return `${sign}${withFraction(total, 6)}ms`;
  const minutes = total / 60_000_000_000n;
  const seconds = `${withFraction(total % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function withFraction(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return `${text.slice(0, -digits)}${fraction === '' ? '' : `.${fraction}`}`;
}
