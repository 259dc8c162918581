// What a container image's layer holds, without the contents of its files: layers are read once and are part of many images, and most of what is asked of
// an image (its digest, its paths, what changed) needs no content.
import { ContentHash } from '../rootfs/content-hash.ts';
import type { FileContent } from '../rootfs/file-content.ts';
import type { TarEntry, TarHeader } from '../tar/entry.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import type { LayerContents } from './layer-contents.ts';

/** The content of a layer's file. Empty files have none. */
export interface LayerContent extends FileContent {
  /** Which entry of the layer's archive it is, counted from 0. */
  readonly number: number;
  readonly listing: LayerListing;
  /** The bytes themselves, for the few files that the reader was asked to keep. */
  readonly bytes: Uint8Array | undefined;
}

export interface LayerEntry {
  readonly header: TarHeader;
  readonly content: LayerContent | undefined;
}

/** One layer; see the top of the file. */
export class LayerListing {
  /** In the order of the layer's archive, whiteouts included. */
  readonly entries: readonly LayerEntry[];
  /** Bytes of all contents. */
  readonly size: number;

  constructor(entries: Iterable<ListedEntry>) {
    let size = 0;
    this.entries = Array.from(entries, ({ header, sha256, bytes }, number) => {
      size += header.size;
      return { header, content: header.size === 0 || sha256 === undefined ? undefined : { listing: this, number, size: header.size, sha256, bytes } };
    });
    this.size = size;
  }
}

export interface ListedEntry {
  readonly header: TarHeader;
  /** As 64 hexadecimal digits; undefined for what has no content, empty files included. */
  readonly sha256: string | undefined;
  readonly bytes?: Uint8Array | undefined;
}

export interface ReadLayerOptions extends ReadTarOptions {
  /** Where contents are kept; default: nowhere. */
  readonly contents?: LayerContents;
  /** Which files' contents are kept with the listing, in memory; default: none. */
  readonly keeps?: (header: TarHeader) => boolean;
}

/** Reads an uncompressed layer to its end. Errors as for `readTar`, and those of the file system. */
export async function readLayer(layer: AsyncIterable<Uint8Array>, options: ReadLayerOptions = {}): Promise<LayerListing> {
  const entries: ListedEntry[] = [];
  for await (const entry of readTar(layer, options)) {
    entries.push(entry.size === 0 ? { header: headerOf(entry), sha256: undefined } : await readContent(entry, entries.length, options));
  }
  const listing = new LayerListing(entries);
  await options.contents?.finish();
  return listing;
}

async function readContent(entry: TarEntry, number: number, { contents, keeps }: ReadLayerOptions): Promise<ListedEntry> {
  const hash = new ContentHash(entry.size);
  const kept: Uint8Array[] | undefined = keeps?.(entry) === true ? [] : undefined;
  async function* seen(): AsyncGenerator<Uint8Array> {
    for await (const chunk of entry.body) {
      hash.add(chunk);
      kept?.push(Buffer.from(chunk));
      yield chunk;
    }
  }
  if (contents !== undefined) await contents.keep(number, entry.size, seen());
  else for await (const _ of seen());
  return { header: headerOf(entry), sha256: hash.digest(), bytes: kept === undefined ? undefined : Buffer.concat(kept) };
}

/** The header alone, field by field: objects that were copied take more memory, and there is one for each file. */
function headerOf({ path, type, mode, uid, gid, mtime, mtimeNanoseconds, size, linkName, devMajor, devMinor, xattrs }: TarEntry): TarHeader {
  return { path, type, mode, uid, gid, mtime, mtimeNanoseconds, size, linkName, devMajor, devMinor, xattrs };
}
