// The shape of an archive's entry, the same for reading and for writing.
import { ArchiveError } from '../archive-error.ts';

/** What an entry is. `link` is a hard link: its `linkName` is the path of another entry. */
export type TarEntryType = 'file' | 'link' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

/** Everything about an entry but its content. User and group names do not exist here: owners are numbers. */
export interface TarHeader {
  /** Name as in the archive (see `decodeName` for bytes that are not UTF-8); directories without trailing slash. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Modification time, whole seconds since 1970, rounded down; may be negative. */
  readonly mtime: number;
  /** Nanoseconds to add to `mtime`, 0 to 999999999. */
  readonly mtimeNanoseconds: number;
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  /** Target of a hard or symbolic link, else empty. */
  readonly linkName: string;
  /** Device numbers of `character` and `block` entries, else 0. */
  readonly devMajor: number;
  readonly devMinor: number;
  /** Extended attributes by full name (`security.capability`); values are raw bytes. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** A header with its content. When the entry comes from a reader, `body` lasts only until the next entry is asked for. */
export interface TarEntry extends TarHeader {
  readonly body: AsyncIterable<Uint8Array>;
}

/** What `createEntry` needs; everything left out has the default stated there. */
export type TarEntryInit = Partial<Omit<TarHeader, 'size' | 'path'>> & { readonly path: string };

/**
 * Makes an entry from its parts. Defaults: a file of mode 0644 (directories 0755, symbolic links 0777), owner 0:0, time 0,
 * no extended attributes, empty content. Text content is UTF-8.
 */
export function createEntry(init: TarEntryInit, content: Uint8Array | string = ''): TarEntry {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const type = init.type ?? 'file';
  if (bytes.length > 0 && type !== 'file') {
    throw new ArchiveError('invalid-entry', `A ${type} has no content, but ${bytes.length} bytes were given`, { path: init.path });
  }
  return {
    path: init.path,
    type,
    mode: init.mode ?? (type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644),
    uid: init.uid ?? 0,
    gid: init.gid ?? 0,
    mtime: init.mtime ?? 0,
    mtimeNanoseconds: init.mtimeNanoseconds ?? 0,
    size: bytes.length,
    linkName: init.linkName ?? '',
    devMajor: init.devMajor ?? 0,
    devMinor: init.devMinor ?? 0,
    xattrs: init.xattrs ?? NO_XATTRS,
    body: bytes.length === 0 ? NO_BODY : bodyOf([bytes]),
  };
}

/** A body made of byte arrays that are in memory. */
export function bodyOf(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* chunks;
    },
  };
}

/** No extended attributes. */
export const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();

/** The content of everything that has none. */
export const NO_BODY: AsyncIterable<Uint8Array> = bodyOf([]);
