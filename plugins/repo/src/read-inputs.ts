import { readFile } from 'node:fs/promises';
import { CosError, hexOf, type Artifact, type Diagnostic, type FileTree } from '@cos/core';
import type { PackageArchive, PackageMetadata } from '@cos/core/artifacts';
import { isError, readMetadata, type ArchiveMetadata } from '@cos/luet';
import type { NamedFolder } from './folder-entries.ts';
import { matchPackages, type MatchedPackage } from './match-packages.ts';
import { problem, withNotes } from './problem.ts';

export interface PackageInputs {
  readonly archives: readonly Artifact<PackageArchive>[];
  readonly metadata: readonly Artifact<PackageMetadata>[];
}

/** The packages that a stage is given, paired; archives are not read. Throws CosError with all problems. */
export async function readPackages(inputs: PackageInputs, options: { readonly fromMetadata: boolean }): Promise<readonly MatchedPackage[]> {
  const archives = await Promise.all(inputs.archives.map(async (one) => ({ ...one.meta, sha256: hexOf(one.digest), path: await one.path() })));
  const read = await Promise.all(inputs.metadata.map(async (one) => readPackage(await readFile(await one.path(), 'utf8'), `${one.meta.category}/${one.meta.name}`)));
  const { packages, problems } = matchPackages(archives, read.flatMap(({ metadata }) => metadata ?? []), options);
  // Metadata that cannot be read would be told a second time, as missing.
  const unread = read.flatMap(({ failure }) => failure ?? []);
  if (unread.length > 0) throw new CosError(unread);
  if (problems.length > 0) throw new CosError(problems);
  return packages;
}

/** Trees with their names in compilertree: those that are given, or `tree`, `tree-2` and so on. */
export async function nameTrees(trees: readonly Artifact<FileTree>[], names: readonly string[] | undefined): Promise<readonly NamedFolder[]> {
  if (names !== undefined && names.length !== trees.length) {
    throw new CosError(problem('COS_REPO_TREE_NAMES', `"treeNames" has ${names.length} names, but there are ${trees.length} trees.`, 'Give one name for each tree, in the same order.'));
  }
  return Promise.all(trees.map(async (tree, index) => ({ name: names?.[index] ?? (index === 0 ? 'tree' : `tree-${index + 1}`), path: await tree.path() })));
}

function readPackage(text: string, name: string): { readonly metadata?: ArchiveMetadata; readonly failure?: Diagnostic } {
  const { metadata, problems } = readMetadata(text, `${name}.metadata.yaml`);
  const errors = problems.filter(isError);
  if (metadata !== undefined && errors.length === 0) return { metadata };
  return { failure: withNotes(problem('COS_REPO_METADATA', `The metadata of ${name} cannot be read.`, 'Give what the stage that made the archive wrote.'), errors) };
}
