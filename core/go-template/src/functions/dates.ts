// sprig: dates. Whole numbers are seconds since 1970. The time of day comes from the caller; without it whatever needs it is refused.
import { parseIntText } from '../format/parse-number.ts';
import { parseDuration } from '../time/duration.ts';
import { formatTime } from '../time/format.ts';
import { GoTime } from '../time/go-time.ts';
import { printDuration } from '../time/named-ints.ts';
import { parseTime } from '../time/parse.ts';
import { findZone, utc } from '../time/zone.ts';
import { GoPanic } from '../values/panic.ts';
import { GoInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import type { FunctionContext } from './context.ts';
import { contextual, fn } from './define.ts';
import type { FunctionTable } from './define.ts';

const second = 1_000_000_000n;
const hour = 3_600n * second;
const units: readonly (readonly [bigint, string])[] = [
  [hour * 24n * 365n, 'y'], [hour * 24n * 30n, 'mo'], [hour * 24n, 'd'], [hour, 'h'], [60n * second, 'm'], [second, 's'],
];

const inZone = contextual(['string', 'interface {}', 'string'], (context, layout, date, zone) => formatIn(context, layout, date, zone));
const modify = fn(['string', 'time.Time'], (change, date) => date.add(parseDuration(change) ?? 0n));
const mustModify = fn(['string', 'time.Time'], (change, date) => date.add(parseDuration(change) ?? fail(`time: invalid duration "${change}"`)));

export const dates: FunctionTable = {
  now: contextual([], currentTime),
  date: contextual(['string', 'interface {}'], (context, layout, date) => formatIn(context, layout, date, 'Local')),
  htmlDate: contextual(['interface {}'], (context, date) => formatIn(context, '2006-01-02', date, 'Local')),
  htmlDateInZone: contextual(['interface {}', 'string'], (context, date, zone) => formatIn(context, '2006-01-02', date, zone)),
  dateInZone: inZone,
  date_in_zone: inZone,
  dateModify: modify,
  date_modify: modify,
  mustDateModify: mustModify,
  must_date_modify: mustModify,
  toDate: fn(['string', 'string'], toDate),
  mustToDate: fn(['string', 'string'], parseTime),
  unixEpoch: fn(['time.Time'], (date) => String(date.seconds)),
  ago: contextual(['interface {}'], (context, date) => printDuration(roundToSeconds(currentTime(context).total - toTime(context, date).total))),
  duration: fn(['interface {}'], (value) => printDuration(BigInt.asIntN(64, secondsOf(value) * second))),
  durationRound: contextual(['interface {}'], (context, value) => roundDuration(durationOf(context, value))),
};

function formatIn(context: FunctionContext, layout: string, date: GoValue, zone: string): string {
  return formatTime(toTime(context, date).in(findZone(zone) ?? utc), layout);
}

/** Anything that is no date is the current time. */
function toTime(context: FunctionContext, date: GoValue): GoTime {
  if (date instanceof GoTime) return date;
  if (date instanceof GoInt && ['int', 'int64', 'int32'].includes(date.type)) return new GoTime(Number(date.value));
  return currentTime(context);
}

function currentTime({ now }: FunctionContext): GoTime {
  const milliseconds = now();
  const seconds = Math.floor(milliseconds / 1000);
  return new GoTime(seconds, Math.round((milliseconds - seconds * 1000) * 1e6));
}

function toDate(layout: string, text: string): GoTime {
  try {
    return parseTime(layout, text);
  } catch (error) {
    if (error instanceof GoPanic) return GoTime.zero();
    throw error;
  }
}

function secondsOf(value: GoValue): bigint {
  if (typeof value === 'string') return parseIntText(value, 64, 10) ?? 0n;
  return value instanceof GoInt && value.type === 'int64' ? value.value : 0n;
}

function durationOf(context: FunctionContext, value: GoValue): bigint {
  if (typeof value === 'string') return parseDuration(value) ?? 0n;
  if (value instanceof GoInt && value.type === 'int64') return value.value;
  return value instanceof GoTime ? currentTime(context).total - value.total : 0n;
}

/** The largest unit that is exceeded, rounded down. */
function roundDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const found = units.find(([unit]) => size > unit);
  return found === undefined ? '0s' : `${size / found[0]}${found[1]}`;
}

function roundToSeconds(nanoseconds: bigint): bigint {
  const half = nanoseconds < 0n ? -second / 2n : second / 2n;
  return ((nanoseconds + half) / second) * second;
}

function fail(message: string): never {
  throw new GoPanic(message);
}
