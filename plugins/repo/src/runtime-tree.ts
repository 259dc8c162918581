import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry, type TarEntry } from '@cos/archive';
import { fingerprintName, loadTree, treeDefinitionPath, writeTreeDefinition, type Identity, type TreeReader } from '@cos/luet';
import type { NamedFolder } from './folder-entries.ts';
import type { MatchedPackage } from './match-packages.ts';

/** What the tree says of one package. */
export interface TreePackage {
  readonly identity: Identity;
  /** Text of definition.yaml. */
  readonly definition: string;
  /** Text of finalize.yaml as it stands in the sources; undefined = none. */
  readonly finalizer: string | undefined;
}

/** Entries of the tree that clients read: a definition per package, and its finalizer. */
export function runtimeTree(packages: readonly TreePackage[], mtime: number): readonly TarEntry[] {
  const files = new Map<string, string>();
  for (const { identity, definition, finalizer } of packages) {
    const path = treeDefinitionPath(identity);
    files.set(path, definition);
    if (finalizer !== undefined) files.set(path.replace(/definition\.yaml$/, 'finalize.yaml'), finalizer);
  }
  const folders = new Set([...files.keys()].flatMap(parentsOf));
  return [
    ...[...folders].map((path) => createEntry({ path, type: 'directory', mtime })),
    ...[...files].map(([path, text]) => createEntry({ path, mtime }, text)),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Packages with their relations at run time and the finalizers of the trees. */
export async function describePackages(packages: readonly MatchedPackage[], trees: readonly NamedFolder[]): Promise<readonly TreePackage[]> {
  const finalizers = await readFinalizers(trees);
  return packages.map(({ identity, metadata }) => ({ identity, definition: writeTreeDefinition(metadata.runtime), finalizer: finalizers.get(fingerprintName(identity)) }));
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
