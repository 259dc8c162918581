import { startDigest } from '../digest.ts';
import { RegistryError } from '../registry-error.ts';
import type { PushBlobRequest } from './push-blob.ts';

export interface CheckedContent {
  /** The bytes from one offset to another. */
  readonly read: (from: number, until: number) => AsyncGenerator<Uint8Array>;
  /** All bytes at once, for small blobs. */
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * Reads parts of a content, and compares all of it with its descriptor on the way: a last piece that does not fit never comes out, so that nobody
 * gets the whole of a wrong content. Throws `content`.
 */
export function checkContent({ content, descriptor: { digest, size }, repository, onProgress, signal }: PushBlobRequest): CheckedContent {
  const running = startDigest(digest);
  let hashed = 0;
  let found: string | undefined;

  async function* read(from: number, until: number): AsyncGenerator<Uint8Array> {
    let position = from;
    let held: Uint8Array | undefined;
    for await (const piece of pieces(from)) {
      if (position === until && piece.length > 0) throw wrong(`${size} bytes`, 'more');
      const part = piece.subarray(0, until - position);
      if (until === size && part.length < piece.length) throw wrong(`${size} bytes`, 'more');
      // What is read again after a broken connection is known already.
      if (position + part.length > hashed) {
        running.update(part.subarray(hashed - position));
        hashed = position + part.length;
      }
      position += part.length;
      if (held !== undefined) yield held;
      held = part;
      onProgress?.(position);
      if (position === until && until < size) break;
    }
    if (position < until) throw wrong(`${size} bytes`, `${position} bytes`);
    if (hashed === size) found ??= running.end();
    if (found !== undefined && found !== digest) throw wrong(digest, found);
    if (held !== undefined) yield held;
  }

  async function* pieces(from: number): AsyncGenerator<Uint8Array> {
    try {
      yield* content.open(from);
    } catch (error) {
      signal.throwIfAborted();
      throw wrong('content that can be read', error instanceof Error ? error.message : 'an error', error);
    }
  }

  function wrong(expected: string, what: string, cause?: unknown): RegistryError {
    return new RegistryError({
      code: 'content',
      registry: repository.registry,
      repository: repository.repository,
      reference: digest,
      summary: `The content of the blob ${digest} is not what its descriptor says.`,
      expected,
      found: what,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  return {
    read,
    async bytes() {
      const parts: Uint8Array[] = [];
      for await (const part of read(0, size)) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}
