// An image, wherever it is: its layers from the lowest to the uppermost, as plain tar streams. What is read is verified by the digests of whoever lists it.
import { createHash } from 'node:crypto';
import { ClientError } from '../client-error.ts';

export interface ImageLayers {
  /** For messages: `registry.example/os:1`, `the archive os.tar`. */
  readonly place: string;
  /** Each stream is read to its end before the next one is asked for. */
  readonly layers: () => AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined>;
}

/** The same bytes; throws ClientError `corrupt` at their end when they are not those of the digest (`sha256:…`). */
export async function* verified(bytes: AsyncIterable<Uint8Array>, digest: string, what: string): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw new ClientError('corrupt', `${what} is damaged.`, { expected: digest, found });
}
