import type { ManifestEntry } from '@cos/archive';
import { readStepMounts } from '@cos/luet';

// Builders make folders for mounts to lie on, and leave them in the image: empty, of root, 0755. No step made them, so they are no part of a package.

/** Folders that a builder may have made for the mounts of steps: those that mounts lie on, and all above them. Without a leading slash. */
export function mountFolders(steps: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { type, target } of steps.flatMap(readStepMounts)) {
    const parts = (target ?? '').split('/').filter((part) => part !== '');
    // A secret lies there as a file, which builders remove.
    const depth = type === 'secret' ? parts.length - 1 : parts.length;
    for (let length = depth; length > 0; length--) folders.add(parts.slice(0, length).join('/'));
  }
  return folders;
}

/** True for a folder as builders make them. */
export function isPlainFolder({ type, mode, uid, gid, xattrs }: ManifestEntry): boolean {
  return type === 'directory' && mode === 0o755 && uid === 0 && gid === 0 && xattrs.size === 0;
}

/** Takes away folders in which nothing is left of the chosen paths, deepest first. */
export function dropEmptyFolders(paths: Map<string, string>, folders: ReadonlySet<string>): void {
  for (const folder of [...folders].sort((a, b) => b.split('/').length - a.split('/').length)) {
    if (paths.has(folder) && ![...paths.keys()].some((path) => path.startsWith(`${folder}/`))) paths.delete(folder);
  }
}
