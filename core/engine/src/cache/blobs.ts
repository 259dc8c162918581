import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HashProfile } from '../model/artifact.ts';
import { hexOf, type Digest } from '../model/identity.ts';
import { copyFileDurably, copyTree, syncPath, syncTree } from './copy-tree.ts';

// Bytes by digest: files and folders below `blobs/`. A blob appears whole by a rename after its bytes are on the disk; what is there is never replaced.
// Nothing here hashes: the caller knows the digest of what it gives.

export interface BlobStore {
  readonly has: (digest: Digest) => boolean;
  /** Where the bytes lie, read-only, whether they are there or not. */
  readonly path: (digest: Digest) => string;
  /**
   * Takes a file. With `move` it is gone afterwards, unless it has other names: those could still be written through. False when bytes of that digest were
   * there already; those stay.
   */
  readonly putFile: (digest: Digest, file: string, how: 'move' | 'copy') => Promise<boolean>;
  /** Takes a file or folder as a tree. */
  readonly putTree: (digest: Digest, tree: string, profile: HashProfile, how: 'move' | 'copy') => Promise<boolean>;
  readonly remove: (digest: Digest) => void;
}

/** `temporary`: gives paths on the same file system, each once. */
export function createBlobStore(folder: string, temporary: () => string): BlobStore {
  const pathOf = (digest: Digest): string => join(folder, hexOf(digest).slice(0, 2), hexOf(digest));
  const has = (digest: Digest): boolean => existsSync(pathOf(digest));
  const settle = (digest: Digest, made: string): boolean => {
    const path = pathOf(digest);
    mkdirSync(dirname(path), { recursive: true });
    try {
      renameSync(made, path);
    } catch (error) {
      // Another run was first with the same bytes: a folder that is there cannot be renamed over.
      rmSync(made, { recursive: true, force: true });
      if (!has(digest)) throw error;
      return false;
    }
    syncPath(dirname(path));
    return true;
  };
  const put = async (digest: Digest, given: string, how: 'move' | 'copy', make: (path: string) => Promise<void> | void, finish: (path: string) => void): Promise<boolean> => {
    if (has(digest)) return false;
    const made = temporary();
    try {
      const stat = lstatSync(given);
      if (how === 'move' && (stat.isDirectory() || stat.nlink === 1)) renameSync(given, made);
      else await make(made);
      finish(made);
    } catch (error) {
      rmSync(made, { recursive: true, force: true });
      throw error;
    }
    return settle(digest, made);
  };
  return {
    has,
    path: pathOf,
    putFile: (digest, file, how) =>
      put(
        digest,
        file,
        how,
        (path) => copyFileDurably(file, path, 0o444),
        (path) => {
          chmodSync(path, 0o444);
          syncPath(path);
        },
      ),
    putTree: (digest, tree, profile, how) =>
      put(
        digest,
        tree,
        how,
        (path) => copyTree(tree, path, profile),
        // The executable bit is the one that counts with profile `source`; with `rootfs` every bit does.
        (path) => syncTree(path, (mode) => (profile === 'rootfs' ? mode : (mode & 0o111) !== 0 ? 0o555 : 0o444)),
      ),
    remove: (digest) => {
      const path = pathOf(digest);
      const gone = temporary();
      try {
        renameSync(path, gone);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
        throw error;
      }
      rmSync(gone, { recursive: true, force: true });
    },
  };
}
