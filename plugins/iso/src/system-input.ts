import { decompress } from '@cos/archive';
import { CosError, optional, type Artifact } from '@cos/core';
import { containerImage, packageArchive, type ContainerImage, type PackageArchive } from '@cos/core/artifacts';
import type { IsoCode } from './codes.ts';

/** Ports for the root filesystem of a system: exactly one of the two is given. */
export const systemPorts = {
  archive: optional(packageArchive),
  image: optional(containerImage),
} as const;

export interface SystemInput {
  /** The root filesystem as an uncompressed tar, from its start as often as asked. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** The times in an image are those of the build, and no part of what its digest covers: they must not be seen. */
  readonly times: 'keep' | 'set';
}

/** Throws COS_ISO_INPUT. */
export function systemInput({ archive, image }: { readonly archive: Artifact<PackageArchive> | undefined; readonly image: Artifact<ContainerImage> | undefined }): SystemInput {
  if (archive !== undefined && image === undefined) return { open: () => decompress(archive.read()), times: 'keep' };
  if (image !== undefined && archive === undefined) return { open: () => image.read(), times: 'set' };
  throw new CosError({
    code: 'COS_ISO_INPUT' satisfies IsoCode,
    severity: 'error',
    message: `Expected one of the inputs "archive" and "image"; found ${archive === undefined ? 'neither' : 'both'}.`,
    hint: 'Give the archive of the package that is the system, or the image that is.',
  });
}
