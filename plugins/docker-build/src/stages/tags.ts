import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { many } from '@cos/core';
import { packageHash } from '@cos/core/artifacts';
import { fingerprintName, formatProblem, isError, readHashedPackage, tagImages, type TaggedPackage } from '@cos/luet';
import * as z from 'zod/mini';
import { imageTags } from '../kinds.ts';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { writeImageTags, type ImageTagsFile } from '../tags/image-tags.ts';

const chain = z.object({
  elements: z.array(z.object({ fingerprintName: z.string(), image: z.optional(z.string()), hasSeed: z.boolean() })),
  parts: z.optional(z.array(z.array(z.string()))),
});

/** What luet calls the images of some packages, bit for bit. */
export const tags = defineStage({
  description: 'work out the tags that luet gives to images',
  version: 2,
  cache: 'content',
  // No engine is asked.
  preflight: false,
  inputs: {
    /** Of all packages that the chains name, in any order. */
    hashes: many(packageHash),
  },
  outputs: { tags: imageTags },
  options: z.object({
    /** Chains of packages that are built for themselves; all of their packages must be among the hashes. Format: `describeTagChains` of @cos/luet. */
    chains: z.array(chain),
    /** Repositories to look in for images, in this order; default none. */
    pull: z._default(z.array(z.string()), []),
  }),
  async run({ inputs, options, emit, scratch }) {
    const salted = new Map<string, TaggedPackage>();
    for (const artifact of inputs.hashes) {
      const { hashed, problems } = readHashedPackage(await readFile(await artifact.path(), 'utf8'), 'hash.json');
      if (hashed === undefined) return fail('COS_DOCKER_RECIPE_FORM', 'An input of "hashes" is not the hash of a package.', { notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })) });
      // What is built on a package without a hash has no tags.
      const { record, hash } = hashed;
      if (hash.ok) salted.set(fingerprintName(record), { category: record.category, name: record.name, version: record.version, salt: hash.salt });
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
