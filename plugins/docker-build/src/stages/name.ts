import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { many, one, type Artifact, type Digest } from '@cos/core';
import { textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { readOrigin, type Origin } from '../cache/image-origin.ts';
import { useEngine } from '../engine/container-engine.ts';
import { inspectImage, tagImage } from '../engine/images.ts';
import { imageOrigin, imageTags, type ImageOrigin } from '../kinds.ts';
import { defineStage, repositoryForm } from '../options.ts';
import { readImageTags } from '../tags/image-tags.ts';

/**
 * Gives images in the engine the names that luet gives to its own, so that luet on this host finds them. Nothing here ever believes such a name. Tags
 * change when images do not (a virtual package in the chain was edited), which is why this is a task of its own.
 */
export const name = defineStage({
  description: 'name images in the engine as luet does',
  version: 1,
  cache: 'content',
  inputs: {
    tags: one(imageTags),
    /** Of the images of packages. Not the images themselves: one that the engine has lost is not made again for the sake of a name. */
    images: many(imageOrigin),
    /** Of images that were put together for packages with `requires_final_images`. */
    joins: many(imageOrigin),
  },
  outputs: { names: textFile },
  options: z.object({
    /** `luet/cache` */
    repository: z.string().check(z.regex(repositoryForm)),
    /** The `id` in the plan of each of `images`. */
    images: z.array(z.string()),
    /** The package of each of `joins`: `name-category-version`. */
    joins: z.array(z.string()),
  }),
  async run({ inputs, options, plugin, emit, env, log, scratch, signal }) {
    const tags = readImageTags(await readFile(await inputs.tags.path(), 'utf8'));
    const { client, store } = await useEngine({ plugin, env });
    const names = new Map<string, string>();
    const set = async (digest: Digest, wanted: readonly string[]): Promise<void> => {
      const image = await inspectImage(client, store.referenceOf(digest), signal);
      if (image === undefined) {
        log.info(`the engine has no image ${store.referenceOf(digest)} any more: it gets no name`);
        return;
      }
      for (const tag of wanted) {
        await tagImage(client, image.id, { repository: options.repository, tag }, signal);
        names.set(`${options.repository}:${tag}`, digest);
      }
    };
    for (const [index, artifact] of inputs.images.entries()) {
      const { image, builder } = await originOf(artifact);
      const own = tags.images[options.images[index] ?? ''];
      await set(image, own?.packages ?? []);
      if (builder !== undefined) await set(builder, own?.builders ?? []);
    }
    for (const [index, artifact] of inputs.joins.entries()) {
      const tag = tags.joins[options.joins[index] ?? ''];
      await set((await originOf(artifact)).image, tag === undefined ? [] : [tag]);
    }
    const file = join(scratch, 'names');
    await writeFile(file, [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([tag, digest]) => `${tag} ${digest}\n`).join(''));
    return { names: await emit.names(file, {}) };
  },
});

async function originOf(artifact: Artifact<ImageOrigin>): Promise<Origin> {
  return readOrigin(await readFile(await artifact.path(), 'utf8'));
}
