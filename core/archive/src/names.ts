// Names in archives are bytes, not text. A name is held as a string in which every byte that is not part of valid UTF-8 is one code
// unit U+DC80..U+DCFF (the rule of Python's PEP 383), so that any name survives reading and writing unchanged.
// What is easily got wrong: `<` on such strings is not the order of the bytes; use compareNames.
import { isAscii, isUtf8 } from 'node:buffer';
import { ArchiveError, quoteName } from './archive-error.ts';

/** The string for a name's bytes; never fails, and `encodeName` gives the same bytes back. */
export function decodeName(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = validSequence(bytes, at);
    name += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += length === 0 ? 1 : length;
  }
  return name;
}

/** The bytes of a name. A lone surrogate outside U+DC80..U+DCFF stands for nothing and is an `unsafe-path` error. */
export function encodeName(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  for (const character of name) {
    const code = character.charCodeAt(0);
    const isLone = character.length === 1 && code >= 0xd800 && code <= 0xdfff;
    if (isLone && (code < 0xdc80 || code > 0xdcff)) {
      throw new ArchiveError('unsafe-path', `The name ${quoteName(name)} holds a lone surrogate that stands for no byte`, { path: name });
    }
    parts.push(isLone ? Buffer.of(code - 0xdc00) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Order of two names by their bytes: negative, zero or positive. */
export function compareNames(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(encodeName(a), encodeName(b));
}

/** Sorts names by their bytes, in place. */
export function sortNames(names: string[]): string[] {
  // By default strings are sorted by code units, whose order is that of the bytes as long as there are no surrogates.
  return names.some((name) => SURROGATE.test(name)) ? names.sort(compareNames) : names.sort();
}

/** The canonical order of paths: that of a walk, in which what is in a folder follows it, and names in one folder are in the order of their bytes. */
export function comparePaths(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shorter) return a.length - b.length;
  const [start, endA, endB] = [a.lastIndexOf('/', at - 1) + 1, endOfName(a, at), endOfName(b, at)];
  return compareNames(a.slice(start, endA), b.slice(start, endB));
}

function endOfName(path: string, at: number): number {
  const slash = path.indexOf('/', at);
  return slash < 0 ? path.length : slash;
}

const SURROGATE = /[\uD800-\uDFFF]/;

/** Length of the valid UTF-8 sequence that starts at `at`, or 0. */
function validSequence(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
