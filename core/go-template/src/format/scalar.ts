// The verbs of package fmt on booleans, integers, floats and strings. `undefined` means that the verb does not fit the type.
import { toBytes } from '../values/bytes.ts';
import { characterOf, canBackquote, isPrintable, quote, quoteRune } from './quote.ts';
import { formatFloat } from './float.ts';
import type { FloatFormat } from './float.ts';
import { pad, padWithSpaces } from './flags.ts';
import type { Flags } from './flags.ts';

export function formatBool(value: boolean, verb: string, flags: Flags): string | undefined {
  return verb === 't' || verb === 'v' ? pad(String(value), flags) : undefined;
}

export function formatInteger(value: bigint, unsigned: boolean, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV && unsigned ? formatDigits(value, 16, 'x', { ...flags, sharp: true }) : formatDigits(value, 10, verb, flags);
    case 'd':
      return formatDigits(value, 10, verb, flags);
    case 'b':
      return formatDigits(value, 2, verb, flags);
    case 'o':
    case 'O':
      return formatDigits(value, 8, verb, flags);
    case 'x':
    case 'X':
      return formatDigits(value, 16, verb, flags);
    case 'c':
      return pad(characterOf(Number(value)), flags);
    case 'q':
      return pad(quoteRune(Number(value), { ascii: flags.plus }), flags);
    case 'U':
      return formatUnicode(value, flags);
    default:
      return undefined;
  }
}

export function formatFloatVerb(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return formatReal(value, 'g', -1, flags);
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return formatReal(value, verb, -1, flags);
    case 'e':
    case 'E':
    case 'f':
      return formatReal(value, verb, 6, flags);
    case 'F':
      return formatReal(value, 'f', 6, flags);
    default:
      return undefined;
  }
}

export function formatString(value: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(value, flags) : pad(truncate(value, flags), flags);
    case 's':
      return pad(truncate(value, flags), flags);
    case 'q':
      return formatQuoted(value, flags);
    case 'x':
    case 'X':
      return formatBytes(value, verb, flags);
    default:
      return undefined;
  }
}

function formatDigits(value: bigint, base: number, verb: string, flags: Flags): string {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  if (flags.precision === 0 && magnitude === 0n) return padWithSpaces('', flags);
  let least = flags.precision ?? 0;
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  }
  let digits = magnitude.toString(base).padStart(least, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  if (flags.sharp && base === 2) digits = `0b${digits}`;
  if (flags.sharp && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (flags.sharp && base === 16) digits = `0${verb === 'X' ? 'X' : 'x'}${digits}`;
  if (verb === 'O') digits = `0o${digits}`;
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padWithSpaces(sign + digits, flags);
}

function formatUnicode(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value);
  const digits = code.toString(16).toUpperCase().padStart(Math.max(4, flags.precision ?? 4), '0');
  const character = code <= 0x10ffffn ? characterOf(Number(code)) : '';
  const shown = flags.sharp && character !== '' && isPrintable(character) ? ` '${character}'` : '';
  return padWithSpaces(`U+${digits}${shown}`, flags);
}

function formatReal(value: number, format: FloatFormat, standard: number, flags: Flags): string {
  const precision = flags.precision ?? standard;
  const plain = formatFloat(value, format, precision);
  const unsigned = plain.replace(/^[+-]/, '');
  const sign = plain.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  if (unsigned === 'Inf') return padWithSpaces(`${plain.startsWith('-') ? '-' : flags.space && !flags.plus ? ' ' : '+'}Inf`, flags);
  if (unsigned === 'NaN') return padWithSpaces(`${flags.plus ? '+' : flags.space ? ' ' : ''}NaN`, flags);
  const body = flags.sharp && format !== 'b' ? keepPoint(unsigned, format, precision) : unsigned;
  const zeros = (flags.width ?? 0) - sign.length - body.length;
  if (sign !== '' && flags.zero && !flags.minus && zeros > 0) return sign + '0'.repeat(zeros) + body;
  return pad(sign + body, flags);
}

/** `#` keeps the decimal point, and for %g the trailing zeros. */
function keepPoint(unsigned: string, format: FloatFormat, precision: number): string {
  const exponentAt = unsigned.search(format === 'x' || format === 'X' ? /[pP]/ : /[eE]/);
  const number = exponentAt < 0 ? unsigned : unsigned.slice(0, exponentAt);
  const exponent = exponentAt < 0 ? '' : unsigned.slice(exponentAt);
  const significant = number.replace(/^0[xX]/, '').replace('.', '').replace(/^0+/, '').length;
  const wanted = format === 'g' || format === 'G' || format === 'x' ? (precision === -1 ? 6 : precision) : 0;
  const withPoint = number.includes('.') ? number : `${number}.`;
  const missing = wanted - significant - (number === '0' ? 1 : 0);
  return withPoint + '0'.repeat(Math.max(0, missing)) + exponent;
}

function truncate(value: string, flags: Flags): string {
  if (flags.precision === undefined) return value;
  return Array.from(value).slice(0, flags.precision).join('');
}

function formatQuoted(value: string, flags: Flags): string {
  const text = truncate(value, flags);
  if (flags.sharp && canBackquote(text)) return pad(`\`${text}\``, flags);
  return pad(quote(text, { ascii: flags.plus }), flags);
}

function formatBytes(value: string, verb: 'x' | 'X', flags: Flags): string {
  const bytes = toBytes(value);
  const shown = bytes.subarray(0, flags.precision ?? bytes.length);
  const prefix = flags.sharp ? `0${verb}` : '';
  let text = '';
  for (const [index, byte] of shown.entries()) {
    if (flags.space && index > 0) text += ` ${prefix}`;
    text += byte.toString(16).padStart(2, '0');
  }
  if (verb === 'X') text = text.toUpperCase();
  return pad(shown.length > 0 ? prefix + text : '', flags);
}
