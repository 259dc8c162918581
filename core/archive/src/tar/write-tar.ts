// Writes entries as a tar archive, in the order given. Equal entries give equal bytes, however their bodies were cut into chunks
// (see format-header.ts for the encoding); the archive ends with two zero blocks and no further padding.
import { ArchiveError, quoteName } from '../archive-error.ts';
import type { TarEntry } from './entry.ts';
import { formatHeader } from './format-header.ts';
import { BLOCK_SIZE, ZERO_BLOCK } from './parse-block.ts';

/** Small pieces are gathered into chunks of this size; larger ones pass through without a copy. */
const CHUNK_SIZE = 256 * 1024;
const PASS_THROUGH = 16 * 1024;

export interface WriteTarOptions {
  /** Whether a chunk may be overwritten when the next one is asked for, which spares whoever uses it up at once the making of new ones. Default: false. */
  readonly transient?: boolean;
}

/**
 * The bytes of an archive of `entries`. A body that is longer or shorter than its entry's `size`, and an entry that cannot be
 * expressed, are `invalid-entry` errors. Format: POSIX.1-2001 pax interchange format, extended attributes as `SCHILY.xattr.*`.
 */
export async function* writeTar(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>, { transient = false }: WriteTarOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  const gather = new Gather(transient);
  for await (const entry of entries) {
    for (const piece of gather.add(formatHeader(entry))) yield piece;
    if (entry.size === 0) continue;
    let missing = entry.size;
    for await (const chunk of entry.body) {
      missing -= chunk.length;
      if (missing < 0) break;
      for (const piece of gather.add(chunk)) yield piece;
    }
    if (missing !== 0) throw wrongSize(entry, missing);
    const padding = -entry.size & (BLOCK_SIZE - 1);
    if (padding > 0) for (const piece of gather.add(ZERO_BLOCK.subarray(0, padding))) yield piece;
  }
  for (const piece of gather.add(ZERO_BLOCK)) yield piece;
  for (const piece of gather.add(ZERO_BLOCK)) yield piece;
  for (const piece of gather.flush()) yield piece;
}

/** No generators: most pieces only go in, and asking one whether something came out costs more than the copy. */
class Gather {
  readonly #isTransient: boolean;
  #chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  #used = 0;

  constructor(isTransient: boolean) {
    this.#isTransient = isTransient;
  }

  /** What is to go out before the next piece is added. */
  add(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length >= PASS_THROUGH) return [...this.flush(), bytes];
    const full = this.#used + bytes.length > CHUNK_SIZE ? this.flush() : NOTHING;
    // What was flushed is still to be read.
    if (full.length > 0 && this.#isTransient) return [...full, bytes];
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
    return full;
  }

  /** A chunk that is little used is copied: one for each header between large files would be thrown away almost empty. */
  flush(): readonly Uint8Array[] {
    if (this.#used === 0) return NOTHING;
    const full = this.#chunk.subarray(0, this.#used);
    this.#used = 0;
    if (this.#isTransient) return [full];
    if (full.length <= CHUNK_SIZE / 4) return [Buffer.from(full)];
    this.#chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
    return [full];
  }
}

const NOTHING: readonly Uint8Array[] = [];

function wrongSize(entry: TarEntry, missing: number): ArchiveError {
  const found = missing < 0 ? 'more' : `only ${entry.size - missing}`;
  return new ArchiveError('invalid-entry', `The entry ${quoteName(entry.path)} states ${entry.size} bytes, but its content has ${found}`, { path: entry.path });
}
