// A tree in a folder of this machine.

import { lstat, readdir, readFile } from 'node:fs/promises';
import type { Dirent, Stats } from 'node:fs';
import type { BytesReader, EntryKind, TreeReader } from '@cos/luet';

export type Reader = TreeReader & BytesReader;

export const folderReader: Reader = {
  readFile: (path) => readFile(path, 'utf8'),
  readBytes: (path) => readFile(path),
  list: async (path) => (await readdir(path, { withFileTypes: true })).map((entry) => ({ name: entry.name, kind: kindOf(entry) })),
  kindOf: async (path) => kindOf(await lstat(path)),
};

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isSymbolicLink()) return 'symlink';
  return entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'other';
}
