import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, fileTree, hexOf, many, optional, type Diagnostic } from '@cos/core';
import { packageArchive, packageMetadata, repository } from '@cos/core/artifacts';
import { isError, readMetadata, readRepository, type ArchiveMetadata } from '@cos/luet';
import * as z from 'zod/mini';
import { createRepository } from '../create-repository.ts';
import { writeImages } from '../image/write-images.ts';
import { matchPackages } from '../match-packages.ts';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';
import { problem, withNotes } from '../problem.ts';

const compression = z.enum(['none', 'gzip', 'zstd']);

const fileName = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, 'expected a file name of letters, digits and . _ -'));

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
  treeNames: z.optional(z.array(z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]*$/, 'expected a name without slashes')))),
  /** Prefix of a second set of index files, for clients that hold on to it. */
  snapshot: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'expected a word of letters, digits and . _ -'))),
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
    const archives = await Promise.all(inputs.archives.map(async (one) => ({ ...one.meta, sha256: hexOf(one.digest), path: await one.path() })));
    const read = await Promise.all(inputs.metadata.map(async (one) => readPackage(await readFile(await one.path(), 'utf8'), `${one.meta.category}/${one.meta.name}`)));
    const { packages, problems } = matchPackages(archives, read.flatMap(({ metadata }) => metadata ?? []), { fromMetadata: options.fromMetadata });
    // Metadata that cannot be read would be told a second time, as missing.
    const unread = read.flatMap(({ failure }) => failure ?? []);
    if (unread.length > 0) throw new CosError(unread);
    if (problems.length > 0) throw new CosError(problems);
    const folder = join(scratch, 'repository');
    await mkdir(folder);
    await createRepository({
      folder,
      packages,
      trees: await nameTrees(await Promise.all(inputs.trees.map(async (tree) => await tree.path())), options.treeNames),
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

function readPackage(text: string, name: string): { readonly metadata?: ArchiveMetadata; readonly failure?: Diagnostic } {
  const { metadata, problems } = readMetadata(text, `${name}.metadata.yaml`);
  const errors = problems.filter(isError);
  if (metadata !== undefined && errors.length === 0) return { metadata };
  return { failure: withNotes(problem('COS_REPO_METADATA', `The metadata of ${name} cannot be read.`, 'Give what the stage that made the archive wrote.'), errors) };
}

async function nameTrees(paths: readonly string[], names: readonly string[] | undefined): Promise<readonly { readonly name: string; readonly path: string }[]> {
  if (names !== undefined && names.length !== paths.length) {
    throw new CosError(problem('COS_REPO_TREE_NAMES', `"treeNames" has ${names.length} names, but there are ${paths.length} trees.`, 'Give one name for each tree, in the same order.'));
  }
  return paths.map((path, index) => ({ name: names?.[index] ?? (index === 0 ? 'tree' : `tree-${index + 1}`), path }));
}

/** `previous` is a repository.yaml, or the folder that holds it. */
async function readRevision(path: string): Promise<number> {
  const file = (await stat(path)).isDirectory() ? join(path, 'repository.yaml') : path;
  const text = await readFile(file, 'utf8').catch(() => '');
  const { repository: previous, problems } = readRepository(text, 'repository.yaml');
  if (previous !== undefined) return previous.revision;
  throw new CosError(withNotes(problem('COS_REPO_PREVIOUS', 'The repository that this one follows cannot be read.', 'Give its repository.yaml, or its folder.'), problems));
}
