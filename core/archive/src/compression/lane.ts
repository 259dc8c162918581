// What compresses one block after the other, each to a gzip member or a zstd frame of its own that depends on nothing before it.
import { promisify } from 'node:util';
import { constants, createZstdCompress, gzip } from 'node:zlib';
import type { ZstdCompress } from 'node:zlib';

/** Close it at the end. A block must stay as it is until it is compressed. */
export interface Lane {
  compress(block: Buffer): Promise<readonly Buffer[]>;
  /** Gives back the memory of a piece of output that nobody reads any more, nor any piece before it. */
  release(piece: Buffer): void;
  close(): void;
}

/** Bytes that a compressor gets for its output at a time: blocks of programs shrink to less than half. */
function outputSize(blockSize: number): number {
  return Math.max(16 * 1024, blockSize >> 3);
}

const gzipAsync = promisify(gzip);

/** The header's byte for the operating system is set to "unknown", so that the platform does not show. */
export function createGzipLane(level: number, blockSize: number): Lane {
  return {
    compress: async (block) => {
      const member = await gzipAsync(block, { level, chunkSize: outputSize(blockSize) });
      member[9] = 0xff;
      return [member];
    },
    release: () => undefined,
    close: () => undefined,
  };
}

/**
 * One compressor for all blocks. It takes more memory than a block, and memory outside of the heap that comes and goes makes the collector run: one for each
 * block costs as much as a third of the compression.
 */
export class ZstdLane implements Lane {
  readonly #stream: ZstdCompress;
  readonly #outputSize: number;
  #output: Buffer[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(level: number, blockSize: number) {
    this.#outputSize = outputSize(blockSize);
    this.#stream = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 }, chunkSize: this.#outputSize });
    this.#stream.on('data', (chunk: Buffer) => this.#output.push(chunk));
    // Told to who waits for a block.
    this.#stream.on('error', () => undefined);
  }

  compress(block: Buffer): Promise<readonly Buffer[]> {
    const result = this.#last.then(() => this.#compress(block));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * The compressor fills one memory after the other, and the collector finds them late, because they are no part of the heap: tens of megabytes wait for it.
   * Its last piece has the end of a memory; one that is small may be part of memory that others use, too.
   */
  release({ buffer, byteOffset, length }: Buffer): void {
    const isOwn = this.#outputSize > Buffer.poolSize && buffer.byteLength === this.#outputSize;
    if (isOwn && byteOffset + length === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }

  close(): void {
    this.#stream.destroy();
  }

  #compress(block: Buffer): Promise<readonly Buffer[]> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      const fail = (error?: Error): void => reject(error ?? new Error('Internal error: the compressor was closed'));
      stream.once('error', fail);
      stream.once('close', fail);
      if (block.length > 0) stream.write(block);
      stream.flush(constants.ZSTD_e_end, () => {
        stream.off('error', fail);
        stream.off('close', fail);
        const output = this.#output;
        this.#output = [];
        resolve(output);
      });
    });
  }
}
