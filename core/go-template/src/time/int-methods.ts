// Methods of durations, months and weekdays.
import type { GoInt, GoMethod, GoValue } from '../values/value.ts';
import { goInt64 } from '../values/value.ts';
import { printNamedInt } from './named-ints.ts';

export function methodOfInt(value: GoInt, name: string): GoMethod | undefined {
  const words = printNamedInt(value);
  if (words === undefined) return undefined;
  if (name === 'String') return method(() => words);
  return value.type === 'time.Duration' ? durationMethod(value.value, name) : undefined;
}

function durationMethod(nanoseconds: bigint, name: string): GoMethod | undefined {
  switch (name) {
    case 'Hours':
      return method(() => Number(nanoseconds) / 3.6e12);
    case 'Minutes':
      return method(() => Number(nanoseconds) / 6e10);
    case 'Seconds':
      return method(() => Number(nanoseconds) / 1e9);
    case 'Milliseconds':
      return method(() => goInt64(nanoseconds / 1_000_000n));
    case 'Microseconds':
      return method(() => goInt64(nanoseconds / 1_000n));
    case 'Nanoseconds':
      return method(() => goInt64(nanoseconds));
    default:
      return undefined;
  }
}

function method(call: () => GoValue): GoMethod {
  return { parameters: [], call };
}
