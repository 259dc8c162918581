// Reads a spool back. Small contents that lie behind each other are read in one go.
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Extent } from './spool.ts';

/** Size of one read of a large content, and of the reading ahead over small ones. */
const PIECE = 1024 * 1024;

export interface SpoolReaderOptions {
  /** Whether a chunk may be overwritten when the next one of this reader is asked for: one piece of memory is used again and again then. */
  readonly transient: boolean;
}

/** A place in a spool. Several readers may read at once. */
export class SpoolReader {
  readonly #handle: FileHandle;
  readonly #isTransient: boolean;
  #memory: Buffer | undefined;
  #window: Buffer = NOTHING;
  #windowStart = 0;
  #lastEnd = -1;

  constructor(handle: FileHandle, { transient }: SpoolReaderOptions) {
    this.#handle = handle;
    this.#isTransient = transient;
  }

  /** The content of an extent. `settle` answers the size of the spool once the extent is in it. */
  async *read(extent: Extent, settle: () => Promise<number>): AsyncGenerator<Uint8Array, void, undefined> {
    const written = await settle();
    if (extent.size <= PIECE) {
      if (extent.size > 0) yield this.#readSmall(extent, written);
      return;
    }
    const end = extent.offset + extent.size;
    for (let at = extent.offset; at < end; ) {
      const piece = this.#take(Math.min(PIECE, end - at));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw spoolEnded();
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
    this.#lastEnd = end;
  }

  /** What was read ahead counts no more. */
  forget(): void {
    this.#window = NOTHING;
    this.#lastEnd = -1;
  }

  #take(size: number): Buffer {
    if (!this.#isTransient) return Buffer.allocUnsafeSlow(size);
    // What was read ahead lies in the same memory.
    this.#window = NOTHING;
    return (this.#memory ??= Buffer.allocUnsafeSlow(PIECE)).subarray(0, size);
  }

  #readSmall({ offset, size }: Extent, written: number): Buffer {
    const isInWindow = offset >= this.#windowStart && offset + size <= this.#windowStart + this.#window.length;
    if (!isInWindow) {
      const ahead = offset === this.#lastEnd ? Math.min(PIECE, written - offset) : size;
      const window = this.#take(Math.max(size, ahead));
      for (let filled = 0; filled < window.length; ) {
        const count = readSync(this.#handle.fd, window, filled, window.length - filled, offset + filled);
        if (count === 0) throw spoolEnded();
        filled += count;
      }
      this.#window = window;
      this.#windowStart = offset;
    }
    this.#lastEnd = offset + size;
    return this.#window.subarray(offset - this.#windowStart, offset - this.#windowStart + size);
  }
}

const NOTHING = Buffer.alloc(0);

function spoolEnded(): Error {
  return new Error('Internal error: the spool is shorter than what was written to it');
}
