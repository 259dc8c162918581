import { basename } from 'node:path';
import type { ArtifactRef, FileTree } from '@cos/core';
import type { Repository } from '@cos/core/artifacts';
import type { DeclaredEntry } from '@cos/plugin-resolve';
import type { StandardContext } from './context.ts';
import { json } from './json.ts';
import { buildPackages } from './packages.ts';

/** All packages of the derivative, as a repository folder. */
export async function createRepository(context: StandardContext, title: string): Promise<ArtifactRef<Repository>> {
  const { use, source, derivative } = context;
  const { wanted } = await buildPackages(context, { packages: 'all', title });
  const declared = wanted.flatMap(({ entry }) => (entry.declared === undefined ? [] : [entry]));
  const own = declared.length === 0 ? [] : [{ name: DECLARED_TREE, tree: treeOf(context, declared) }];
  // Later trees win, as what the config declares wins over the trees.
  const trees = [...derivative.trees.map((tree) => ({ name: basename(tree), tree: source(tree) })), ...own];
  return use.repo.create({
    name: derivative.name,
    inputs: { archives: wanted.map(({ archive }) => archive), metadata: wanted.map(({ metadata }) => metadata), trees: trees.map(({ tree }) => tree) },
    options: { name: derivative.name, treeNames: trees.map(({ name }) => name) },
  }).repository;
}

/** Its name among the trees of a repository: behind the usual ones, because luet takes them by their names and lets the last one win. */
const DECLARED_TREE = 'typescript';

function treeOf({ use, source, derivative }: StandardContext, declared: readonly DeclaredEntry[]): ArtifactRef<FileTree> {
  return use.template.declaredTree({
    name: derivative.name,
    inputs: { contexts: declared.flatMap(({ folder }) => (folder === undefined ? [] : [source(folder)])) },
    options: { packages: declared.map((entry) => ({ package: json(entry.declared), hasContext: entry.folder !== undefined })) },
  }).tree;
}
