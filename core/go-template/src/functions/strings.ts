// sprig: strings. Lengths and positions are bytes.
import { sprintf } from '../format/sprintf.ts';
import { quote } from '../format/quote.ts';
import { byteLength, sliceBytes } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { stringList, stringMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import type { FunctionContext } from './context.ts';
import { textOf } from './defaults.ts';
import { contextual, fn, variadic } from './define.ts';
import type { FunctionTable } from './define.ts';
import { isLower, isSpace, isUpper, lower, lowerCharacter, mapCharacters, titleCharacter, trimSpace, trimWhere, upper, upperCharacter } from './letters.ts';
import { abbreviate, deleteSpace, initials, wrap } from './byte-strings.ts';
import { toCamelCase, toSeparatedCase } from './word-case.ts';

export const strings: FunctionTable = {
  upper: fn(['string'], upper),
  lower: fn(['string'], lower),
  title: fn(['string'], title),
  untitle: fn(['string'], untitle),
  swapcase: fn(['string'], swapCase),
  camelcase: fn(['string'], toCamelCase),
  snakecase: fn(['string'], (text) => toSeparatedCase(text, '_')),
  kebabcase: fn(['string'], (text) => toSeparatedCase(text, '-')),
  trim: fn(['string'], trimSpace),
  trimAll: fn(['string', 'string'], trimCharacters),
  trimall: fn(['string', 'string'], trimCharacters),
  trimSuffix: fn(['string', 'string'], (suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  trimPrefix: fn(['string', 'string'], (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  contains: fn(['string', 'string'], (part, text) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], (suffix, text) => text.endsWith(suffix)),
  repeat: contextual(['int', 'string'], repeat),
  replace: contextual(['string', 'string', 'string'], replace),
  indent: contextual(['int', 'string'], indent),
  nindent: contextual(['int', 'string'], (context, width, text) => `\n${indent(context, width, text)}`),
  substr: fn(['int', 'int', 'string'], substring),
  trunc: fn(['int', 'string'], truncate),
  abbrev: fn(['int', 'string'], (width, text) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: fn(['int', 'int', 'string'], (left, right, text) => (right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right))),
  wrap: fn(['int', 'string'], (width, text) => wrap(text, width, '\n', false)),
  wrapWith: fn(['int', 'string', 'string'], (width, separator, text) => wrap(text, width, separator, true)),
  nospace: fn(['string'], deleteSpace),
  initials: fn(['string'], initials),
  quote: variadic([], 'interface {}', (...values) => present(values).map((value) => quote(textOf(value))).join(' ')),
  squote: variadic([], 'interface {}', (...values) => present(values).map((value) => `'${textOf(value)}'`).join(' ')),
  cat: variadic([], 'interface {}', (...values) => sprintf(present(values).map(() => '%v').join(' '), present(values))),
  plural: fn(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
  toString: fn(['interface {}'], textOf),
  split: fn(['string', 'string'], (separator, text) => numbered(split(text, separator))),
  splitn: fn(['string', 'int', 'string'], (separator, count, text) => numbered(splitLimited(text, separator, count))),
  splitList: fn(['string', 'string'], (separator, text) => stringList(split(text, separator))),
};

function present(values: readonly GoValue[]): GoValue[] {
  return values.filter((value) => value !== null);
}

function title(text: string): string {
  let afterSeparator = true;
  return mapCharacters(text, (character) => {
    const mapped = afterSeparator ? titleCharacter(character) : character;
    afterSeparator = isWordSeparator(character);
    return mapped;
  });
}

function isWordSeparator(character: string): boolean {
  if (/^[\0-\x7f]$/.test(character)) return !/^\w$/.test(character);
  return isSpace(character);
}

function untitle(text: string): string {
  let atStart = true;
  return mapCharacters(text, (character) => {
    const mapped = atStart ? lowerCharacter(character) : character;
    atStart = isSpace(character);
    return mapped;
  });
}

function swapCase(text: string): string {
  let afterSpace = true;
  return mapCharacters(text, (character) => {
    const wasAfterSpace = afterSpace;
    afterSpace = isSpace(character);
    if (isLower(character)) return wasAfterSpace ? titleCharacter(character) : upperCharacter(character);
    return isUpper(character) || /^\p{Lt}$/u.test(character) ? lowerCharacter(character) : character;
  });
}

function trimCharacters(characters: string, text: string): string {
  const set = new Set(characters);
  return trimWhere(text, (character) => set.has(character));
}

function repeat({ meter }: FunctionContext, count: number, text: string): string {
  if (count < 0) throw new GoPanic('strings: negative Repeat count');
  meter.reserve(count * text.length);
  return text.repeat(count);
}

function replace({ meter }: FunctionContext, old: string, replacement: string, text: string): string {
  const pieces = old === '' ? text.length + 1 : text.split(old).length - 1;
  meter.reserve(text.length + pieces * replacement.length);
  if (old !== '') return text.split(old).join(replacement);
  return `${replacement}${Array.from(text).map((character) => character + replacement).join('')}`;
}

function indent({ meter }: FunctionContext, width: number, text: string): string {
  if (width < 0) throw new GoPanic('strings: negative Repeat count');
  const lines = text.split('\n');
  meter.reserve(lines.length * width + text.length);
  const pad = ' '.repeat(width);
  return pad + lines.join(`\n${pad}`);
}

function substring(start: number, end: number, text: string): string {
  const length = byteLength(text);
  if (start < 0) {
    if (end < 0) throw new GoPanic(`runtime error: slice bounds out of range [:${end}]`);
    if (end > length) throw new GoPanic(`runtime error: slice bounds out of range [:${end}] with length ${length}`);
    return sliceBytes(text, 0, end);
  }
  const stop = end < 0 || end > length ? length : end;
  if (start > stop) throw new GoPanic(`runtime error: slice bounds out of range [${start}:${stop}]`);
  return sliceBytes(text, start, stop);
}

function truncate(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return sliceBytes(text, length + count, length);
  return count >= 0 && length > count ? sliceBytes(text, 0, count) : text;
}

function split(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

function splitLimited(text: string, separator: string, count: number): string[] {
  const parts = split(text, separator);
  if (count === 0) return [];
  return count < 0 || parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoValue {
  return stringMap(parts.map((part, index) => [`_${index}`, part] as const), 'string');
}

