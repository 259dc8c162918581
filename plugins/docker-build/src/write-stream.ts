import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Writes a stream to a new file. */
export async function writeStream(source: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  await pipeline(source, createWriteStream(path, { flags: 'wx' }), { signal });
}
