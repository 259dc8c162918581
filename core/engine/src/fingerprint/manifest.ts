import type { FileChange } from './compare-records.ts';
import type { TreeEntry } from './hash-tree.ts';

// The entries of a tree, kept by the tree's digest, so that a later run can name the file that changed.

/** Path to everything that counts of the entry, as one text. */
export type Manifest = ReadonlyMap<string, string>;

export function manifestOf(entries: readonly TreeEntry[]): Manifest {
  return new Map(entries.map(({ path, type, executable, content, owner }) => [path, [type, executable ? 'x' : '-', content, owner].join(' ')]));
}

export function serialiseManifest(manifest: Manifest): string {
  return JSON.stringify([...manifest]);
}

/** Undefined for text that is no manifest. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (!Array.isArray(data)) return undefined;
    const pairs = data.filter((pair): pair is [string, string] => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string');
    return pairs.length === data.length ? new Map(pairs) : undefined;
  } catch {
    // Cut off: the files are not named, nothing else depends on it.
    return undefined;
  }
}

/** Files that differ, sorted. Folders are named only where no entry inside of them tells more. */
export function compareManifests(before: Manifest, after: Manifest, root: string): readonly FileChange[] {
  const changes: FileChange[] = [];
  const nameOf = (path: string): string => (path === '' ? root : root === '' || root === '.' ? path : `${root}/${path}`);
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const old = before.get(path);
    const now = after.get(path);
    if (old === now) continue;
    changes.push({ path: nameOf(path), change: old === undefined ? 'new' : now === undefined ? 'removed' : 'changed' });
  }
  return changes.filter(({ path }) => !changes.some((other) => other.path.startsWith(`${path}/`)));
}
