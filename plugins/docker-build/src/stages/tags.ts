import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, many } from '@cos/core';
import { packageRecipe } from '@cos/core/artifacts';
import { createFolderReader, fingerprintName, hashDirectory, saltOf, tagImages, type TaggedPackage } from '@cos/luet';
import * as z from 'zod/mini';
import { imageTags } from '../kinds.ts';
import { defineStage } from '../options.ts';
import { parseHashedRecipe } from '../tags/hashed-recipe.ts';
import { writeImageTags, type ImageTagsFile } from '../tags/image-tags.ts';

const chain = z.object({
  elements: z.array(z.object({ fingerprintName: z.string(), image: z.optional(z.string()), hasSeed: z.boolean() })),
  parts: z.optional(z.array(z.array(z.string()))),
});

/**
 * What luet calls the images of some packages, bit for bit. It is a task, because tags hash the bytes of the packages' folders and their rendered recipes:
 * only as inputs are those the ones that are built.
 */
export const tags = defineStage({
  description: 'work out the tags that luet gives to images',
  version: 1,
  cache: 'content',
  // No engine is asked.
  preflight: false,
  inputs: {
    recipes: many(packageRecipe),
    /** The folder of each recipe's package, in the order of the recipes. As it lies in the tree: luet knows nothing of files that are rendered. */
    folders: many(fileTree),
  },
  outputs: { tags: imageTags },
  options: z.object({
    /** Chains of packages that are built for themselves; all of their packages must be among the recipes. Format: `describeTagChains` of @cos/luet. */
    chains: z.array(chain),
    /** Repositories to look in for images, in this order; default none. */
    pull: z._default(z.array(z.string()), []),
  }),
  async run({ inputs, options, emit, log, scratch }) {
    const salted = new Map<string, TaggedPackage>();
    for (const [index, artifact] of inputs.recipes.entries()) {
      const recipe = parseHashedRecipe(await readFile(await artifact.path(), 'utf8'));
      const folder = await inputs.folders[index]?.path();
      if (folder === undefined) throw new Error('Internal error: the stage "tags" has more recipes than folders');
      // Links that leave the folder lead to bytes that are no input of this task.
      const hashed = await hashDirectory(folder, createFolderReader({ roots: [folder] }));
      const { category, name, version } = recipe;
      if (hashed.ok) salted.set(fingerprintName(recipe), { category, name, version, salt: saltOf(recipe, hashed.hash) });
      else log.warn(`${category}/${name}@${version} and what is built on it have no tags of luet: ${hashed.problem.message.replaceAll(folder, '.')}`);
    }
    const chains = options.chains.map(({ elements, parts }) => ({ parts, elements: elements.map(({ image, ...element }) => ({ ...element, image })) }));
    const { images, joins } = tagImages(chains, salted);
    const packages = new Map(chains.flatMap(({ elements }) => elements.flatMap((element) => (element.image === undefined ? [] : [[element.image, element.fingerprintName] as const]))));
    const content: ImageTagsFile = {
      pull: options.pull,
      images: Object.fromEntries([...images].map(([id, found]) => [id, { package: packages.get(id) ?? '', ...found }])),
      joins: Object.fromEntries(joins),
    };
    const file = join(scratch, 'tags.json');
    await writeFile(file, writeImageTags(content));
    return { tags: await emit.tags(file, {}) };
  },
});
