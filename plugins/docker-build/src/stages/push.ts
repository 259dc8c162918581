import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hint, one, optional } from '@cos/core';
import { containerImage, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { useCaches } from '../cache/cache-access.ts';
import { readOrigin } from '../cache/image-origin.ts';
import { pushImages } from '../cache/push-images.ts';
import { useEngine } from '../engine/container-engine.ts';
import { imageOrigin, imageTags } from '../kinds.ts';
import { defineStage } from '../options.ts';
import { readImageTags } from '../tags/image-tags.ts';

/** Puts images of a package where other machines find them. What was pulled is there already: it is not pushed. */
export const push = defineStage({
  description: 'push images to a cache repository',
  version: 1,
  cache: 'never',
  effect: 'publish',
  inputs: {
    origin: one(imageOrigin),
    image: one(containerImage),
    /** Missing for an image that was put together from archives. */
    builder: optional(containerImage),
    /** What luet calls them. */
    tags: hint(imageTags),
  },
  outputs: { pushed: textFile },
  options: z.object({
    /** `registry.example/team/cache` */
    repository: z.string(),
    /** The `id` of the image in the plan, or the package that is built on it when it was put together (`name-category-version`). */
    id: z.string(),
  }),
  resource: { class: 'network' },
  async run({ inputs, options, plugin, platform, emit, env, log, scratch, signal, forced }) {
    const { repository, id } = options;
    const { made, key } = readOrigin(await readFile(await inputs.origin.path(), 'utf8'));
    const names = made === 'pulled' ? [] : await pushImages({ ...(await where()), repository, key, image: inputs.image.digest, builder: inputs.builder?.digest, luet: await luetTags(), platform, replace: forced, log, signal });
    if (made === 'pulled') log.info('was pulled: it is not pushed');
    const file = join(scratch, 'pushed');
    await writeFile(file, names.map((line) => `${line}\n`).join(''));
    return { pushed: await emit.pushed(file, {}) };

    async function where() {
      return { engine: await useEngine({ plugin, env }), access: useCaches({ plugin, env }) };
    }

    async function luetTags(): Promise<{ readonly packages: readonly string[]; readonly builders: readonly string[] }> {
      if (inputs.tags === undefined) return { packages: [], builders: [] };
      const { images, joins } = readImageTags(await readFile(await inputs.tags.path(), 'utf8'));
      const join = joins[id];
      return inputs.builder === undefined ? { packages: join === undefined ? [] : [join], builders: [] } : (images[id] ?? { packages: [], builders: [] });
    }
  },
});
