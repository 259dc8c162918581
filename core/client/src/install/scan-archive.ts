// Reads the archive of a package once: compares its bytes with the index, refuses what would lead out of the root, and stages its content.
import { createHash } from 'node:crypto';
import { constants, closeSync, fchmodSync, fchownSync, futimesSync, lchownSync, linkSync, lutimesSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveError, decompress, encodeName, normalPath, readTar, type TarEntry, type TarHeader } from '@cos/archive';
import { ClientError, reasonOf } from '../client-error.ts';
import type { PublishedPackage } from '../repository/published-package.ts';
import type { Transport } from '../repository/transport.ts';
import { labelOf } from '../select/installed-package.ts';
import { makeNode } from './make-node.ts';
import { modeOnDisk, type Ownership } from './ownership.ts';

export interface StagedEntry {
  /** As the archive names it, in normal form; relative to the root. */
  readonly path: string;
  readonly header: TarHeader;
  /** Of the entry that a hard link is another name of; for everything else the same as `header`. */
  readonly inode: TarHeader;
  /** Name in the folder of the transaction; undefined for folders. */
  readonly staged: string | undefined;
  /** SHA-256 of the content, for files. */
  readonly sha256: string | undefined;
}

export interface StagedPackage {
  readonly one: PublishedPackage;
  /** In the order of the archive. */
  readonly entries: readonly StagedEntry[];
  /** Of the compressed archive. */
  readonly sha256: string;
}

export interface ScanRequest {
  readonly one: PublishedPackage;
  readonly transport: Transport;
  /** The folder of the transaction. */
  readonly stage: string;
  /** Unique in the transaction. */
  readonly prefix: string;
  readonly owner: Ownership;
  /** Where devices are not wanted, an archive with one is refused. */
  readonly devices: 'make' | 'refuse';
  readonly limits: ContentLimits;
  readonly signal: AbortSignal;
}

export interface ContentLimits {
  /** Bytes of one package, decompressed. */
  readonly bytes: number;
  /** Entries of one package. */
  readonly entries: number;
}

/** Throws a ClientError that names the package: `corrupt`, `unsafe`, `limit`, `file-conflict`, `unsupported`, or those of the transport. */
export async function scanArchive(request: ScanRequest): Promise<StagedPackage> {
  const { one, transport, signal, limits } = request;
  const label = labelOf(one.definition);
  const expected = one.archive.sha256.toLowerCase();
  const hash = createHash('sha256');
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of transport.readPackage({ ...one.definition, path: one.archive.path, sha256: expected, ...(one.archive.image === undefined ? {} : { image: one.archive.image }) }, signal)) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const stager = new Stager(request);
  const source = bytes();
  try {
    for await (const entry of readTar(decompress(source, { maxBytes: limits.bytes }))) {
      signal.throwIfAborted();
      await stager.take(entry);
    }
    // The digest is that of the whole file, also of what follows the end of the archive.
    for await (const _ of source) signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ArchiveError ? explain(label, error) : error;
  }
  const sha256 = hash.digest('hex');
  if (transport.keepsArchives && expected !== '' && sha256 !== expected) {
    throw new ClientError('corrupt', `The archive ${one.archive.path} of ${label} in ${transport.place} is not the one that the index names.`, { expected: `sha256 ${expected}`, found: `sha256 ${sha256}`, hint: 'It was damaged or replaced: publish the repository again.' });
  }
  return { one, entries: stager.entries, sha256 };
}

function explain(label: string, error: ArchiveError): ClientError {
  const code = error.code === 'unsafe-path' ? 'unsafe' : error.code === 'limit' ? 'limit' : 'corrupt';
  return new ClientError(code, `The archive of ${label} is refused: ${reasonOf(error)}.`, { cause: error });
}

class Stager {
  readonly entries: StagedEntry[] = [];
  readonly #request: ScanRequest;
  readonly #byPath = new Map<string, StagedEntry>();

  constructor(request: ScanRequest) {
    this.#request = request;
  }

  async take(entry: TarEntry): Promise<void> {
    const { limits, prefix } = this.#request;
    const path = normalPath(entry.path);
    if (path === '') return;
    if (this.entries.length >= limits.entries) throw this.#refuse('limit', `it has more than ${limits.entries} entries`);
    this.#checkPath(path);
    const staged = entry.type === 'directory' ? undefined : `${prefix}-${this.entries.length}`;
    const sha256 = staged === undefined ? undefined : await this.#stage(entry, path, staged);
    const header = headerOf(entry);
    const inode = (entry.type === 'link' ? this.#byPath.get(normalPath(entry.linkName))?.inode : undefined) ?? header;
    const taken: StagedEntry = { path, header, inode, staged, sha256 };
    this.entries.push(taken);
    this.#byPath.set(path, taken);
  }

  /** A path comes once, and lies below folders only. Folders that the archive does not have are made as plain ones. */
  #checkPath(path: string): void {
    // A line end in a name lets one file look like several in every list.
    if (/[\0\r\n]/.test(path)) throw this.#refuse('unsafe', `the name ${JSON.stringify(path)} has a line end`);
    if (this.#byPath.has(path)) throw this.#refuse('corrupt', `it has /${path} twice`);
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const above = this.#byPath.get(path.slice(0, slash));
      if (above !== undefined && above.header.type !== 'directory') throw this.#refuse('unsafe', `/${path} lies below /${above.path}, which is a ${above.header.type} of the same archive`);
    }
  }

  async #stage(entry: TarEntry, path: string, staged: string): Promise<string | undefined> {
    const { stage, owner, devices } = this.#request;
    const location = join(stage, staged);
    switch (entry.type) {
      case 'file':
        return writeFile(location, entry, owner);
      case 'symlink': {
        if (leadsOut(path, entry.linkName)) throw this.#refuse('unsafe', `the link /${path} leads out of the root, to ${JSON.stringify(entry.linkName)}`);
        symlinkSync(encodeName(entry.linkName), location);
        if (owner === 'archive') lchownSync(location, entry.uid, entry.gid);
        lutimesSync(location, timeOf(entry), timeOf(entry));
        return undefined;
      }
      case 'link': {
        const target = this.#byPath.get(normalPath(entry.linkName));
        // What is not in the archive could be any file of the root.
        if (target?.staged === undefined) throw this.#refuse('unsafe', `the hard link /${path} names ${JSON.stringify(entry.linkName)}, which is no earlier file of the archive`);
        linkSync(join(stage, target.staged), location);
        return target.sha256;
      }
      case 'character':
      case 'block':
      case 'fifo':
        if (entry.type !== 'fifo' && devices === 'refuse') throw this.#refuse('unsafe', `/${path} is a device`);
        if (entry.type !== 'fifo' && owner === 'recorded') await writeFile(location, entry, owner);
        else makeNode(location, entry, modeOnDisk(entry, owner));
        if (owner === 'archive') lchownSync(location, entry.uid, entry.gid);
        return undefined;
      case 'directory':
        throw new Error('Internal error: folders are not staged');
      default: {
        const never: never = entry.type;
        return never;
      }
    }
  }

  #refuse(code: 'unsafe' | 'corrupt' | 'limit', reason: string): ClientError {
    return new ClientError(code, `The archive of ${labelOf(this.#request.one.definition)} is refused: ${reason}.`);
  }
}

/** A relative link with more `..` than there are folders above it. An absolute one starts at the root of the system that it is in. */
function leadsOut(path: string, target: string): boolean {
  if (target.startsWith('/')) return target.split('/').reduce(stepInto, 0) < 0;
  return target.split('/').reduce(stepInto, path.split('/').length - 1) < 0;
}

/** Once below zero it stays there: that a link comes back does not help. */
function stepInto(depth: number, name: string): number {
  if (depth < 0 || name === '' || name === '.') return depth;
  return name === '..' ? depth - 1 : depth + 1;
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

async function writeFile(location: string, entry: TarEntry, owner: Ownership): Promise<string> {
  const hash = createHash('sha256');
  const file = openSync(location, NEW_FILE, 0o600);
  try {
    for await (const chunk of entry.body) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    }
    if (owner === 'archive') fchownSync(file, entry.uid, entry.gid);
    fchmodSync(file, modeOnDisk(entry, owner));
    futimesSync(file, timeOf(entry), timeOf(entry));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** A Date, because Node takes negative numbers for the current time. */
function timeOf(header: TarHeader): Date {
  return new Date(header.mtime * 1000 + header.mtimeNanoseconds / 1e6);
}

function headerOf(entry: TarEntry): TarHeader {
  const { path, type, mode, uid, gid, mtime, mtimeNanoseconds, size, linkName, devMajor, devMinor, xattrs } = entry;
  return { path, type, mode, uid, gid, mtime, mtimeNanoseconds, size, linkName, devMajor, devMinor, xattrs };
}
