// Quoting and unquoting as Go's package strconv does it. Bytes that are no valid UTF-8 (see values/bytes.ts) print as \xNN.
import { normalise } from '../values/bytes.ts';
import { isControl } from './control.ts';

const short: Readonly<Record<string, string>> = {
  '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\',
};

export interface QuoteOptions {
  /** Escape everything beyond ASCII. */
  readonly ascii?: boolean;
}

/** `strconv.Quote`. */
export function quote(text: string, options: QuoteOptions = {}): string {
  let result = '"';
  for (const character of text) result += escapeCharacter(character, '"', options);
  return `${result}"`;
}

/** `strconv.QuoteRune`; a code point that is none becomes U+FFFD. */
export function quoteRune(codePoint: number, options: QuoteOptions = {}): string {
  return `'${escapeCharacter(characterOf(codePoint), "'", options)}'`;
}

/** `strconv.CanBackquote`: fits between back quotes on one line. */
export function canBackquote(text: string): boolean {
  if (/[`\ufeff]/.test(text) || !text.isWellFormed()) return false;
  return !Array.from(text).some((character) => character !== '\t' && isControl(character));
}

/** `unicode.IsPrint`. */
export function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

/** U+0041 'A', as `%#U` prints it. */
export function describeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable(character) ? `${name} '${character}'` : name;
}

/** A character of a code point, U+FFFD when there is none. */
export function characterOf(codePoint: number): string {
  const valid = Number.isInteger(codePoint) && codePoint >= 0 && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return String.fromCodePoint(valid ? codePoint : 0xfffd);
}

/** `strconv.Unquote` of "…" or `…`; `undefined` is Go's "invalid syntax". */
export function unquote(text: string): string | undefined {
  const body = text.slice(1, -1);
  if (text.length < 2 || text.at(-1) !== text[0]) return undefined;
  if (text[0] === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (text[0] !== '"') return undefined;
  let result = '';
  let rest = body;
  while (rest !== '') {
    if (rest[0] === '"' || rest[0] === '\n') return undefined;
    const read = readCharacter(rest, '"');
    if (read === undefined) return undefined;
    result += read.isByte && read.code >= 0x80 ? String.fromCharCode(0xdc00 + read.code) : String.fromCodePoint(read.code);
    rest = rest.slice(read.length);
  }
  return normalise(result);
}

export interface ReadCharacter {
  readonly code: number;
  /** Number of UTF-16 units read. */
  readonly length: number;
  /** Came from \x or an octal escape, so that it is one byte of a string. */
  readonly isByte: boolean;
}

/** `strconv.UnquoteChar`: the first character of `text`, which may be an escape. */
export function readCharacter(text: string, quoteMark: '"' | "'"): ReadCharacter | undefined {
  if (text === '' || text[0] === quoteMark) return undefined;
  if (text[0] !== '\\') {
    const code = text.codePointAt(0) ?? 0;
    return { code, length: code > 0xffff ? 2 : 1, isByte: false };
  }
  const letter = text[1] ?? '';
  const simple = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 }[letter] ?? (letter === quoteMark ? quoteMark.charCodeAt(0) : undefined);
  if (simple !== undefined) return { code: simple, length: 2, isByte: false };
  const octal = /^\\([0-7]{3})/.exec(text)?.[1];
  if (octal !== undefined) return byteEscape(Number.parseInt(octal, 8), 4);
  const digits = { x: 2, u: 4, U: 8 }[letter];
  if (digits === undefined) return undefined;
  const hexadecimal = text.slice(2, 2 + digits);
  if (hexadecimal.length !== digits || !/^[0-9a-fA-F]+$/.test(hexadecimal)) return undefined;
  const code = Number.parseInt(hexadecimal, 16);
  if (letter === 'x') return byteEscape(code, 4);
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : { code, length: 2 + digits, isByte: false };
}

function byteEscape(code: number, length: number): ReadCharacter | undefined {
  return code > 255 ? undefined : { code, length, isByte: true };
}

function escapeCharacter(character: string, quoteMark: string, options: QuoteOptions): string {
  if (character === quoteMark) return `\\${quoteMark}`;
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (options.ascii === true ? code >= 0x20 && code < 0x7f : isPrintable(character)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
