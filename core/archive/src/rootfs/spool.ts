// Contents of files, put one after the other into a temporary file and read back in any order. The file has no name once it is
// open, so nothing stays behind, even when the process is killed.
import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SpoolReader, type SpoolReaderOptions } from './spool-reader.ts';

/** A piece of the spool. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** Size of one write. */
const PIECE = 1024 * 1024;

/** Owns a file descriptor: close it. */
export class Spool {
  readonly #handle: FileHandle;
  readonly #reader: SpoolReader;
  /** Two pieces of memory take turns: one fills while the other is written. */
  #pending: Buffer = Buffer.allocUnsafeSlow(PIECE);
  #other: Buffer | undefined;
  #pendingSize = 0;
  #written = 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle) {
    this.#handle = handle;
    this.#reader = new SpoolReader(handle, { transient: false });
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

  /** The content of an extent. */
  read(extent: Extent, reader: SpoolReader = this.#reader): AsyncIterable<Uint8Array> {
    return reader.read(extent, async () => {
      if (extent.offset + extent.size > this.#written) await this.#flush();
      await this.#writing;
      return this.#written;
    });
  }

  /** Another place to read at, for `read`. */
  createReader(options: SpoolReaderOptions): SpoolReader {
    return new SpoolReader(this.#handle, options);
  }

  /** Forgets everything and gives the room on disk back. */
  async clear(): Promise<void> {
    await this.#writing;
    await this.#handle.truncate(0);
    this.#pendingSize = 0;
    this.#written = 0;
    this.#reader.forget();
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
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
