import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { many, one, type Artifact } from '@cos/core';
import { packageHash, packageMetadata } from '@cos/core/artifacts';
import { formatProblem, isError, readHashedPackage, readMetadata, writeMetadata, type HashedPackage } from '@cos/luet';
import * as z from 'zod/mini';
import { describeChain, withChain } from '../chain.ts';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';

/**
 * Adds to the metadata of a package what does not follow from its archive: the values that its recipe was rendered with, by which whoever builds on the
 * published repository gets the same tags, the repository of its images, and the images that it was built on by luet's tags. A task of its own, so that a
 * value that no recipe uses, or a dependency that comes to the same, costs this alone.
 */
export const describe = defineStage({
  description: 'add the values of the build to the metadata of a package',
  version: 3,
  cache: 'content',
  inputs: {
    metadata: one(packageMetadata),
    /** Of all packages that the option `chain` names, in any order. */
    hashes: many(packageHash),
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
    const chain = options.chain === undefined ? undefined : describeChain(options.chain, await Promise.all(inputs.hashes.map(readHash)));
    if (chain?.ok === false) log.warn(`The images that the package was built on have no tags of luet, so its metadata does not tell them: ${chain.problem}`);
    const path = join(scratch, 'metadata.yaml');
    const described = { ...metadata, buildValues: options.values, pushImageRepository: options.imageRepository ?? '' };
    await writeFile(path, writeMetadata(chain?.ok === true ? withChain(described, chain.value, options.chainRepository) : described));
    return { metadata: await emit.metadata(path, inputs.metadata.meta) };
  },
});

async function readHash(artifact: Artifact): Promise<HashedPackage> {
  const { hashed, problems } = readHashedPackage(await readFile(await artifact.path(), 'utf8'), 'hash.json');
  return hashed ?? fail('COS_SQUASH_RECIPE_FORM', 'An input of "hashes" is not the hash of a package.', { notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })) });
}
