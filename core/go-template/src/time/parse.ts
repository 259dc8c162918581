// `time.Parse` with Go's messages.
import { unreachable } from '../unreachable.ts';
import { quote } from '../format/quote.ts';
import { GoPanic } from '../values/panic.ts';
import { GoTime } from './go-time.ts';
import { splitLayout } from './layout.ts';
import type { Field, Piece } from './layout.ts';
import { dayNames, monthNames } from './named-ints.ts';
import { fixedZone, utc } from './zone.ts';

interface Parsed {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  half: '' | 'am' | 'pm';
  offset: number | undefined;
  zoneName: string;
}

/** Where and with what the value does not fit the layout. */
class Mismatch extends Error {}

/** In UTC where the value names no zone. Throws a `GoPanic`. */
export function parseTime(layout: string, value: string): GoTime {
  const parsed: Parsed = {
    year: 0, month: -1, day: -1, yearDay: -1, hour: 0, minute: 0, second: 0, nanoseconds: 0, half: '', offset: undefined, zoneName: '',
  };
  let rest = value;
  for (const piece of splitLayout(layout)) {
    try {
      rest = readPiece(parsed, piece, rest);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const why = error.message === '' ? `cannot parse ${quote(rest)} as ${quote(piece.text)}` : error.message;
      throw new GoPanic(`parsing time ${quote(value)}${error.message === '' ? ` as ${quote(layout)}` : ''}: ${why}`);
    }
  }
  if (rest !== '') throw new GoPanic(`parsing time ${quote(value)}: extra text: ${quote(rest)}`);
  return assemble(parsed, value);
}

function readPiece(parsed: Parsed, piece: Piece, rest: string): string {
  switch (piece.type) {
    case 'text':
      return readText(piece.text, rest);
    case 'fraction':
      return readFraction(parsed, rest, piece.trims ? undefined : piece.digits);
    case 'field':
      return readField(parsed, piece.field, rest);
  }
  return unreachable(piece);
}

/** A space of the layout fits any number of spaces. */
function readText(text: string, rest: string): string {
  let left = rest;
  for (const character of text) {
    if (character === ' ') left = left.replace(/^ +/, '');
    else if (left.startsWith(character)) left = left.slice(character.length);
    else throw new Mismatch();
  }
  return left;
}

function readFraction(parsed: Parsed, rest: string, digits: number | undefined): string {
  const match = /^[.,](\d+)/.exec(rest);
  if (match === null) {
    if (digits === undefined) return rest;
    throw new Mismatch();
  }
  const found = match[1] ?? '';
  if (digits !== undefined && found.length < digits) throw new Mismatch();
  const used = digits === undefined ? found : found.slice(0, digits);
  parsed.nanoseconds = Number(used.slice(0, 9).padEnd(9, '0'));
  return rest.slice(1 + used.length);
}

function readField(parsed: Parsed, name: Field, rest: string): string {
  // Widened: all that is left are offsets.
  const field: string = name;
  switch (field) {
    case '2006':
    case '_2006':
      return take(rest, /^\d{4}/, (text) => (parsed.year = Number(text)));
    case '06':
      return take(rest, /^\d{2}/, (text) => (parsed.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)));
    case 'January':
      return takeName(rest, monthNames, (index) => (parsed.month = index + 1));
    case 'Jan':
      return takeName(rest, monthNames.map((name) => name.slice(0, 3)), (index) => (parsed.month = index + 1));
    case '1':
    case '01':
      return takeNumber(rest, field === '01', 1, 12, 'month', (value) => (parsed.month = value));
    case 'Monday':
      return takeName(rest, dayNames, () => undefined);
    case 'Mon':
      return takeName(rest, dayNames.map((name) => name.slice(0, 3)), () => undefined);
    case '2':
    case '_2':
    case '02':
      return takeNumber(field === '_2' ? rest.replace(/^ /, '') : rest, field === '02', 0, 99, 'day', (value) => (parsed.day = value));
    case '__2':
    case '002':
      return take(rest.replace(/^ {1,2}/, ''), /^\d{1,3}/, (text) => (parsed.yearDay = Number(text)));
    case '15':
      return takeNumber(rest, false, 0, 23, 'hour', (value) => (parsed.hour = value));
    case '3':
    case '03':
      return takeNumber(rest, field === '03', 0, 12, 'hour', (value) => (parsed.hour = value));
    case '4':
    case '04':
      return takeNumber(rest, field === '04', 0, 59, 'minute', (value) => (parsed.minute = value));
    case '5':
    case '05': {
      const left = takeNumber(rest, field === '05', 0, 59, 'second', (value) => (parsed.second = value));
      // A fraction may follow although the layout has none.
      return /^[.,]\d/.test(left) ? readFraction(parsed, left, undefined) : left;
    }
    case 'PM':
    case 'pm':
      return take(rest, field === 'PM' ? /^[AP]M/ : /^[ap]m/, (text) => (parsed.half = text.toLowerCase() === 'pm' ? 'pm' : 'am'));
    case 'MST':
      return take(rest, /^(?:UTC|[A-Z]{3,5}|[+-]\d{2}(?:\d{2})?)/, (text) => (parsed.zoneName = text));
    default:
      return readOffset(parsed, field, rest);
  }
}

function readOffset(parsed: Parsed, layout: string, rest: string): string {
  if (layout.startsWith('Z') && rest.startsWith('Z')) {
    parsed.offset = 0;
    return rest.slice(1);
  }
  const colon = layout.includes(':') ? ':' : '';
  const count = layout.replace(/[^0-9]/g, '').length / 2;
  const pattern = new RegExp(`^[+-]\\d{2}${`${colon}\\d{2}`.repeat(count - 1)}`);
  return take(rest, pattern, (text) => {
    const [hours = 0, minutes = 0, seconds = 0] = (text.match(/\d{2}/g) ?? []).map(Number);
    parsed.offset = (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  });
}

function take(rest: string, pattern: RegExp, use: (text: string) => unknown): string {
  const found = pattern.exec(rest)?.[0];
  if (found === undefined) throw new Mismatch();
  use(found);
  return rest.slice(found.length);
}

function takeNumber(rest: string, twoDigits: boolean, low: number, high: number, name: string, use: (value: number) => unknown): string {
  return take(rest, twoDigits ? /^\d{2}/ : /^\d{1,2}/, (text) => {
    const value = Number(text);
    if (value < low || value > high) throw new Mismatch(`${name} out of range`);
    use(value);
  });
}

function takeName(rest: string, names: readonly string[], use: (index: number) => unknown): string {
  const index = names.findIndex((name) => rest.slice(0, name.length).toLowerCase() === name.toLowerCase());
  const name = names[index];
  if (name === undefined) throw new Mismatch();
  use(index);
  return rest.slice(name.length);
}

function assemble(parsed: Parsed, value: string): GoTime {
  let { month, day, hour } = parsed;
  if (parsed.half === 'pm' && hour < 12) hour += 12;
  if (parsed.half === 'am' && hour === 12) hour = 0;
  if (parsed.yearDay >= 0 && month < 0 && day < 0) {
    const date = new Date(Date.UTC(2000, 0, 1));
    date.setUTCFullYear(parsed.year, 0, parsed.yearDay);
    if (parsed.yearDay < 1 || date.getUTCFullYear() !== parsed.year) throw new GoPanic(`parsing time ${quote(value)}: day-of-year out of range`);
    [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  }
  month = month < 0 ? 1 : month;
  day = day < 0 ? 1 : day;
  const last = new Date(0);
  last.setUTCFullYear(parsed.year, month, 0);
  if (day < 1 || day > last.getUTCDate()) throw new GoPanic(`parsing time ${quote(value)}: day out of range`);
  const date = new Date(0);
  date.setUTCFullYear(parsed.year, month - 1, day);
  date.setUTCHours(hour, parsed.minute, parsed.second);
  const seconds = date.getTime() / 1000;
  if (parsed.offset !== undefined) {
    const zone = parsed.offset === 0 ? utc : fixedZone(parsed.offset, parsed.zoneName);
    return new GoTime(seconds - parsed.offset, parsed.nanoseconds, zone);
  }
  const zone = parsed.zoneName === '' || parsed.zoneName === 'UTC' ? utc : fixedZone(0, parsed.zoneName);
  return new GoTime(seconds, parsed.nanoseconds, zone);
}

