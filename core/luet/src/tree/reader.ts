// The only way to files. The caller decides what a path is (a folder, a snapshot, a git object) and what is tracked.
// Paths are joined with `/`. Nothing in this package follows a symbolic link by itself.

export type EntryKind = 'file' | 'directory' | 'symlink' | 'other';

export interface TreeEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface TreeReader {
  /** Text of a file. Rejects when it cannot be read. */
  readFile(path: string): Promise<string>;
  /** Entries of a folder in any order, links not followed. Rejects when it is no folder. */
  list(path: string): Promise<readonly TreeEntry[]>;
  /** Kind of a root itself. Without it a root is taken for a folder; a root that is a symbolic link holds no packages. */
  kindOf?(path: string): Promise<EntryKind>;
}

export function joinPath(folder: string, name: string): string {
  if (folder === '' || folder === '.') return name;
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
