import { randomBytes } from 'node:crypto';
import { createEntry, writeTar } from '@cos/archive';

// Secrets for a build in Podman. Its API takes them as files of the build context, which it moves out of the context before it builds anything.
// Format: Podman's API, ImageBuild, parameter `secrets`.

/** Before Podman 4.3 a secret could stay in the context, and thereby in the image. */
export const PODMAN_WITH_SECRETS = [4, 3] as const;

export interface ContextSecrets {
  /** The parameter `secrets` of the build. */
  readonly query: string;
  /** The context with the secrets in front. */
  readonly context: AsyncIterable<Uint8Array>;
}

/** `secrets`: exact bytes by id. */
export function addContextSecrets(context: AsyncIterable<Uint8Array>, secrets: ReadonlyMap<string, Uint8Array>): ContextSecrets {
  // No file of the user's has such a name, and steps do not see it.
  const named = [...secrets].map(([id, bytes]) => ({ id, bytes, name: `.cos-secret-${randomBytes(16).toString('hex')}` }));
  return { query: JSON.stringify(named.map(({ id, name }) => `id=${id},src=${name}`)), context: withFiles(context, named) };
}

async function* withFiles(context: AsyncIterable<Uint8Array>, files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): AsyncGenerator<Uint8Array> {
  for (const { name, bytes } of files) {
    const pieces: Uint8Array[] = [];
    for await (const piece of writeTar([createEntry({ path: name, mode: 0o600 }, bytes)])) pieces.push(piece);
    // Without the blocks that end an archive: the context follows.
    yield Buffer.concat(pieces).subarray(0, BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK);
  }
  yield* context;
}

const BLOCK = 512;
