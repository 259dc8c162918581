import { asDigest } from '@cos/core';
import { containerImage } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { useEngine } from '../engine/container-engine.ts';
import { inspectImage } from '../engine/images.ts';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { nameOf } from '../pins/named.ts';
import { parseReference } from '../reference.ts';

/**
 * An image that the engine has under a name and no registry knows, exactly the one of a content. Should the name have moved on, an image of that content is
 * taken from the store.
 */
export const local = defineStage({
  description: 'take an image that the container engine has',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: {},
  outputs: { image: containerImage },
  options: z.object({
    /** `my-base`, `my-base:2`. */
    reference: z.string(),
    /** Digest of its content, as the pin `named` answers it. */
    content: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  }),
  resource: { class: 'container-build' },
  async run({ options, plugin, emit, env, platform, signal }) {
    const { client, store } = await useEngine({ plugin, env });
    const content = asDigest(options.content);
    const reference = store.referenceOf(content);
    if (await store.has(content, signal)) return { image: await emit.image(reference, { reference }) };
    const name = nameOf(parseReference(options.reference));
    const found = await inspectImage(client, name, signal);
    if (found === undefined) return fail('COS_DOCKER_LOCAL_IMAGE', `The engine has no image ${name}.`);
    if (found.platform !== undefined && found.platform !== platform) return fail('COS_DOCKER_LOCAL_IMAGE', `The image ${name} of the engine is for ${found.platform}, and packages are built for ${platform}.`);
    const there = await store.digestOf(found.id, signal);
    if (there !== content) return fail('COS_DOCKER_LOCAL_IMAGE', `The image ${name} of the engine is another one than that of cos.lock: its content has the digest ${there}, expected ${content}.`);
    return { image: await emit.image(found.id, { reference }) };
  },
});
