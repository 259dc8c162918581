// The reader for trees that lie in folders of this machine. A tree may come from anybody: a link in the place of a file is read through
// only when it leads to a file below one of the roots, and what is no regular file (a pipe would never end) is refused.
// Files are read one after the other: they are many and small, and each promise of the file system costs more than reading one of them.

import type { Dirent, Stats } from 'node:fs';
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { BytesReader } from '../tag/directory-hash.ts';
import type { EntryKind, TreeReader } from './reader.ts';

export interface FolderReaderOptions {
  /** The trees: links may lead anywhere below them. */
  readonly roots: readonly string[];
  /** Largest text that is read, in bytes. Default: 4 MiB. */
  readonly maxTextBytes?: number;
}

export interface FolderReader extends Required<TreeReader>, BytesReader {}

export function createFolderReader({ roots, maxTextBytes = 4 * 1024 * 1024 }: FolderReaderOptions): FolderReader {
  const sizeOf = (path: string): number => {
    const own = lstatSync(path);
    const found = own.isSymbolicLink() ? throughLink(path, roots) : own;
    if (!found.isFile()) throw new Error('it is no regular file');
    return found.size;
  };
  return {
    async readFile(path) {
      if (sizeOf(path) > maxTextBytes) throw new Error(`it is larger than ${maxTextBytes} bytes`);
      return readFileSync(path, 'utf8');
    },
    async readBytes(path) {
      sizeOf(path);
      return readFileSync(path);
    },
    async list(path) {
      const entries = readdirSync(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    },
    async kindOf(path) {
      return kindOf(lstatSync(path));
    },
  };
}

function throughLink(path: string, roots: readonly string[]): Stats {
  const real = realpathSync(path);
  const bounds = roots.map((root) => realpathSync(root));
  const isInside = bounds.some((bound) => real.startsWith(bound.endsWith(sep) ? bound : bound + sep));
  if (!isInside) throw new Error('it is a link that leads out of the tree');
  return statSync(real);
}

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isSymbolicLink()) return 'symlink';
  return entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'other';
}
