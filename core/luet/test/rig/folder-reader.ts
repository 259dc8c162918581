// A tree reader over real folders, as an application has one.
import { lstat, readdir, readFile } from 'node:fs/promises';
import type { Dirent, Stats } from 'node:fs';
import type { EntryKind } from '../../src/index.ts';

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isSymbolicLink()) return 'symlink';
  return entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'other';
}

export const folderReader = {
  readFile: (path: string): Promise<string> => readFile(path, 'utf8'),
  readBytes: (path: string): Promise<Uint8Array> => readFile(path),
  list: async (path: string) => (await readdir(path, { withFileTypes: true })).map((one) => ({ name: one.name, kind: kindOf(one) })),
  kindOf: async (path: string): Promise<EntryKind> => kindOf(await lstat(path)),
};
