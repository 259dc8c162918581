import { createReadStream } from 'node:fs';
import { startDigest } from '../digest.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { RegistryError } from '../registry-error.ts';

/** Bytes that can be read again from any place, because a broken upload goes on where the registry has less than was sent. */
export interface BlobContent {
  /** Starts reading at an offset in bytes. */
  readonly open: (offset: number) => AsyncIterable<Uint8Array>;
}

/** The content of a file, read when it is needed. */
export function fileContent(path: string): BlobContent {
  return { open: (offset) => createReadStream(path, { start: offset, highWaterMark: 1 << 20 }) };
}

export function bytesContent(bytes: Uint8Array): BlobContent {
  return {
    async *open(offset) {
      if (offset < bytes.length) yield bytes.subarray(offset);
    },
  };
}

export interface DescribeOptions {
  /** Default: `application/octet-stream`. */
  readonly mediaType?: string;
  readonly signal?: AbortSignal;
}

/** Reads content once for its digest (SHA-256) and size. Throws `content` where it cannot be read. */
export async function describeContent(content: BlobContent, { mediaType = 'application/octet-stream', signal }: DescribeOptions = {}): Promise<Descriptor> {
  const running = startDigest('sha256:');
  let size = 0;
  try {
    for await (const piece of content.open(0)) {
      signal?.throwIfAborted();
      running.update(piece);
      size += piece.length;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new RegistryError({ code: 'content', summary: 'The content of a blob cannot be read.', found: error instanceof Error ? error.message : 'an error', cause: error });
  }
  return { mediaType, digest: running.end(), size };
}

/** The content that stands for none: `{}`. Format: OCI image specification 1.1, "Guidance for an Empty Descriptor". */
export const emptyContent: { readonly bytes: Uint8Array; readonly descriptor: Descriptor } = {
  bytes: Buffer.from('{}'),
  descriptor: { mediaType: mediaTypes.ociEmpty, digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', size: 2 },
};
