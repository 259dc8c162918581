import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** A file, or a stretch of one. */
export interface Part {
  readonly path: string;
  /** First byte; default 0. */
  readonly offset?: number;
  /** Bytes; default up to the end. */
  readonly length?: number;
}

/** At most `length` bytes from a place; fewer where the part ends. */
export async function peek({ path, offset = 0, length: own = Number.POSITIVE_INFINITY }: Part, at: number, length: number): Promise<Buffer> {
  const wanted = Math.max(0, Math.min(length, own - at));
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, offset + at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export function readPart({ path, offset = 0, length }: Part, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (length === 0) return nothing();
  return createReadStream(path, { start: offset, signal, ...(length === undefined ? {} : { end: offset + length - 1 }), highWaterMark: 1024 * 1024 });
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // There is no byte to give.
}

/** SHA-256 of parts one after the other, in hexadecimal. */
export async function hashParts(parts: readonly Part[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const part of parts) for await (const chunk of readPart(part, signal)) hash.update(chunk);
  return hash.digest('hex');
}

/** SHA-256 of a stretch of an open file, in hexadecimal. */
export async function hashStretch(file: FileHandle, offset: number, length: number): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - at), offset + at);
    if (bytesRead === 0) throw new Error(`Internal error: a file ends ${length - at} bytes too early`);
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
