import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compress } from '@cos/archive';
import { mediaTypes, type Descriptor } from '@cos/registry';

/** A layer of an image, as a file. */
export interface Layer {
  readonly path: string;
  readonly descriptor: Descriptor;
  /** Digest of the layer as plain tar: what the image's config names. Format: OCI image specification 1.1, "Layer DiffID". */
  readonly diffId: string;
}

/** Writes a tar as a layer: gzip, because engines from before 2023 know no zstd there. */
export async function encodeLayer(tar: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<Layer> {
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of tar) {
      plain.update(chunk);
      yield chunk;
    }
  }
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of compress(hashed(), { format: 'gzip' })) {
      packed.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  await pipeline(Readable.from(counted()), createWriteStream(path, { flags: 'wx' }), { signal });
  return { path, descriptor: { mediaType: mediaTypes.ociLayerGzip, digest: `sha256:${packed.digest('hex')}`, size }, diffId: `sha256:${plain.digest('hex')}` };
}
