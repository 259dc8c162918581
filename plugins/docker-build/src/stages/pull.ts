import { containerImage } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { useEngine } from '../engine/container-engine.ts';
import { pullImage } from '../engine/registry.ts';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { parseReference } from '../reference.ts';

/** An image of a registry, exactly the one of a digest. */
export const pull = defineStage({
  description: 'pull a container image by digest',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: {},
  outputs: { image: containerImage },
  options: z.object({
    /** `debian:bookworm`; a tag says what is meant and does not decide what is pulled. */
    reference: z.string(),
    /** `sha256:…`, as the pin `digest` answers it; default: the one in the reference. */
    digest: z.optional(z.string()),
  }),
  resource: { class: 'network' },
  async run({ options, plugin, emit, env, platform, log, signal }) {
    const reference = parseReference(options.reference);
    const digest = options.digest ?? reference.digest;
    if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) fail('COS_DOCKER_REFERENCE_FORM', `The image ${JSON.stringify(options.reference)} is not pinned by a digest.`);
    const { client, store } = await useEngine({ plugin, env });
    const name = await pullImage(client, { name: reference.name, digest, platform, onLine: (line) => log.info(line), signal });
    return { image: await emit.image(name, { reference: store.referenceOf(await store.digestOf(name, signal)) }) };
  },
});
