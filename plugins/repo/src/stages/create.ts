import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, fileTree, many, optional } from '@cos/core';
import { packageArchive, packageMetadata, repository } from '@cos/core/artifacts';
import { readRepository } from '@cos/luet';
import * as z from 'zod/mini';
import { createRepository } from '../create-repository.ts';
import { writeImages } from '../image/write-images.ts';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';
import { problem, withNotes } from '../problem.ts';
import { nameTrees, readPackages } from '../read-inputs.ts';
import { compression, fileName, snapshotId, treeName } from '../repository-options.ts';

const createOptions = z.object({
  name: z.string().check(z.minLength(1)),
  description: z._default(z.string(), ''),
  /** `docker`: the output is a folder of images in the layout of OCI instead, each named by its tag. */
  type: z._default(z.enum(['disk', 'http', 'docker']), 'disk'),
  /** Where clients find it: paths for `disk`, addresses for `http`, image repositories for `docker`. */
  urls: z._default(z.array(z.string()), []),
  /** Left out: one more than that of `previous`, or 1. */
  revision: z.optional(z.int().check(z.minimum(1))),
  /** Lower numbers are preferred by clients. */
  priority: z.optional(z.int()),
  treeCompression: z._default(compression, 'gzip'),
  metaCompression: z._default(compression, 'none'),
  /** Names of the archives of tree and index, without the suffix of their compression. */
  treeFilename: z._default(fileName, 'tree.tar'),
  metaFilename: z._default(fileName, 'repository.meta.yaml.tar'),
  /** True: metadata without an archive counts, too; the archive lies where the repository is published. Default false: that is a mistake. */
  fromMetadata: z._default(z.boolean(), false),
  /** Names of `trees` in compilertree, in their order; default `tree`, `tree-2` and so on. Trees of one name are merged. */
  treeNames: z.optional(z.array(treeName)),
  /** Prefix of a second set of index files, for clients that hold on to it. */
  snapshot: z.optional(snapshotId),
});

/** Time and revision are inputs: a repository of the same packages has the same bytes. */
export const create = defineStage({
  description: 'make a repository folder',
  version: 2,
  cache: 'content',
  // Images say what they are for.
  platform: true,
  inputs: { archives: many(packageArchive), metadata: many(packageMetadata), trees: many(fileTree), previous: optional(fileTree) },
  outputs: { repository },
  options: createOptions,
  async run({ inputs, options, platform, emit, scratch, signal, sourceDateEpoch }) {
    const packages = await readPackages(inputs, options);
    const folder = join(scratch, 'repository');
    await mkdir(folder);
    await createRepository({
      folder,
      packages,
      trees: await nameTrees(inputs.trees, options.treeNames),
      settings: {
        name: options.name,
        description: options.description,
        type: options.type,
        urls: options.urls,
        revision: options.revision ?? (inputs.previous === undefined ? 1 : (await readRevision(await inputs.previous.path())) + 1),
        lastUpdate: sourceDateEpoch,
        priority: options.priority,
      },
      archives: { treeName: options.treeFilename, metaName: options.metaFilename, treeCompression: options.treeCompression, metaCompression: options.metaCompression },
      snapshot: options.snapshot,
      signal,
    });
    if (options.type !== 'docker') return { repository: await emit.repository(folder, { name: options.name }) };
    const layout = join(scratch, 'layout');
    await writeImages({ folder, packages, layout, platform: platformOf(platform), scratch, signal });
    return { repository: await emit.repository(layout, { name: options.name }) };
  },
});

/** `previous` is a repository.yaml, or the folder that holds it. */
async function readRevision(path: string): Promise<number> {
  const file = (await stat(path)).isDirectory() ? join(path, 'repository.yaml') : path;
  const text = await readFile(file, 'utf8').catch(() => '');
  const { repository: previous, problems } = readRepository(text, 'repository.yaml');
  if (previous !== undefined) return previous.revision;
  throw new CosError(withNotes(problem('COS_REPO_PREVIOUS', 'The repository that this one follows cannot be read.', 'Give its repository.yaml, or its folder.'), problems));
}
