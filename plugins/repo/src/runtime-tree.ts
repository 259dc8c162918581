import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry, type TarEntry } from '@cos/archive';
import { fingerprintName, loadTree, treeDefinitionPath, writeTreeDefinition, type TreeReader } from '@cos/luet';
import type { NamedFolder } from './folder-entries.ts';
import type { MatchedPackage } from './match-packages.ts';

/**
 * Entries of the tree that clients read: a definition per package, with its relations at run time, and its finalizer as it stands in the sources.
 */
export async function runtimeTree(packages: readonly MatchedPackage[], trees: readonly NamedFolder[], mtime: number): Promise<readonly TarEntry[]> {
  const finalizers = await readFinalizers(trees);
  const files = new Map<string, string>();
  for (const { identity, metadata } of packages) {
    const path = treeDefinitionPath(identity);
    files.set(path, writeTreeDefinition(metadata.runtime));
    const finalizer = finalizers.get(fingerprintName(identity));
    if (finalizer !== undefined) files.set(path.replace(/definition\.yaml$/, 'finalize.yaml'), finalizer);
  }
  const folders = new Set([...files.keys()].flatMap(parentsOf));
  return [
    ...[...folders].map((path) => createEntry({ path, type: 'directory', mtime })),
    ...[...files].map(([path, text]) => createEntry({ path, mtime }, text)),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Texts of finalize.yaml by package; of two trees the later one's package wins. What else is in the trees was checked when they were resolved. */
async function readFinalizers(trees: readonly NamedFolder[]): Promise<ReadonlyMap<string, string>> {
  const { packages } = await loadTree({ roots: trees.map(({ path }) => path), reader: folderReader });
  return new Map(packages.flatMap(({ fingerprintName, finalizer }) => (finalizer === undefined ? [] : [[fingerprintName, finalizer.text] as const])));
}

const folderReader: TreeReader = {
  readFile: async (path) => await readFile(path, 'utf8'),
  list: async (path) =>
    (await readdir(path, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'other',
    })),
};

/** `a/b/c` gives `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => join(...parts.slice(0, index + 1)));
}
