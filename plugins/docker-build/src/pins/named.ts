import * as z from 'zod/mini';
import { useEngine } from '../engine/container-engine.ts';
import { inspectImage, type ImageInfo } from '../engine/images.ts';
import { definePin } from '../options.ts';
import { parseReference, type ImageReference } from '../reference.ts';
import { findDigest, verifyKnown } from '../registry/find-digest.ts';

const digestForm = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));

/**
 * What image a recipe means by a name, as an engine reads FROM: the one that it has, else the one of a registry. `{ digest }`: a registry has it under this
 * digest. `{ content }`: it was made or loaded here and no registry knows it; this is the digest of its content. The answer stays in the lock file, so that
 * everybody builds on the same bytes, and who cannot is told.
 */
export const named = definePin({
  description: 'what image a name means, in the container engine or in a registry',
  answer: z.union([z.strictObject({ digest: digestForm }), z.strictObject({ content: digestForm })]),
  placeholder: { digest: `sha256:${'0'.repeat(64)}` },
  async resolve(request, { plugin, env, warn, signal }) {
    const reference = parseReference(request);
    const host = { plugin, env, warn, signal };
    if (reference.digest !== undefined) {
      await verifyKnown(reference, reference.digest, host);
      return { digest: reference.digest };
    }
    const { client, store } = await useEngine({ plugin, env });
    const own = await inspectImage(client, nameOf(reference), signal);
    if (own === undefined) return { digest: await findDigest(reference, host) };
    const digest = digestOf(own, reference);
    if (digest === undefined) return { content: await store.digestOf(own.id, signal) };
    await verifyKnown(reference, digest, host);
    return { digest };
  },
});

/** With the tag that a name without one means. */
export function nameOf({ name, tag }: ImageReference): string {
  return `${name}:${tag ?? 'latest'}`;
}

/** The digest under which the engine got the image from the registry of that name. */
function digestOf({ repoDigests }: ImageInfo, { name }: ImageReference): string | undefined {
  const found = repoDigests.map((each) => each.split('@')).find(([repository = '']) => familiar(repository) === familiar(name));
  return found?.[1];
}

/** Engines leave out, or add, what is meant when nothing is said. */
function familiar(repository: string): string {
  return repository.replace(/^(?:docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '').replace(/^localhost\//, '');
}
