// Base64 and base32 as Go decodes them: line ends are skipped, anything else wrong is reported with the position that Go names.

/** The bytes, or the offset that Go reports. */
export function decodeBase64(text: string): Uint8Array | number {
  return decode(text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 6, 4);
}

export function decodeBase32(text: string): Uint8Array | number {
  return decode(text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 5, 8);
}

export function encodeBase32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let result = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      result += alphabet[(held >> bits) & 31];
    }
  }
  if (bits > 0) result += alphabet[(held << (5 - bits)) & 31];
  return result.padEnd(Math.ceil(result.length / 8) * 8, '=');
}

/** `group` characters of `width` bits make whole bytes; a short last group is filled with `=`. */
function decode(text: string, alphabet: string, width: number, group: number): Uint8Array | number {
  const bytes: number[] = [];
  const characters = Array.from(text).map((character, index) => ({ character, index })).filter(({ character }) => character !== '\n' && character !== '\r');
  const data = characters.findIndex(({ character }) => character === '=');
  const content = data < 0 ? characters : characters.slice(0, data);
  let held = 0;
  let bits = 0;
  for (const { character, index } of content) {
    const value = alphabet.indexOf(character);
    if (value < 0) return index;
    held = ((held << width) | value) & 0xffff;
    bits += width;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  const partial = content.length % group;
  const groupStart = content.length - partial;
  const padding = characters.slice(content.length);
  if (partial === 0 && padding.length === 0) return Uint8Array.from(bytes);
  const needed = group - partial;
  const validLength = bits < width;
  const wrong = padding.findIndex(({ character }, position) => character !== '=' || position >= needed);
  if (wrong >= 0 && wrong >= needed) return padding[wrong]?.index ?? text.length;
  if (wrong >= 0 || partial === 0 || !validLength) return (padding[Math.max(wrong, 0)] ?? { index: text.length }).index;
  if (padding.length < needed) return padding.length === 0 ? (characters[groupStart]?.index ?? text.length) : text.length;
  return Uint8Array.from(bytes);
}
