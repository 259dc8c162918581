// Go strings are bytes; here they are JavaScript strings. A byte that is no part of valid UTF-8 (a character cut in two by `trunc`)
// is kept as a lone surrogate U+DC80..U+DCFF, one per byte, so that lengths, slices and concatenations stay those of Go.
// Text that comes from outside is made well-formed first (`cleanText`), so it never holds such surrogates.
import { Buffer, isUtf8 } from 'node:buffer';

const escaped = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;
const ascii = /^[\0-\x7f]*$/;

/** The bytes of a Go string. */
export function toBytes(text: string): Buffer {
  if (!escaped.test(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isEscape(text, i)) continue;
    parts.push(Buffer.from(text.slice(start, i), 'utf8'), Buffer.from([text.charCodeAt(i) - 0xdc00]));
    start = i + 1;
  }
  parts.push(Buffer.from(text.slice(start), 'utf8'));
  return Buffer.concat(parts);
}

/** The Go string made of these bytes. */
export function fromBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let result = '';
  let index = 0;
  while (index < buffer.length) {
    const length = sequenceLength(buffer, index);
    if (length === 0) {
      result += String.fromCharCode(0xdc00 + (buffer[index] ?? 0));
      index += 1;
    } else {
      result += buffer.toString('utf8', index, index + length);
      index += length;
    }
  }
  return result;
}

/** Joins halves of characters that ended up next to each other; the identity for ordinary text. */
export function normalise(text: string): string {
  return escaped.test(text) ? fromBytes(toBytes(text)) : text;
}

/** What leaves the engine: broken bytes become U+FFFD, as in any UTF-8 reader. */
export function cleanText(text: string): string {
  return text.isWellFormed() ? text : normalise(text).toWellFormed();
}

export function byteLength(text: string): number {
  if (ascii.test(text)) return text.length;
  return escaped.test(text) ? toBytes(text).length : Buffer.byteLength(text, 'utf8');
}

/** `text[start:end]` of Go; the caller has checked the bounds. */
export function sliceBytes(text: string, start: number, end: number): string {
  if (ascii.test(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

/** Order of Go strings: by byte, which is by code point and not by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (escaped.test(a) || escaped.test(b)) return Buffer.compare(toBytes(a), toBytes(b));
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return orderKey(x) - orderKey(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all of the basic plane. */
function orderKey(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function isEscape(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0xdc80 || unit > 0xdcff) return false;
  const before = index > 0 ? text.charCodeAt(index - 1) : 0;
  return before < 0xd800 || before > 0xdbff;
}

/** Length of the valid UTF-8 sequence that starts at `index`, or 0. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index] ?? 0;
  const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length === 0 || index + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(index, index + length)) ? length : 0;
}
