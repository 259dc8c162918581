import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { one } from '@cos/core';
import { packageMetadata } from '@cos/core/artifacts';
import { formatProblem, isError, readMetadata, writeMetadata } from '@cos/luet';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';

/**
 * Adds to the metadata of a package what does not follow from its archive: the values that its recipe was rendered with, by which whoever builds on the
 * published repository gets the same tags, and the repository of its images. A task of its own, so that a value that no recipe uses costs this alone.
 */
export const describe = defineStage({
  description: 'add the values of the build to the metadata of a package',
  version: 1,
  cache: 'content',
  inputs: { metadata: one(packageMetadata) },
  outputs: { metadata: packageMetadata },
  options: z.object({
    /** What recipes see as `.Values`. */
    values: z.record(z.string(), z.json()),
    /** Where the images of the build are for others. Default: nowhere. */
    imageRepository: z.optional(z.string()),
  }),
  async run({ inputs, options, emit, scratch }) {
    const { metadata, problems } = readMetadata(await readFile(await inputs.metadata.path(), 'utf8'), 'metadata.yaml');
    if (metadata === undefined) return fail('COS_SQUASH_METADATA', 'The input "metadata" is not the metadata of a package.', { notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })) });
    const path = join(scratch, 'metadata.yaml');
    await writeFile(path, writeMetadata({ ...metadata, buildValues: options.values, pushImageRepository: options.imageRepository ?? '' }));
    return { metadata: await emit.metadata(path, inputs.metadata.meta) };
  },
});
