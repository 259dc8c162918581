// Compressed formats are told apart by their first bytes, never by a file's name.

/** What a stream's first bytes say; `none` is everything that is not recognised. */
export type DetectedCompression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

/** How many bytes `detectCompression` wants to see. */
export const MAGIC_LENGTH = 10;

/** Looks at the first bytes of a stream (ten, or all if there are fewer). */
export function detectCompression(start: Uint8Array): DetectedCompression {
  for (const [format, magic] of MAGICS) {
    if (magic.every((byte, index) => start[index] === byte)) return format;
  }
  if (isBzip2(start)) return 'bzip2';
  // Zstandard's skippable frames: 0x184D2A50 to 0x184D2A5F.
  const [first = 0, second, third, fourth] = start;
  return (first & 0xf0) === 0x50 && second === 0x2a && third === 0x4d && fourth === 0x18 ? 'zstd' : 'none';
}

const MAGICS: readonly (readonly [DetectedCompression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
];

/** `BZh`, a level, and the digits of pi: three letters alone could begin the name of a tar's first entry. */
function isBzip2(start: Uint8Array): boolean {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, MAGIC_LENGTH)).toString('latin1');
  return /^BZh[1-9]1AY&SY/.test(text);
}
