import { createHash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.ts';

// Layers of images on this side of the engine, by the digest of their content, so that a layer is asked for once in a process, and what layers make
// together. Each file has no name from the moment it is open: whatever ends the process, nothing stays behind.

export interface LayerSpoolOptions {
  /** Folder for the files; must exist. */
  readonly folder: string;
  /** Bytes to keep; the layers that were used longest ago go first. Layers in use always stay. */
  readonly limit: number;
}

/** A set of layers that stay readable until they are released. */
export interface LayerLease {
  /** Streams a layer's uncompressed tar. May be called several times. */
  read(layer: string): AsyncIterable<Uint8Array>;
  release(): Promise<void>;
}

interface StoredLayer {
  readonly handle: FileHandle;
  readonly size: number;
  users: number;
}

export class LayerSpool {
  readonly #options: LayerSpoolOptions;
  /** In the order of use, oldest first. */
  readonly #layers = new Map<string, StoredLayer>();

  constructor(options: LayerSpoolOptions) {
    this.#options = options;
  }

  /** Whether a layer is here. */
  has(layer: string): boolean {
    return this.#layers.has(layer);
  }

  /** Holds layers; undefined when one of them is not here. */
  lease(layers: readonly string[]): LayerLease | undefined {
    const held = new Map<string, StoredLayer>();
    for (const layer of layers) {
      const stored = this.#layers.get(layer);
      if (stored === undefined) return undefined;
      held.set(layer, stored);
    }
    for (const [layer, stored] of held) {
      stored.users++;
      this.#layers.delete(layer);
      this.#layers.set(layer, stored);
    }
    return {
      read: (layer) => {
        const stored = held.get(layer);
        if (stored === undefined) throw new Error(`Internal error: the layer ${layer} is not held`);
        return readHandle(stored.handle, stored.size);
      },
      release: async () => {
        for (const stored of held.values()) stored.users--;
        held.clear();
        await this.#shrink();
      },
    };
  }

  /** Keeps what a stream holds and answers the digest of it (`sha256:…`), held by one lease. Throws COS_DOCKER_TMP_FULL. */
  async add(content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<{ readonly layer: string; readonly lease: LayerLease }> {
    const hash = createHash('sha256');
    const pieces = async function* pieces(): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(content)) {
        hash.update(piece);
        yield piece;
      }
    };
    return this.#keep(pieces(), () => `sha256:${hash.digest('hex')}`, signal);
  }

  /** Keeps a stream under a name that stands for its content. Throws COS_DOCKER_TMP_FULL. */
  async addNamed(name: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerLease> {
    return (await this.#keep(inPieces(content), () => name, signal)).lease;
  }

  async #keep(pieces: AsyncIterable<Uint8Array>, nameOf: () => string, signal: AbortSignal): Promise<{ readonly layer: string; readonly lease: LayerLease }> {
    const handle = await this.#open();
    let isKept = false;
    try {
      let size = 0;
      // One write is under way while the next piece comes.
      let writing: Promise<void> = Promise.resolve();
      for await (const piece of pieces) {
        signal.throwIfAborted();
        await writing;
        writing = this.#write(handle, piece, size);
        // Its failure is told by the next wait; until then it must not count as unhandled.
        writing.catch(() => undefined);
        size += piece.length;
      }
      await writing;
      const layer = nameOf();
      if (!this.#layers.has(layer)) {
        this.#layers.set(layer, { handle, size, users: 0 });
        isKept = true;
      }
      const lease = this.lease([layer]);
      if (lease === undefined) throw new Error(`Internal error: the layer ${layer} was lost while it was kept`);
      return { layer, lease };
    } finally {
      if (!isKept) await handle.close();
    }
  }

  async #open(): Promise<FileHandle> {
    const path = join(this.#options.folder, `cos-layer-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return handle;
  }

  async #write(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
    try {
      await writeAll(handle, chunk, position);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
        fail('COS_DOCKER_TMP_FULL', `The folder ${this.#options.folder} is full; the layers of an image did not fit in.`, { cause: error });
      }
      throw error;
    }
  }

  async #shrink(): Promise<void> {
    let total = 0;
    for (const { size } of this.#layers.values()) total += size;
    for (const [layer, stored] of this.#layers) {
      if (total <= this.#options.limit) return;
      if (stored.users > 0) continue;
      this.#layers.delete(layer);
      total -= stored.size;
      await stored.handle.close();
    }
  }
}

const PIECE = 1024 * 1024;

/** Gathers small chunks. */
async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafeSlow(PIECE);
  let used = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE - used);
      piece.set(part, used);
      used += part.length;
      at += part.length;
      if (used < PIECE) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(PIECE);
      used = 0;
    }
  }
  if (used > 0) yield piece.subarray(0, used);
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
}

async function* readHandle(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < size; ) {
    // A buffer of its own for each piece: whoever reads may keep it.
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(Math.min(PIECE, size - position)), 0, undefined, position);
    if (bytesRead === 0) throw new Error('Internal error: a layer became shorter while it was read');
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
