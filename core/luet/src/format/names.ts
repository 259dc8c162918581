// Names of the files of a repository. File names keep the `+` of a version; image tags cannot.

import { fingerprintName, imageId } from '../package/identity.ts';
import type { Identity } from '../package/identity.ts';

export type CompressionType = 'none' | 'gzip' | 'zstd';

export function archiveFileName(one: Identity, compression: CompressionType): string {
  return `${fingerprintName(one)}.package.tar${compressionSuffix(compression)}`;
}

export function metadataFileName(one: Identity): string {
  return `${fingerprintName(one)}.metadata.yaml`;
}

/** Tag of the image that holds the metadata file. */
export function metadataImageTag(one: Identity): string {
  return `${imageId(one)}.metadata.yaml`;
}

/** Where a package's definition stands in the runtime tree, relative to its root. */
export function treeDefinitionPath({ category, name, version }: Identity): string {
  return `${category}/${name}/${version}/definition.yaml`;
}

/** '' for none. */
export function compressionSuffix(compression: CompressionType): '' | '.gz' | '.zst' {
  switch (compression) {
    case 'none':
      return '';
    case 'gzip':
      return '.gz';
    case 'zstd':
      return '.zst';
    default: {
      const never: never = compression;
      return never;
    }
  }
}
