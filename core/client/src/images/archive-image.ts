import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress, extractTar, normalPath, readTar } from '@cos/archive';
import { folderImage } from './folder-image.ts';
import type { ImageLayers } from './image-layers.ts';

export interface ArchiveImageRequest {
  /** The tar (plain, gzip, zstd): of `docker save`, of an OCI layout, or of a root filesystem itself. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly place: string;
  readonly name: string | undefined;
  readonly platform: string;
  /** Existing folder for what is in the archive. */
  readonly scratch: string;
  /** `image`: it is no root filesystem, so that it needs to be opened only once. Default: it is looked into. */
  readonly holds?: 'image';
}

/**
 * The image in an archive. Its files are laid out in scratch, because archives have layers in any order; give them back by `close`. An archive that is no
 * image is a root filesystem.
 */
export async function archiveImage({ open, place, name, platform, scratch, holds }: ArchiveImageRequest): Promise<ImageLayers & { readonly close: () => Promise<void> }> {
  if (holds !== 'image' && !(await isImage(open()))) {
    const layers = async function* (): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
      yield decompress(open());
    };
    return { place, layers, close: async () => undefined };
  }
  const folder = await mkdtemp(join(scratch, 'image-'));
  const close = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await extractTar(decompress(open()), folder, { devices: 'skip' });
    return { ...folderImage({ folder, place, name, platform }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same of a file. */
export async function fileImage(path: string, request: Omit<ArchiveImageRequest, 'open' | 'holds'>): Promise<ImageLayers & { readonly close: () => Promise<void> }> {
  return archiveImage({ ...request, open: () => createReadStream(path) });
}

/** A root filesystem may have any file at its top; only an image has one of these pairs. */
async function isImage(archive: AsyncIterable<Uint8Array>): Promise<boolean> {
  const names = new Set<string>();
  let hasConfigs = false;
  for await (const { path } of readTar(decompress(archive))) {
    const normal = normalPath(path);
    if (!normal.includes('/')) names.add(normal);
    hasConfigs ||= /^(?:[0-9a-f]{64}\.json|blobs\/sha256\/[0-9a-f]{64})$/.test(normal);
  }
  return hasConfigs && (names.has('manifest.json') || (names.has('index.json') && names.has('oci-layout')));
}
