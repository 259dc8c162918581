import { decompress, readManifest, readTar } from '@cos/archive';
import type { Artifact } from '@cos/core';
import type { ContainerImage, PackageArchive } from '@cos/core/artifacts';
import type { RootEntry } from './root-paths.ts';

/** A root filesystem that is listed first, and of which a few files are read. */
export interface RootFilesystem {
  list(): AsyncIterable<RootEntry>;
  /** An uncompressed tar with the named paths, and perhaps others. */
  read(only: ReadonlySet<string>): AsyncIterable<Uint8Array>;
}

export function rootOfImage(image: Artifact<ContainerImage>): RootFilesystem {
  return { list: () => readManifest(image.list()), read: (only) => image.read({ only }) };
}

/** An archive has no index: it is read twice. */
export function rootOfArchive(archive: Artifact<PackageArchive>): RootFilesystem {
  return { list: () => readTar(decompress(archive.read())), read: () => decompress(archive.read()) };
}
