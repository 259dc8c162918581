// A digest of what a root filesystem contains, whatever the order of its archive, its times, and which name of a group of hard links
// came first. One pass, no temporary file. The encoding is fixed: change FORMAT when it changes.
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { compareNames, encodeName } from '../names.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import type { TarEntry } from '../tar/entry.ts';
import { canonicalHeader } from './canonical-entries.ts';
import { withoutBody } from './canonicalize.ts';
import { ContentHash, DIGEST_OF_NOTHING } from './content-hash.ts';
import { RootTree } from './root-tree.ts';
import type { Inode, Place, RootTreeOptions } from './root-tree.ts';

const FORMAT = 'root filesystem 2';

/**
 * SHA-256, as 64 hexadecimal digits, over the entries in canonical order: path, type, mode, owner, device numbers, link target, extended
 * attributes, SHA-256 of the content, and for each name of a group of hard links the first name of the group. Times never count, and
 * neither does an entry for the root itself. The digest of an archive equals that of its canonical form. Errors as `canonicalize`.
 */
export async function rootfsDigest(source: AsyncIterable<Uint8Array>, options: RootTreeOptions & ReadTarOptions = {}): Promise<string> {
  const tree = new RootTree<string>(options);
  for await (const entry of readTar(source, options)) {
    tree.place(withoutBody(entry), entry.type === 'file' ? await digestBody(entry) : undefined);
  }
  return digestPlaces(tree.list(), (digest) => digest);
}

async function digestBody(entry: TarEntry): Promise<string> {
  const content = new ContentHash(entry.size);
  for await (const chunk of entry.body) content.add(chunk);
  return content.digest();
}

const EMPTY = Buffer.alloc(0);

/**
 * The digest of places in canonical order; `digestOf` gives the SHA-256 of a content, as hexadecimal digits. A file without content has the one of nothing.
 * Every field is its length as four bytes (big endian) and its bytes; numbers are decimal digits.
 */
export function digestPlaces<Content>(places: readonly Place<Content>[], digestOf: (content: Content) => string): string {
  const sum = createHash('sha256');
  const names = countNames(places);
  const firstPaths = new Map<Inode<Content>, string>();
  addFields(sum, [FORMAT]);
  for (const { path, inode } of places) {
    const header = canonicalHeader(path, inode);
    let group = '';
    if (inode?.isShared === true && (names.get(inode) ?? 0) > 1) {
      group = firstPaths.get(inode) ?? path;
      firstPaths.set(inode, group);
    }
    const xattrs = [...header.xattrs].sort(([a], [b]) => compareNames(a, b));
    addFields(sum, [
      encodeName(path),
      header.type,
      String(header.mode),
      String(header.uid),
      String(header.gid),
      String(header.devMajor),
      String(header.devMinor),
      encodeName(header.linkName),
      digestBytes(header, inode?.content === undefined ? DIGEST_OF_NOTHING : digestOf(inode.content)),
      encodeName(group),
      String(xattrs.length),
      ...xattrs.flatMap(([name, value]) => [encodeName(name), value]),
    ]);
  }
  return sum.digest('hex');
}

function digestBytes({ type }: Pick<TarEntry, 'type'>, digest: string): Buffer {
  return type === 'file' ? Buffer.from(digest, 'hex') : EMPTY;
}

/** Of inodes that may have several. */
function countNames<Content>(places: readonly Place<Content>[]): Map<Inode<Content>, number> {
  const names = new Map<Inode<Content>, number>();
  for (const { inode } of places) {
    if (inode?.isShared === true) names.set(inode, (names.get(inode) ?? 0) + 1);
  }
  return names;
}

function addFields(sum: Hash, fields: readonly (string | Uint8Array)[]): void {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  sum.update(Buffer.concat(parts));
}
