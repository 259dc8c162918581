// The format strings of Printf: flags, width, precision, `*`, explicit argument indexes.
import { normalise } from '../values/bytes.ts';
import { typeOf } from '../values/types.ts';
import { GoInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { noFlags } from './flags.ts';
import type { Flags } from './flags.ts';
import { formatValue } from './print.ts';

/** Widths and precisions beyond this are refused by Go. */
const largest = 1_000_000;

interface Cursor {
  readonly format: string;
  readonly values: readonly GoValue[];
  index: number;
  argument: number;
  reordered: boolean;
  goodIndex: boolean;
  afterIndex: boolean;
  output: string;
}

export function sprintf(format: string, values: readonly GoValue[]): string {
  const cursor: Cursor = { format, values, index: 0, argument: 0, reordered: false, goodIndex: true, afterIndex: false, output: '' };
  while (cursor.index < format.length) {
    const percent = format.indexOf('%', cursor.index);
    cursor.output += format.slice(cursor.index, percent < 0 ? format.length : percent);
    if (percent < 0) break;
    cursor.index = percent + 1;
    formatDirective(cursor);
  }
  if (!cursor.reordered && cursor.argument < values.length) cursor.output += describeExtra(values.slice(cursor.argument));
  return normalise(cursor.output);
}

function formatDirective(cursor: Cursor): void {
  const flags = readFlags(cursor);
  cursor.goodIndex = true;
  readIndex(cursor);
  readWidth(cursor, flags);
  readPrecision(cursor, flags);
  if (!cursor.afterIndex) readIndex(cursor);
  const code = cursor.format.codePointAt(cursor.index);
  if (code === undefined) {
    cursor.output += '%!(NOVERB)';
    return;
  }
  const verb = String.fromCodePoint(code);
  cursor.index += verb.length;
  cursor.output += formatVerb(cursor, verb, flags);
}

function formatVerb(cursor: Cursor, verb: string, flags: Flags): string {
  if (verb === '%') return '%';
  if (!cursor.goodIndex) return `%!${verb}(BADINDEX)`;
  if (cursor.argument >= cursor.values.length) return `%!${verb}(MISSING)`;
  if (verb === 'v') Object.assign(flags, { sharpV: flags.sharp, sharp: false, plusV: flags.plus, plus: false });
  const value = cursor.values[cursor.argument] ?? null;
  cursor.argument++;
  return formatValue(value, verb, flags);
}

function readFlags(cursor: Cursor): Flags {
  const flags = noFlags();
  for (; cursor.index < cursor.format.length; cursor.index++) {
    switch (cursor.format.charAt(cursor.index)) {
      case '#':
        flags.sharp = true;
        break;
      case '0':
        flags.zero = true;
        break;
      case '+':
        flags.plus = true;
        break;
      case '-':
        flags.minus = true;
        break;
      case ' ':
        flags.space = true;
        break;
      default:
        // Zeros are put in on the left only.
        if (flags.minus) flags.zero = false;
        return flags;
    }
  }
  return flags;
}

function readWidth(cursor: Cursor, flags: Flags): void {
  if (cursor.format[cursor.index] !== '*') {
    flags.width = readNumber(cursor);
    if (cursor.afterIndex && flags.width !== undefined) cursor.goodIndex = false;
    return;
  }
  cursor.index++;
  flags.width = takeInteger(cursor);
  if (flags.width === undefined) cursor.output += '%!(BADWIDTH)';
  else if (flags.width < 0) Object.assign(flags, { width: -flags.width, minus: true, zero: false });
  cursor.afterIndex = false;
}

function readPrecision(cursor: Cursor, flags: Flags): void {
  if (cursor.format[cursor.index] !== '.') return;
  cursor.index++;
  if (cursor.afterIndex) cursor.goodIndex = false;
  readIndex(cursor);
  if (cursor.format[cursor.index] !== '*') {
    flags.precision = readNumber(cursor) ?? 0;
    return;
  }
  cursor.index++;
  const precision = takeInteger(cursor);
  if (precision === undefined || precision < 0) cursor.output += '%!(BADPREC)';
  else flags.precision = precision;
  cursor.afterIndex = false;
}

/** `[n]`: the next operand is the n-th argument, from 1. */
function readIndex(cursor: Cursor): void {
  cursor.afterIndex = false;
  if (cursor.format[cursor.index] !== '[') return;
  cursor.reordered = true;
  const close = cursor.format.indexOf(']', cursor.index + 1);
  const text = close < 0 ? '' : cursor.format.slice(cursor.index + 1, close);
  cursor.index = close < 0 ? cursor.index + 1 : close + 1;
  const wellFormed = /^\d+$/.test(text) && Number(text) <= largest;
  cursor.afterIndex = wellFormed;
  if (wellFormed && Number(text) >= 1 && Number(text) <= cursor.values.length) cursor.argument = Number(text) - 1;
  else cursor.goodIndex = false;
}

function readNumber(cursor: Cursor): number | undefined {
  const digits = /^\d+/.exec(cursor.format.slice(cursor.index, cursor.index + 20))?.[0];
  if (digits === undefined) return undefined;
  if (Number(digits) > largest) {
    cursor.index = cursor.format.length;
    return undefined;
  }
  cursor.index += digits.length;
  return Number(digits);
}

function takeInteger(cursor: Cursor): number | undefined {
  if (cursor.argument >= cursor.values.length) return undefined;
  const value = cursor.values[cursor.argument];
  cursor.argument++;
  if (!(value instanceof GoInt)) return undefined;
  const number = Number(value.value);
  return Math.abs(number) > largest ? undefined : number;
}

function describeExtra(values: readonly GoValue[]): string {
  const shown = values.map((value) => (value === null ? '<nil>' : `${typeOf(value)}=${formatValue(value, 'v', noFlags())}`));
  return `%!(EXTRA ${shown.join(', ')})`;
}
