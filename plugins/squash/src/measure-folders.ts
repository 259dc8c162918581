import type { ManifestEntry } from '@cos/archive';

/** A folder with everything below it. */
export interface FolderSize {
  /** Without a slash at either end; empty for all of the archive. */
  readonly path: string;
  /** Bytes of contents; of hard links the file counts, and its other names do not. */
  readonly size: number;
  /** Files below, without other names of the same file. */
  readonly files: number;
}

/** All folders that have files below, largest first; of equal ones in the order of their paths. */
export function measureFolders(entries: Iterable<ManifestEntry>): readonly FolderSize[] {
  const sums = new Map<string, { size: number; files: number }>();
  for (const { path, type, size } of entries) {
    if (type !== 'file') continue;
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      const sum = sums.get(folder) ?? { size: 0, files: 0 };
      sum.size += size;
      sum.files += 1;
      sums.set(folder, sum);
      if (folder === '') break;
    }
  }
  return [...sums].map(([path, sum]) => ({ path, ...sum })).sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
}

/**
 * The folders that tell where the size is, as a tree: those with at least a share of the whole, down to a depth, without those that hold no more than one
 * folder below them does.
 */
export function chooseFolders(folders: readonly FolderSize[], { share, depth }: { readonly share: number; readonly depth: number }): readonly FolderSize[] {
  const total = folders.find(({ path }) => path === '')?.size ?? 0;
  const chosen = folders.filter(({ path, size }) => path !== '' && path.split('/').length <= depth && size > 0 && size >= total * share);
  const children = Map.groupBy(chosen, ({ path }) => parentOf(path));
  const inOrder = (folder: string): readonly FolderSize[] =>
    (children.get(folder) ?? []).flatMap((one) => {
      const below = children.get(one.path) ?? [];
      const isPassage = below.length === 1 && below[0]?.size === one.size && below[0].files === one.files;
      return isPassage ? inOrder(one.path) : [one, ...inOrder(one.path)];
    });
  return inOrder('');
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
