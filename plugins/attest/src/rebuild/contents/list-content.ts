import { createHash } from 'node:crypto';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError, decompress, detectCompression, readManifest, readTar } from '@cos/archive';
import type { CommandTools, Content } from '@cos/core';
import { IsoError, listIso } from './list-iso.ts';
import { listSquashfs } from './list-squashfs.ts';
import { propertiesOf, type Listing, type Properties } from './listing.ts';
import { hashParts, peek, readPart, type Part } from './part.ts';

/** Something that may consist of files: a folder, a file of a form that is known, or what a store lists. */
export type Whole = Content | Part;

export interface Listed {
  readonly form: 'folder' | 'iso' | 'squashfs' | 'tar' | 'manifest';
  readonly listing: Listing;
  /** The bytes of a path of it, to be looked into; undefined where they cannot be had alone. */
  readonly partOf: (path: string) => Part | undefined;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  /** Undefined: images of squashfs are not looked into. */
  readonly tools: CommandTools | undefined;
}

const nothingInside = (): undefined => undefined;

/** What something consists of; undefined for plain bytes. The form is told by the bytes and never by a name. */
export async function listContent(whole: Whole, { signal, tools }: ListOptions): Promise<Listed | undefined> {
  if ('list' in whole) return { form: 'manifest', listing: await listOf(readManifest(whole.list())), partOf: nothingInside };
  if ((await stat(whole.path)).isDirectory()) return { form: 'folder', listing: await listFolder(whole.path, signal), partOf: (path) => ({ path: join(whole.path, path) }) };
  const magic = await peek(whole, 0, 512);
  if (magic.toString('latin1', 0, 4) === 'hsqs') return tools === undefined ? undefined : { form: 'squashfs', listing: await listSquashfs(whole, tools, signal), partOf: nothingInside };
  if ((await peek(whole, 16 * 2048 + 1, 5)).toString('latin1') === 'CD001') {
    try {
      const { listing, parts } = await listIso(whole, signal);
      return { form: 'iso', listing, partOf: (path) => parts.get(path) };
    } catch (error) {
      if (error instanceof IsoError) return undefined;
      throw error;
    }
  }
  const isTar = magic.toString('latin1', 257, 262) === 'ustar';
  if (!isTar && !['gzip', 'zstd'].includes(detectCompression(magic))) return undefined;
  try {
    return { form: 'tar', listing: await listTar(decompress(readPart(whole, signal))), partOf: nothingInside };
  } catch (error) {
    // Something else that is compressed, or cut off.
    if (error instanceof ArchiveError) return undefined;
    throw error;
  }
}

async function listOf(entries: ReturnType<typeof readManifest>): Promise<Listing> {
  const listing = new Map<string, Properties>();
  for await (const entry of entries) listing.set(entry.path, propertiesOf(entry));
  return listing;
}

async function listTar(bytes: AsyncIterable<Uint8Array>): Promise<Listing> {
  const listing = new Map<string, Properties>();
  for await (const { body, mtime, mtimeNanoseconds, ...header } of readTar(bytes)) {
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk);
    listing.set(header.path.replace(/^\.\//, ''), propertiesOf({ ...header, sha256: header.type === 'file' ? hash.digest('hex') : undefined }, mtime + mtimeNanoseconds / 1e9));
  }
  return listing;
}

/** Owners and times are those of whoever has made the folder, and modes but for the executable bit of their umask: they do not count. */
async function listFolder(root: string, signal: AbortSignal): Promise<Listing> {
  const listing = new Map<string, Properties>();
  const visit = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(root, below))).sort()) {
      signal.throwIfAborted();
      const path = below === '' ? name : `${below}/${name}`;
      const found = await lstat(join(root, path));
      if (found.isDirectory()) {
        listing.set(path, { type: 'directory' });
        await visit(path);
      } else if (found.isSymbolicLink()) listing.set(path, { type: 'symlink', target: await readlink(join(root, path)) });
      else if (found.isFile()) listing.set(path, { type: 'file', executable: (found.mode & 0o100) === 0 ? 'no' : 'yes', size: String(found.size), content: await hashParts([{ path: join(root, path) }], signal) });
      else listing.set(path, { type: 'other' });
    }
  };
  await visit('');
  return listing;
}
