// JSON to values as Go's encoding/json reads it, with its messages: templates can print them. All numbers are float64, all maps have
// string keys.
import { describeJsonType } from './describe.ts';
import { quote, quoteRune } from '../format/quote.ts';
import { cleanText } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

/** Go's decoder stops here too. */
const deepest = 10_000;
/** Our recursion must end earlier. */
const deepestHere = 1_000;

interface Reader {
  readonly text: string;
  index: number;
  depth: number;
}

/** Throws a `GoPanic` with Go's message. */
export function decodeJson(text: string): GoValue {
  const reader: Reader = { text, index: 0, depth: 0 };
  const value = readValue(reader, 'looking for beginning of value');
  skipSpace(reader);
  if (reader.index < text.length) throw invalid(reader, 'after top-level value');
  return value;
}

export function decodeJsonMap(text: string): GoMap {
  const value = decodeJson(text);
  if (value === null) return new GoMap('string');
  if (!(value instanceof GoMap)) throw wrongType(value, 'map[string]interface {}');
  return value;
}

export function decodeJsonList(text: string): GoList {
  const value = decodeJson(text);
  if (value === null) return new GoList([], 'interface {}', true);
  if (!(value instanceof GoList)) throw wrongType(value, '[]interface {}');
  return value;
}

function wrongType(value: GoValue, target: string): GoPanic {
  return new GoPanic(`json: cannot unmarshal ${describeJsonType(value)} into Go value of type ${target}`);
}

function readValue(reader: Reader, context: string): GoValue {
  skipSpace(reader);
  const character = reader.text.charAt(reader.index);
  switch (character) {
    case '{':
      return nested(reader, readObject);
    case '[':
      return nested(reader, readArray);
    case '"':
      return readString(reader);
    case 't':
      return readWord(reader, 'true', true);
    case 'f':
      return readWord(reader, 'false', false);
    case 'n':
      return readWord(reader, 'null', null);
    default:
      if (/^[-0-9]$/.test(character)) return readNumber(reader);
      throw invalid(reader, context);
  }
}

function nested<Value>(reader: Reader, read: (reader: Reader) => Value): Value {
  reader.depth++;
  if (reader.depth > Math.min(deepest, deepestHere)) throw new GoPanic('exceeded max depth');
  reader.index++;
  const value = read(reader);
  reader.depth--;
  return value;
}

function readObject(reader: Reader): GoMap {
  const map = new GoMap('string');
  skipSpace(reader);
  if (take(reader, '}')) return map;
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.index] !== '"') throw invalid(reader, 'looking for beginning of object key string');
    const key = readString(reader);
    skipSpace(reader);
    if (!take(reader, ':')) throw invalid(reader, 'after object key');
    map.set(key, readValue(reader, 'looking for beginning of value'));
    skipSpace(reader);
    if (take(reader, '}')) return map;
    if (!take(reader, ',')) throw invalid(reader, 'after object key:value pair');
  }
}

function readArray(reader: Reader): GoList {
  const items: GoValue[] = [];
  skipSpace(reader);
  if (take(reader, ']')) return new GoList(items);
  for (;;) {
    items.push(readValue(reader, 'looking for beginning of value'));
    skipSpace(reader);
    if (take(reader, ']')) return new GoList(items);
    if (!take(reader, ',')) throw invalid(reader, 'after array element');
  }
}

function readString(reader: Reader): string {
  const start = reader.index;
  reader.index++;
  for (;;) {
    const character = reader.text[reader.index];
    if (character === '"') break;
    if (character === undefined || character < ' ') throw invalid(reader, 'in string literal');
    reader.index++;
    if (character === '\\') readEscape(reader);
  }
  reader.index++;
  const parsed: unknown = JSON.parse(reader.text.slice(start, reader.index));
  return cleanText(String(parsed));
}

function readEscape(reader: Reader): void {
  const letter = reader.text[reader.index];
  if (letter === undefined || !'"\\/bfnrtu'.includes(letter)) throw invalid(reader, 'in string escape code');
  reader.index++;
  if (letter !== 'u') return;
  for (let i = 0; i < 4; i++) {
    if (!/^[0-9a-fA-F]$/.test(reader.text[reader.index] ?? '')) throw invalid(reader, 'in \\u hexadecimal character escape');
    reader.index++;
  }
}

function readWord<Value>(reader: Reader, word: string, value: Value): Value {
  for (const [index, character] of Array.from(word).entries()) {
    if (index > 0 && reader.text[reader.index] !== character) throw invalid(reader, `in literal ${word} (expecting ${quoteRune(character.charCodeAt(0))})`);
    reader.index++;
  }
  return value;
}

function readNumber(reader: Reader): number {
  const start = reader.index;
  take(reader, '-');
  if (!take(reader, '0') && !takeDigits(reader)) throw invalid(reader, 'in numeric literal');
  if (take(reader, '.') && !takeDigits(reader)) throw invalid(reader, 'after decimal point in numeric literal');
  if (take(reader, 'e') || take(reader, 'E')) {
    if (!take(reader, '+')) take(reader, '-');
    if (!takeDigits(reader)) throw invalid(reader, 'in exponent of numeric literal');
  }
  const text = reader.text.slice(start, reader.index);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new GoPanic(`json: cannot unmarshal number ${text} into Go value of type float64`);
  return value;
}

function takeDigits(reader: Reader): boolean {
  const start = reader.index;
  while (/^[0-9]$/.test(reader.text[reader.index] ?? '')) reader.index++;
  return reader.index > start;
}

function take(reader: Reader, character: string): boolean {
  if (reader.text[reader.index] !== character) return false;
  reader.index++;
  return true;
}

function skipSpace(reader: Reader): void {
  while (' \t\r\n'.includes(reader.text[reader.index] ?? 'x')) reader.index++;
}

function invalid(reader: Reader, context: string): GoPanic {
  const code = reader.text.codePointAt(reader.index);
  if (code === undefined) return new GoPanic('unexpected end of JSON input');
  const character = String.fromCodePoint(code);
  const shown = character === "'" ? `'\\''` : character === '"' ? `'"'` : `'${quote(character).slice(1, -1)}'`;
  return new GoPanic(`invalid character ${shown} ${context}`);
}
