// A root filesystem without the contents of its files: what it is made of, its digest, and, with contents from elsewhere, its archive.
import type { ManifestEntry } from '../manifest/manifest-entry.ts';
import { NO_XATTRS } from '../tar/entry.ts';
import type { TarEntry } from '../tar/entry.ts';
import { writeTar } from '../tar/write-tar.ts';
import type { WriteTarOptions } from '../tar/write-tar.ts';
import { canonicalEntries, canonicalHeader } from './canonical-entries.ts';
import type { TimeOptions } from './canonical-entries.ts';
import { DIGEST_OF_NOTHING } from './content-hash.ts';
import type { FileContent } from './file-content.ts';
import type { Inode, Place } from './root-tree.ts';
import { digestPlaces } from './rootfs-digest.ts';

/** How a content that is only described is read. */
export type OpenContent<Content> = (content: Content) => AsyncIterable<Uint8Array>;

/** See the top of the file. Places are in canonical order. */
export class RootListing<Content extends FileContent> {
  readonly places: readonly Place<Content>[];

  constructor(places: readonly Place<Content>[]) {
    this.places = places;
  }

  /** The digest that `rootfsDigest` has for its archive. */
  digest(): string {
    return digestPlaces(this.places, ({ sha256 }) => sha256);
  }

  /** What it is made of, in the order of its archive. */
  *manifest(): Generator<ManifestEntry, void, undefined> {
    const firstPaths = new Map<Inode<Content>, string>();
    for (const { path, inode } of this.places) {
      const header = canonicalHeader(path, inode);
      const first = inode?.isShared === true && header.type !== 'directory' ? firstPaths.get(inode) : undefined;
      if (first !== undefined) {
        yield { ...header, type: 'link', linkName: first, size: 0, devMajor: 0, devMinor: 0, xattrs: NO_XATTRS, sha256: undefined };
        continue;
      }
      if (inode?.isShared === true) firstPaths.set(inode, path);
      yield { ...header, sha256: header.type === 'file' ? (inode?.content?.sha256 ?? DIGEST_OF_NOTHING) : undefined };
    }
  }

  /** The part of it that has these paths (see `normalPath`). Parents that are not among them are left out. */
  select(paths: ReadonlySet<string>): RootListing<Content> {
    return new RootListing(this.places.filter(({ path }) => paths.has(path)));
  }

  /** The different contents of its files. */
  contents(): Set<Content> {
    return new Set(this.places.flatMap(({ inode }) => inode?.content ?? []));
  }

  /** The canonical archive. Can be read several times, also at once, as far as contents can. */
  archive(open: OpenContent<Content>, options: TimeOptions & WriteTarOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return writeTar(this.entries(open, options), options);
  }

  /** The entries of the canonical archive. */
  entries(open: OpenContent<Content>, times: TimeOptions = {}): AsyncGenerator<TarEntry, void, undefined> {
    return canonicalEntries(this.places, open, times);
  }
}
