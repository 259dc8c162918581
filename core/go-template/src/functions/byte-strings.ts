// String functions of the library goutils, which takes bytes for characters: text beyond ASCII is cut, and by two functions mangled.
// They work on a string with one character per byte.
import { Buffer } from 'node:buffer';
import { fromBytes, toBytes } from '../values/bytes.ts';
import { isSpace } from './letters.ts';

/** Shortens to `width` bytes with dots, from `offset` on. */
export function abbreviate(text: string, offset: number, width: number): string {
  return ofBytes(abbreviateBytes(perByte(text), offset, width));
}

/** Lines of at most `width` bytes, broken at spaces; longer words stay whole unless `cut`. */
export function wrap(text: string, width: number, separator: string, cut: boolean): string {
  return ofBytes(wrapBytes(perByte(text), Math.max(1, width), perByte(separator === '' ? '\n' : separator), cut));
}

/** Drops white space; if there is any, each other byte becomes the character of that number. */
export function deleteSpace(text: string): string {
  const bytes = Array.from(perByte(text));
  const kept = bytes.filter((character) => !isSpace(character));
  return kept.length === bytes.length ? text : kept.join('');
}

/** First byte of each word, as the character of that number. */
export function initials(text: string): string {
  let result = '';
  let afterSpace = true;
  for (const character of perByte(text)) {
    const space = isSpace(character);
    if (!space && afterSpace) result += character;
    afterSpace = space;
  }
  return result;
}

function abbreviateBytes(text: string, offset: number, width: number): string {
  if (text === '' || text.length <= width) return text;
  let from = Math.min(offset, text.length);
  if (text.length - from < width - 3) from = text.length - (width - 3);
  if (from <= 4) return `${text.slice(0, width - 3)}...`;
  if (width < 7) return '';
  if (from + width - 3 < text.length) return `...${abbreviateBytes(text.slice(from), 0, width - 3)}`;
  return `...${text.slice(text.length - (width - 3))}`;
}

function wrapBytes(text: string, width: number, separator: string, cut: boolean): string {
  let result = '';
  let offset = 0;
  while (text.length - offset > width) {
    if (text[offset] === ' ') {
      offset++;
      continue;
    }
    const space = text.slice(offset, offset + width + 1).lastIndexOf(' ');
    const wordEnd = space >= 0 ? offset + space : cut ? offset + width : text.indexOf(' ', offset + width);
    if (wordEnd < 0) {
      result += text.slice(offset);
      offset = text.length;
    } else {
      result += text.slice(offset, wordEnd) + separator;
      offset = space < 0 && cut ? wordEnd : wordEnd + 1;
    }
  }
  return result + text.slice(offset);
}

function perByte(text: string): string {
  return toBytes(text).toString('latin1');
}

function ofBytes(text: string): string {
  return fromBytes(Buffer.from(text, 'latin1'));
}
