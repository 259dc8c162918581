// Short names for the entries that tests make up.
import { createEntry } from '../src/index.ts';
import type { TarEntry } from '../src/index.ts';

/** A file; its content is its path unless given. */
export const file = (path: string, content = path): TarEntry => createEntry({ path }, content);
export const directory = (path: string, mode = 0o755): TarEntry => createEntry({ path, type: 'directory', mode });
export const symlink = (path: string, linkName: string): TarEntry => createEntry({ path, type: 'symlink', linkName });
export const link = (path: string, linkName: string): TarEntry => createEntry({ path, type: 'link', linkName });
