// Unpacks an archive into a folder without ever leaving it: names with `..` are refused, nothing is written through a symbolic link,
// and existing files are replaced rather than opened. Good against hostile archives, not against somebody who changes the folder
// meanwhile: give a private one. Root filesystems should stay archives, because extended attributes are lost here.
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, fchmodSync, fchownSync, futimesSync, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, openSync, readlinkSync, realpathSync, rmdirSync, symlinkSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { ArchiveError, quoteName } from '../archive-error.ts';
import { encodeName } from '../names.ts';
import { normalPath } from '../rootfs/normal-path.ts';
import type { TarEntry, TarHeader } from '../tar/entry.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import { locationOf } from './pack-tree.ts';

/** What is taken over from the archive. Permissions and times always are. */
export interface ExtractTarOptions extends ReadTarOptions {
  /** `current` (default): files belong to whoever runs this, and setuid and setgid bits are dropped; `archive`: owners and all bits are kept (needs root). */
  readonly owner?: 'current' | 'archive';
  /** Devices and fifos: an `unsupported` error (default), left out, or made by the program `mknod` (devices need root). */
  readonly devices?: 'refuse' | 'skip' | 'create';
}

/** What was unpacked. */
export interface ExtractTarResult {
  /** Number of entries in the archive. */
  readonly entries: number;
  /** Paths of devices and fifos that were left out. */
  readonly skipped: readonly string[];
  /** Paths whose extended attributes were dropped: Node cannot set them. */
  readonly droppedXattrs: readonly string[];
}

/**
 * Unpacks an uncompressed archive (see `decompress`) into `directory`, which is made if missing. Errors: those of `readTar`;
 * `unsafe-path`; `path-conflict` when an entry lies below a link or a file, or would replace a directory that is not empty;
 * `missing-target`; `unsupported`. After an error the folder holds what was unpacked so far.
 */
export async function extractTar(source: AsyncIterable<Uint8Array>, directory: string, options: ExtractTarOptions = {}): Promise<ExtractTarResult> {
  mkdirSync(directory, { recursive: true });
  const target = new Target(Buffer.from(realpathSync(directory)), options);
  const skipped: string[] = [];
  const droppedXattrs: string[] = [];
  let entries = 0;
  for await (const entry of readTar(source, options)) {
    entries++;
    const path = normalPath(entry.path);
    if (path === '') continue;
    const isDevice = entry.type === 'character' || entry.type === 'block' || entry.type === 'fifo';
    if (isDevice && options.devices === 'skip') {
      skipped.push(path);
      continue;
    }
    if (entry.xattrs.size > 0) droppedXattrs.push(path);
    await target.make(path, entry);
  }
  target.finishDirectories();
  return { entries, skipped, droppedXattrs };
}

class Target {
  readonly #root: Buffer;
  readonly #options: ExtractTarOptions;
  /** Directories that are known to be real ones, with the header to apply at the end, if any. */
  readonly #directories = new Map<string, TarHeader | undefined>([['', undefined]]);

  constructor(root: Buffer, options: ExtractTarOptions) {
    this.#root = root;
    this.#options = options;
  }

  async make(path: string, entry: TarEntry): Promise<void> {
    this.#makeParents(path);
    const location = locationOf(this.#root, path);
    const existing = lstatSync(location, { throwIfNoEntry: false });
    if (entry.type === 'directory') {
      if (existing?.isDirectory() !== true) {
        if (existing !== undefined) unlinkSync(location);
        mkdirSync(location, 0o700);
      }
      this.#directories.set(path, entry);
      return;
    }
    if (existing !== undefined) this.#remove(path, location, existing);
    switch (entry.type) {
      case 'file':
        await this.#makeFile(location, entry);
        break;
      case 'link':
        this.#makeLink(location, entry);
        break;
      case 'symlink':
        symlinkSync(encodeName(entry.linkName), location);
        if (this.#options.owner === 'archive') lchownSync(location, entry.uid, entry.gid);
        lutimesSync(location, timeOf(entry), timeOf(entry));
        break;
      case 'character':
      case 'block':
      case 'fifo':
        this.#makeDevice(path, location, entry);
        break;
      default:
        entry.type satisfies never;
    }
  }

  /** Directories get their properties last, deepest first: making files in them changes their times, and they may be read-only. */
  finishDirectories(): void {
    for (const [path, header] of [...this.#directories].reverse()) {
      if (header === undefined) continue;
      const location = locationOf(this.#root, path);
      if (this.#options.owner === 'archive') lchownSync(location, header.uid, header.gid);
      chmodSync(location, this.#modeOf(header));
      utimesSync(location, timeOf(header), timeOf(header));
    }
  }

  #makeParents(path: string): void {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (this.#directories.has(parent)) continue;
      const location = locationOf(this.#root, parent);
      const stats = lstatSync(location, { throwIfNoEntry: false });
      if (stats === undefined) mkdirSync(location, 0o755);
      else if (!stats.isDirectory()) throw notADirectory(path, parent, stats);
      this.#directories.set(parent, undefined);
    }
  }

  /** Makes room for something that is no directory. */
  #remove(path: string, location: Buffer, existing: Stats): void {
    if (!existing.isDirectory()) {
      unlinkSync(location);
      return;
    }
    try {
      rmdirSync(location);
    } catch (cause) {
      throw new ArchiveError('path-conflict', `The entry ${quoteName(path)} would replace a directory that is not empty`, { path, cause });
    }
    this.#directories.delete(path);
  }

  async #makeFile(location: Buffer, entry: TarEntry): Promise<void> {
    const file = openSync(location, CREATE_FLAGS, 0o600);
    try {
      for await (const chunk of entry.body) {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      }
      if (this.#options.owner === 'archive') fchownSync(file, entry.uid, entry.gid);
      fchmodSync(file, this.#modeOf(entry));
      futimesSync(file, timeOf(entry), timeOf(entry));
    } finally {
      closeSync(file);
    }
  }

  #makeLink(location: Buffer, entry: TarHeader): void {
    const path = normalPath(entry.linkName);
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const stats = lstatSync(locationOf(this.#root, path.slice(0, slash)), { throwIfNoEntry: false });
      if (stats !== undefined && !stats.isDirectory()) throw notADirectory(path, path.slice(0, slash), stats);
    }
    const target = locationOf(this.#root, path);
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (path === '' || stats === undefined) {
      throw new ArchiveError('missing-target', `The hard link ${quoteName(entry.path)} names ${quoteName(entry.linkName)}, which does not exist`, { path: entry.path });
    }
    if (stats.isDirectory()) throw new ArchiveError('path-conflict', `The hard link ${quoteName(entry.path)} names a directory`, { path: entry.path });
    // Some systems follow symbolic links when linking; a second symbolic link is as good.
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(target, { encoding: 'buffer' }), location);
    else linkSync(target, location);
  }

  #makeDevice(path: string, location: Buffer, entry: TarHeader): void {
    if (this.#options.devices !== 'create') {
      const what = entry.type === 'fifo' ? 'fifo' : `${entry.type} device`;
      throw new ArchiveError('unsupported', `The entry ${quoteName(path)} is a ${what}, which is not unpacked unless asked for`, { path });
    }
    const name = location.toString('utf8');
    if (!Buffer.from(name, 'utf8').equals(location)) {
      throw new ArchiveError('unsupported', `The device ${quoteName(path)} cannot be made, because its name is not UTF-8`, { path });
    }
    const mode = `--mode=${this.#modeOf(entry).toString(8).padStart(4, '0')}`;
    const kind = entry.type === 'fifo' ? ['p'] : [entry.type === 'block' ? 'b' : 'c', String(entry.devMajor), String(entry.devMinor)];
    execFileSync('mknod', [mode, '--', name, ...kind], { stdio: ['ignore', 'ignore', 'pipe'] });
    if (this.#options.owner === 'archive') lchownSync(location, entry.uid, entry.gid);
    lutimesSync(location, timeOf(entry), timeOf(entry));
  }

  #modeOf({ mode }: TarHeader): number {
    return this.#options.owner === 'archive' ? mode : mode & 0o1777;
  }
}

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A Date, because Node takes negative numbers for the current time. */
function timeOf(header: TarHeader): Date {
  return new Date(header.mtime * 1000 + header.mtimeNanoseconds / 1e6);
}

function notADirectory(path: string, parent: string, stats: Stats): ArchiveError {
  const what = stats.isSymbolicLink() ? 'a symbolic link' : 'not a directory';
  return new ArchiveError('path-conflict', `The path ${quoteName(path)} goes through ${quoteName(parent)}, which is ${what}`, { path });
}
