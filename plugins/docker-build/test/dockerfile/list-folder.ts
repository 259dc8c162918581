import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FolderEntry } from '@cos/core';

/** Entries of a folder as planners get them. */
export function listFolder(folder: string): readonly FolderEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry): FolderEntry => {
      if (entry.isSymbolicLink()) return { name: entry.name, type: 'symlink', target: readlinkSync(join(folder, entry.name)) };
      return { name: entry.name, type: entry.isDirectory() ? 'directory' : 'file' };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
