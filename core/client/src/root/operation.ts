// What the journal holds: everything that is still to be done to a root, in an order in which each step may be done twice.

/** Paths are relative to the root and lead through no symbolic link. `staged` is the name of a file in the folder of the transaction. */
export type Operation =
  /** A folder that is there or not. A file in its place goes. */
  | { readonly do: 'folder'; readonly path: string }
  /** Puts a staged file, link, device or fifo in its place, over what is there. */
  | { readonly do: 'place'; readonly path: string; readonly staged: string }
  /** Takes a file away; that it is gone is no error. */
  | { readonly do: 'remove'; readonly path: string }
  /** Takes a folder away, if nothing is in it. */
  | { readonly do: 'remove-folder'; readonly path: string }
  /** Owner, permissions and time of a folder, after everything in it is in place. */
  | { readonly do: 'properties'; readonly path: string; readonly mode: number; readonly owner: readonly [uid: number, gid: number] | null; readonly mtime: number };

export interface Journal {
  readonly format: 1;
  /** Name of the transaction's folder, below the folder of the state. */
  readonly folder: string;
  readonly operations: readonly Operation[];
  /** The text of the record when all is done. */
  readonly state: string;
}
