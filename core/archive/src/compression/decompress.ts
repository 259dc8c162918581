// Gives the plain bytes of a stream that may be compressed. The format is read from the first bytes; a stream may consist of any number
// of gzip members or zstd frames.
import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ArchiveError } from '../archive-error.ts';
import { ByteSource } from '../tar/byte-source.ts';
import { detectCompression, MAGIC_LENGTH } from './detect-compression.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** Bounds of decompression. */
export interface DecompressOptions {
  /** Most bytes to give; more is a `limit` error. Default: no bound. */
  readonly maxBytes?: number;
}

/**
 * Decompresses gzip and zstd and passes anything unknown through unchanged. Errors: `truncated`, `corrupt`, `limit`, and
 * `unsupported` for xz, bzip2 and lz4. Errors of the source pass through.
 */
export async function* decompress(source: AsyncIterable<Uint8Array>, options: DecompressOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  const limit = options.maxBytes ?? Number.POSITIVE_INFINITY;
  let given = 0;
  for await (const chunk of decompressAll(source)) {
    given += chunk.length;
    if (given > limit) throw new ArchiveError('limit', `The stream holds more than ${limit} bytes when decompressed`);
    yield chunk;
  }
}

async function* decompressAll(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = new ByteSource(source);
  try {
    const start = await bytes.read(MAGIC_LENGTH);
    const format = detectCompression(start);
    const whole = withStart(start, bytes);
    switch (format) {
      case 'none':
        yield* whole;
        break;
      case 'gzip':
        yield* throughDecoder(whole, createGunzip({ chunkSize: CHUNK_SIZE }), format);
        break;
      case 'zstd':
        for await (const frame of splitZstdFrames(whole)) yield* throughDecoder(frame, createZstdDecompress({ chunkSize: CHUNK_SIZE }), format);
        break;
      case 'xz':
      case 'bzip2':
      case 'lz4':
        throw new ArchiveError('unsupported', `The data is compressed by ${format}, which is not supported; use zstd or gzip`, { offset: 0 });
    }
  } finally {
    await bytes.close();
  }
}

const CHUNK_SIZE = 256 * 1024;

async function* withStart(start: Buffer, bytes: ByteSource): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (;;) {
    const piece = bytes.takeSome(Number.MAX_SAFE_INTEGER);
    if (piece !== undefined) yield piece;
    else if (!(await bytes.fill())) return;
  }
}

async function* throughDecoder(source: AsyncIterable<Uint8Array>, decoder: Transform, format: string): AsyncGenerator<Uint8Array> {
  pipeline(Readable.from(copies(source), { objectMode: false }), decoder, () => {
    // The error, if any, reaches the loop below through the decoder.
  });
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array;
  } catch (error) {
    throw explain(error, format);
  }
}

/** The decoder reads ahead, and a source may use the memory of a chunk again for the next one. */
async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

function explain(error: unknown, format: string): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'Z_BUF_ERROR') return new ArchiveError('truncated', `The ${format} data ends too early; it was probably cut off`, { cause: error });
  if (/^Z_|^ZSTD_/.test(code)) {
    return new ArchiveError('corrupt', `The ${format} data is damaged: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  return error;
}
