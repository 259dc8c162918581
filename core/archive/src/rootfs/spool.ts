// Contents of files, put one after the other into a temporary file and read back in any order. The file has no name once it is
// open, so nothing stays behind, even when the process is killed.
import { randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A piece of the spool. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** Size of one write, of one read of a large content, and of the reading ahead over small ones. */
const PIECE = 1024 * 1024;

/** Owns a file descriptor: close it. */
export class Spool {
  readonly #handle: FileHandle;
  /** Two pieces of memory take turns: one fills while the other is written. */
  #pending: Buffer = Buffer.allocUnsafeSlow(PIECE);
  #other: Buffer | undefined;
  #pendingSize = 0;
  #written = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #lastEnd = -1;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens a spool in `folder`, which must exist and be writable. */
  static async create(folder: string): Promise<Spool> {
    const path = join(folder, `.spool-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    try {
      await unlink(path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new Spool(handle);
  }

  /** Appends a content. */
  async append(body: AsyncIterable<Uint8Array>): Promise<Extent> {
    const offset = this.#written + this.#pendingSize;
    for await (const chunk of body) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + PIECE - this.#pendingSize);
        this.#pending.set(part, this.#pendingSize);
        this.#pendingSize += part.length;
        at += part.length;
        if (this.#pendingSize === PIECE) await this.#flush();
      }
    }
    return { offset, size: this.#written + this.#pendingSize - offset };
  }

  /** Ends appending and gives the memory for it back. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#writing;
    this.#pending = Buffer.alloc(0);
    this.#other = undefined;
  }

  /** The content of an extent. Small ones that lie behind each other are read in one go. */
  async *read(extent: Extent): AsyncGenerator<Uint8Array, void, undefined> {
    if (extent.offset + extent.size > this.#written) await this.#flush();
    await this.#writing;
    if (extent.size <= PIECE) {
      if (extent.size > 0) yield this.#readSmall(extent);
      return;
    }
    const end = extent.offset + extent.size;
    for (let at = extent.offset; at < end; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, end - at));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw spoolEnded();
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
    this.#lastEnd = end;
  }

  /** Forgets everything and gives the room on disk back. */
  async clear(): Promise<void> {
    await this.#writing;
    await this.#handle.truncate(0);
    this.#pendingSize = 0;
    this.#written = 0;
    this.#window = Buffer.alloc(0);
    this.#lastEnd = -1;
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#handle.close();
  }

  /** One write is under way while the next piece fills. */
  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#pendingSize === 0) return;
    const filled = this.#pending;
    const full = filled.subarray(0, this.#pendingSize);
    this.#writing = writeAll(this.#handle, full, this.#written);
    // Its failure is reported by the next flush; it must not count as unhandled until then.
    this.#writing.catch(() => undefined);
    this.#written += full.length;
    this.#pending = this.#other ?? Buffer.allocUnsafeSlow(PIECE);
    this.#other = filled;
    this.#pendingSize = 0;
  }

  #readSmall({ offset, size }: Extent): Buffer {
    const isInWindow = offset >= this.#windowStart && offset + size <= this.#windowStart + this.#window.length;
    if (!isInWindow) {
      const ahead = offset === this.#lastEnd ? Math.min(PIECE, this.#written - offset) : size;
      const window = Buffer.allocUnsafeSlow(Math.max(size, ahead));
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

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

function spoolEnded(): Error {
  return new Error('Internal error: the spool is shorter than what was written to it');
}
