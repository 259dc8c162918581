// The only way to files. The caller decides what a path is (a folder, a snapshot, a git object) and what is tracked.
// Paths are joined with `/`. Links to folders are never followed; a link in the place of a file is read through, if the reader does it.

export type EntryKind = 'file' | 'directory' | 'symlink' | 'other';

export interface TreeEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface TreeReader {
  /**
   * Text of a file. Rejects when it cannot be read. Trees come from anywhere, so a reader must reject links that lead out of what the
   * tree may show, and files that are larger than memory.
   */
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
