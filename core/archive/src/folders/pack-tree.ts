// A folder on disk as a canonical archive: source trees, build contexts, repository files. Node cannot read extended attributes, so
// a folder has those that the caller knows of: a root filesystem must not take this way without `describe`.
import { constants, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { ArchiveError, quoteName } from '../archive-error.ts';
import { decodeName, encodeName } from '../names.ts';
import { canonicalEntries } from '../rootfs/canonical-entries.ts';
import type { TimeOptions } from '../rootfs/canonical-entries.ts';
import type { Inode, Place } from '../rootfs/root-tree.ts';
import { NO_XATTRS } from '../tar/entry.ts';
import type { TarEntryType, TarHeader } from '../tar/entry.ts';
import { writeTar } from '../tar/write-tar.ts';

/** What of a folder shows in its archive. */
export interface PackTreeOptions extends TimeOptions {
  /** `root` (default): everything belongs to 0:0; `real`: to whom it belongs on disk. */
  readonly owner?: 'root' | 'real';
  /** `real` (default); `normal`: 0755 for directories and what its owner may execute, else 0644, so that umask and checkout do not show. */
  readonly modes?: 'real' | 'normal';
  /** Which paths to take, by path relative to the folder; default all. A directory that is not taken is not entered. */
  readonly keeps?: (path: string, type: TarEntryType) => boolean;
  /** What the archive says of an inode, given what the disk says of it and under which path it was met first. Default: the same. The size is that of the disk. */
  readonly describe?: (found: TarHeader, inode: bigint) => TarHeader;
}

/**
 * The canonical archive of what is in `directory` (not of the folder itself). Hard links inside it stay hard links, sockets are left
 * out, symbolic links are never followed. A file whose size changes while it is read is a `changed` error; errors of the file system
 * pass through.
 */
export async function* packTree(directory: string, options: PackTreeOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  yield* writeTar(canonicalEntries(walkTree(directory, options), readContent, options));
}

interface FileOnDisk {
  readonly location: Buffer;
  readonly header: TarHeader;
}

function walkTree(directory: string, options: PackTreeOptions): Place<FileOnDisk>[] {
  const places: Place<FileOnDisk>[] = [];
  const inodes = new Map<string, Inode<FileOnDisk>>();
  const enter = (location: Buffer, prefix: string): void => {
    for (const nameBytes of readdirSync(location, { encoding: 'buffer' }).sort((a, b) => a.compare(b))) {
      const child = Buffer.concat([location, SLASH, nameBytes]);
      const path = prefix + decodeName(nameBytes);
      const stats = lstatSync(child, { bigint: true });
      const type = typeOf(stats);
      if (type === undefined || options.keeps?.(path, type) === false) continue;
      places.push({ path, inode: inodeOf(child, path, type, stats, options, inodes) });
      if (type === 'directory') enter(child, `${path}/`);
    }
  };
  enter(Buffer.from(realpathSync(directory)), '');
  return places;
}

const SLASH = Buffer.from('/');

function inodeOf(location: Buffer, path: string, type: TarEntryType, stats: BigIntStats, options: PackTreeOptions, known: Map<string, Inode<FileOnDisk>>): Inode<FileOnDisk> {
  const isShared = type !== 'directory' && stats.nlink > 1n;
  const key = `${stats.dev}:${stats.ino}`;
  const same = isShared ? known.get(key) : undefined;
  if (same !== undefined) return same;
  const isDevice = type === 'character' || type === 'block';
  const found: TarHeader = {
    path,
    type,
    mode: modeOf(type, Number(stats.mode), options),
    uid: options.owner === 'real' ? Number(stats.uid) : 0,
    gid: options.owner === 'real' ? Number(stats.gid) : 0,
    mtime: Number(stats.mtimeNs >= 0n ? stats.mtimeNs / NANO : -((-stats.mtimeNs + NANO - 1n) / NANO)),
    mtimeNanoseconds: 0,
    size: type === 'file' ? Number(stats.size) : 0,
    linkName: type === 'symlink' ? decodeName(readlinkSync(location, { encoding: 'buffer' })) : '',
    devMajor: isDevice ? Number(((stats.rdev >> 8n) & 0xfffn) | ((stats.rdev >> 32n) & ~0xfffn)) : 0,
    devMinor: isDevice ? Number((stats.rdev & 0xffn) | ((stats.rdev >> 12n) & 0xfff00n)) : 0,
    xattrs: NO_XATTRS,
  };
  const header = options.describe?.(found, stats.ino) ?? found;
  const inode: Inode<FileOnDisk> = { header, isShared, content: header.size === 0 ? undefined : { location, header } };
  if (isShared) known.set(key, inode);
  return inode;
}

const NANO = 1_000_000_000n;

function typeOf(stats: BigIntStats): TarEntryType | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isCharacterDevice()) return 'character';
  return stats.isBlockDevice() ? 'block' : undefined;
}

function modeOf(type: TarEntryType, mode: number, options: PackTreeOptions): number {
  if (options.modes !== 'normal') return mode & 0o7777;
  return type === 'directory' || (mode & 0o100) !== 0 ? 0o755 : 0o644;
}

/** Up to this size a file is read in one go, which costs a tenth of doing it in pieces. */
const SMALL = 1024 * 1024;

async function* readContent({ location, header }: FileOnDisk): AsyncGenerator<Uint8Array, void, undefined> {
  if (header.size <= SMALL) {
    const content = readFileSync(location, { flag: READ_FLAGS });
    if (content.length !== header.size) throw changed(header);
    yield content;
    return;
  }
  const handle = await open(location, READ_FLAGS);
  try {
    for (let missing = header.size; missing > 0; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(SMALL, missing));
      const { bytesRead } = await handle.read(piece);
      if (bytesRead === 0) throw changed(header);
      yield piece.subarray(0, bytesRead);
      missing -= bytesRead;
    }
    if ((await handle.read(Buffer.alloc(1))).bytesRead > 0) throw changed(header);
  } finally {
    await handle.close();
  }
}

const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW;

function changed({ path }: TarHeader): ArchiveError {
  return new ArchiveError('changed', `The file ${quoteName(path)} changed while it was being read`, { path });
}

/** Where a path inside `directory` is on disk, as bytes. */
export function locationOf(directory: Buffer, path: string): Buffer {
  return Buffer.concat([directory, SLASH, encodeName(path)]);
}
