// Base64 and base32 as Go decodes them: line ends are skipped, and what is wrong is reported with the position that Go names.

/** The bytes, or the offset that Go reports. */
export type Decoded = Uint8Array | number;

const alphabet64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function decodeBase64(text: string): Decoded {
  const bytes: number[] = [];
  let index = 0;
  for (;;) {
    const group: number[] = [];
    while (group.length < 4) {
      if (index === text.length) return group.length === 0 ? Uint8Array.from(bytes) : index - group.length;
      const character = text.charAt(index);
      index++;
      const value = alphabet64.indexOf(character);
      if (value >= 0) group.push(value);
      else if (character === '=') return finishBase64(text, index, group, bytes);
      else if (!isLineEnd(character)) return index - 1;
    }
    pushBytes(bytes, group, 6);
  }
}

/** After the first `=` of the padding. */
function finishBase64(text: string, start: number, group: readonly number[], bytes: number[]): Decoded {
  if (group.length < 2) return start - 1;
  let index = skipLineEnds(text, start);
  if (group.length === 2) {
    if (index === text.length) return text.length;
    if (text.charAt(index) !== '=') return index - 1;
    index = skipLineEnds(text, index + 1);
  }
  if (index < text.length) return index;
  pushBytes(bytes, group, 6);
  return Uint8Array.from(bytes);
}

export function decodeBase32(text: string): Decoded {
  const source = text.replace(/[\r\n]/g, '');
  const bytes: number[] = [];
  let index = 0;
  while (index < source.length) {
    const group: number[] = [];
    while (group.length < 8) {
      if (index === source.length) return index - group.length;
      const character = source.charAt(index);
      index++;
      if (character === '=' && group.length >= 2 && source.length - index < 8) return finishBase32(source, index, group, bytes);
      const value = alphabet32.indexOf(character);
      if (value < 0) return index - 1;
      group.push(value);
    }
    pushBytes(bytes, group, 5);
  }
  return Uint8Array.from(bytes);
}

function finishBase32(source: string, index: number, group: readonly number[], bytes: number[]): Decoded {
  const wanted = 7 - group.length;
  if (source.length - index < wanted) return source.length;
  for (let k = 0; k < wanted; k++) if (source.charAt(index + k) !== '=') return index + k - 1;
  if (group.length === 3 || group.length === 6) return index - 1;
  pushBytes(bytes, group, 5);
  return Uint8Array.from(bytes);
}

export function encodeBase32(bytes: Uint8Array): string {
  let result = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      result += alphabet32.charAt((held >> bits) & 31);
    }
  }
  if (bits > 0) result += alphabet32.charAt((held << (5 - bits)) & 31);
  return result.padEnd(Math.ceil(result.length / 8) * 8, '=');
}

/** The whole bytes in a group of values of `width` bits. */
function pushBytes(bytes: number[], group: readonly number[], width: number): void {
  let held = 0;
  let bits = 0;
  for (const value of group) {
    held = ((held << width) | value) & 0xffff;
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
}

function skipLineEnds(text: string, start: number): number {
  let index = start;
  while (isLineEnd(text.charAt(index))) index++;
  return index;
}

function isLineEnd(character: string): boolean {
  return character === '\n' || character === '\r';
}
