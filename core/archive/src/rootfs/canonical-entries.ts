// The one canonical form of a root filesystem's entries: in the order of a walk (see comparePaths), parents before children and never
// missing, no root entry, whole seconds bounded by the epoch, hard links pointing to the first path of their group.
import { ArchiveError } from '../archive-error.ts';
import { NO_BODY, NO_XATTRS } from '../tar/entry.ts';
import type { TarEntry, TarHeader } from '../tar/entry.ts';
import type { Inode, Place } from './root-tree.ts';

/** What happens to modification times. */
export interface TimeOptions {
  /** Seconds since 1970, as in SOURCE_DATE_EPOCH; undefined = times stay, which is rarely reproducible. */
  readonly epoch?: number;
  /** `clamp` (default): times after `epoch` become `epoch`; `set`: all times become `epoch`. */
  readonly times?: 'clamp' | 'set';
}

/** The entries of places in canonical order; `open` gives the content of a file. */
export async function* canonicalEntries<Content>(
  places: readonly Place<Content>[],
  open: (content: Content) => AsyncIterable<Uint8Array>,
  options: TimeOptions,
): AsyncGenerator<TarEntry, void, undefined> {
  const clampTime = createClampTime(options);
  const firstPaths = new Map<Inode<Content>, string>();
  for (const { path, inode } of places) {
    const header = canonicalHeader(path, inode);
    const mtime = clampTime(inode === undefined ? (options.epoch ?? 0) : header.mtime);
    if (inode === undefined || header.type === 'directory') {
      yield { ...header, mtime, body: NO_BODY };
      continue;
    }
    const first = inode.isShared ? firstPaths.get(inode) : undefined;
    if (first !== undefined) {
      yield { ...header, type: 'link', linkName: first, size: 0, devMajor: 0, devMinor: 0, xattrs: NO_XATTRS, mtime, body: NO_BODY };
      continue;
    }
    if (inode.isShared) firstPaths.set(inode, path);
    yield { ...header, mtime, body: inode.content === undefined ? NO_BODY : open(inode.content) };
  }
}

/** The header of a place without its time. A directory that no entry described is 0755 and belongs to root. */
export function canonicalHeader<Content>(path: string, inode: Inode<Content> | undefined): TarHeader {
  if (inode === undefined) {
    return { path, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNanoseconds: 0, size: 0, linkName: '', devMajor: 0, devMinor: 0, xattrs: NO_XATTRS };
  }
  const { header } = inode;
  return { ...header, path, mtimeNanoseconds: 0, mode: header.type === 'symlink' ? 0o777 : header.mode };
}

function createClampTime({ epoch, times }: TimeOptions): (mtime: number) => number {
  if (epoch === undefined) return (mtime) => mtime;
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new ArchiveError('invalid-option', `The epoch must be a whole number of seconds since 1970, but it is ${epoch}`);
  }
  return times === 'set' ? () => epoch : (mtime) => Math.min(mtime, epoch);
}
