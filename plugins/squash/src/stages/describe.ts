import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, many, one, type Artifact } from '@cos/core';
import { packageMetadata, packageRecipe } from '@cos/core/artifacts';
import { formatProblem, isError, readMetadata, writeMetadata } from '@cos/luet';
import * as z from 'zod/mini';
import { describeChain, withChain, type ChainedPackage } from '../chain.ts';
import { readPackageDefinition } from '../definition.ts';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { parseRecipe } from '../recipe.ts';

/**
 * Adds to the metadata of a package what does not follow from its archive: the values that its recipe was rendered with, by which whoever builds on the
 * published repository gets the same tags, the repository of its images, and the images that it was built on by luet's tags. A task of its own, so that a
 * value that no recipe uses, or a dependency that comes to the same, costs this alone.
 */
export const describe = defineStage({
  description: 'add the values of the build to the metadata of a package',
  version: 2,
  cache: 'content',
  inputs: {
    metadata: one(packageMetadata),
    /** Of the packages that the option `chain` names. */
    recipes: many(packageRecipe),
    /** The definition.yaml or collection.yaml of each of them, in the order of the recipes. */
    definitions: many(fileTree),
    /** The folder of each of them, in the order of the recipes: as it lies in the tree. */
    folders: many(fileTree),
  },
  outputs: { metadata: packageMetadata },
  options: z.object({
    /** What recipes see as `.Values`. */
    values: z.record(z.string(), z.json()),
    /** Where the images of the build are for others. Default: nowhere. */
    imageRepository: z.optional(z.string()),
    /** The packages that it was built on, itself last. Default: that is not told. Format: `Chain`. */
    chain: z.optional(z.object({
      elements: z.array(z.object({ fingerprintName: z.string(), hasImage: z.boolean(), hasSeed: z.boolean() })),
      parts: z.optional(z.array(z.array(z.string()))),
    })),
    /** Under which name the images of the chain are told. */
    chainRepository: z._default(z.string(), 'luet/cache'),
  }),
  async run({ inputs, options, emit, log, scratch }) {
    const { metadata, problems } = readMetadata(await readFile(await inputs.metadata.path(), 'utf8'), 'metadata.yaml');
    if (metadata === undefined) return fail('COS_SQUASH_METADATA', 'The input "metadata" is not the metadata of a package.', { notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })) });
    const chain = options.chain === undefined ? undefined : await describeChain(options.chain, await Promise.all(inputs.recipes.map(async (recipe, index) => readChained(recipe, inputs.definitions[index], inputs.folders[index]))));
    if (chain?.ok === false) log.warn(`The images that the package was built on have no tags of luet, so its metadata does not tell them: ${chain.problem}`);
    const path = join(scratch, 'metadata.yaml');
    const described = { ...metadata, buildValues: options.values, pushImageRepository: options.imageRepository ?? '' };
    await writeFile(path, writeMetadata(chain?.ok === true ? withChain(described, chain.value, options.chainRepository) : described));
    return { metadata: await emit.metadata(path, inputs.metadata.meta) };
  },
});

async function readChained(recipeArtifact: Artifact, definition: Artifact | undefined, folder: Artifact | undefined): Promise<ChainedPackage> {
  if (definition === undefined || folder === undefined) throw new Error('Internal error: the stage "describe" has more recipes than definitions or folders');
  const recipe = parseRecipe(await readFile(await recipeArtifact.path(), 'utf8'));
  return { recipe, definition: await readPackageDefinition(await readFile(await definition.path(), 'utf8'), recipe), folder: await folder.path() };
}
