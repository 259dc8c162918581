import { tmpdir } from 'node:os';
import { encodeName, extractTar, flattenLayers, readTar, writeTar, type TarEntry } from '@cos/archive';
import { writeAttributes } from '../install/write-attributes.ts';
import type { ImageLayers } from './image-layers.ts';

/** The root filesystem that the layers make together, as one plain tar: sorted, with whiteouts done. Nothing comes before everything is read and verified. */
export function rootArchive(image: ImageLayers, scratch: string = tmpdir()): AsyncGenerator<Uint8Array, void, undefined> {
  return flattenLayers(image.layers(), { scratch });
}

export interface ExtractRootRequest {
  /** A root filesystem as a plain tar; read once. */
  readonly archive: AsyncIterable<Uint8Array>;
  /** Made when it is not there; what is there stays, unless the archive has something of that path. Its own owner and mode stay. Absolute. */
  readonly folder: string;
  /** `archive`: owners, all mode bits, devices and extended attributes as in the archive (needs root). `current`: what this user may make. */
  readonly owner: 'archive' | 'current';
}

/** What was unpacked, and what is not in the folder. */
export interface ExtractedRoot {
  readonly entries: number;
  /** Content in blocks of 4096 bytes, which no two files share. */
  readonly blocks: number;
  /** Devices and fifos. */
  readonly skipped: readonly string[];
  /** Files and folders without their extended attributes. */
  readonly withoutAttributes: readonly string[];
}

/** Unpacks a root filesystem into a folder and never outside of it. Throws ClientError and ArchiveError. */
export async function extractRoot({ archive, folder, owner }: ExtractRootRequest): Promise<ExtractedRoot> {
  const attributes: { readonly name: string; readonly attributes: ReadonlyMap<string, Uint8Array> }[] = [];
  let blocks = 0;
  async function* noted(): AsyncGenerator<TarEntry, void, undefined> {
    for await (const entry of readTar(archive)) {
      blocks += Math.ceil(entry.size / 4096);
      if (entry.xattrs.size > 0 && entry.type !== 'link') attributes.push({ name: escaped(entry.path), attributes: entry.xattrs });
      yield entry;
    }
  }
  const { entries, skipped, droppedXattrs } = await extractTar(writeTar(noted()), folder, { owner, devices: owner === 'archive' ? 'create' : 'skip' });
  if (owner === 'current') return { entries, blocks, skipped, withoutAttributes: droppedXattrs };
  writeAttributes(folder, attributes);
  return { entries, blocks, skipped, withoutAttributes: [] };
}

export interface UnpackRootRequest extends Omit<ExtractRootRequest, 'archive'> {
  readonly image: ImageLayers;
  /** Existing folder for the contents meanwhile; default the system's. */
  readonly scratch?: string;
}

/** The same of an image. */
export async function unpackRoot({ image, scratch, ...request }: UnpackRootRequest): Promise<ExtractedRoot> {
  return extractRoot({ ...request, archive: rootArchive(image, scratch) });
}

/** As `setfattr --restore` reads names: every byte that means something to it by its octal number. */
function escaped(path: string): string {
  return [...encodeName(path)].map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x3d ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`)).join('');
}
