// Writes entries as a tar archive, in the order given. Equal entries give equal bytes, however their bodies were cut into chunks
// (see format-header.ts for the encoding); the archive ends with two zero blocks and no further padding.
import { ArchiveError, quoteName } from '../archive-error.ts';
import type { TarEntry } from './entry.ts';
import { formatHeader } from './format-header.ts';
import { BLOCK_SIZE, ZERO_BLOCK } from './parse-block.ts';

/** Small pieces are gathered into chunks of this size; larger ones pass through without a copy. */
const CHUNK_SIZE = 256 * 1024;
const PASS_THROUGH = 16 * 1024;

/**
 * The bytes of an archive of `entries`. A body that is longer or shorter than its entry's `size`, and an entry that cannot be
 * expressed, are `invalid-entry` errors. Format: POSIX.1-2001 pax interchange format, extended attributes as `SCHILY.xattr.*`.
 */
export async function* writeTar(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  const gather = new Gather();
  for await (const entry of entries) {
    yield* gather.add(formatHeader(entry));
    if (entry.size === 0) continue;
    let missing = entry.size;
    for await (const chunk of entry.body) {
      missing -= chunk.length;
      if (missing < 0) break;
      yield* gather.add(chunk);
    }
    if (missing !== 0) throw wrongSize(entry, missing);
    const padding = -entry.size & (BLOCK_SIZE - 1);
    if (padding > 0) yield* gather.add(ZERO_BLOCK.subarray(0, padding));
  }
  yield* gather.add(ZERO_BLOCK);
  yield* gather.add(ZERO_BLOCK);
  yield* gather.flush();
}

class Gather {
  #chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  #used = 0;

  *add(bytes: Uint8Array): Generator<Uint8Array> {
    if (bytes.length >= PASS_THROUGH) {
      yield* this.flush();
      yield bytes;
      return;
    }
    if (this.#used + bytes.length > CHUNK_SIZE) yield* this.flush();
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** A chunk that is little used is copied: one for each header between large files would be thrown away almost empty. */
  *flush(): Generator<Uint8Array> {
    if (this.#used === 0) return;
    const full = this.#chunk.subarray(0, this.#used);
    const isLittle = this.#used <= CHUNK_SIZE / 4;
    if (!isLittle) this.#chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
    this.#used = 0;
    yield isLittle ? Buffer.from(full) : full;
  }
}

function wrongSize(entry: TarEntry, missing: number): ArchiveError {
  const found = missing < 0 ? 'more' : `only ${entry.size - missing}`;
  return new ArchiveError('invalid-entry', `The entry ${quoteName(entry.path)} states ${entry.size} bytes, but its content has ${found}`, { path: entry.path });
}
