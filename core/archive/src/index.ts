// Public entry. Re-exports only.

export { ArchiveError } from './archive-error.ts';
export type { ArchiveErrorCode, ArchiveErrorPlace } from './archive-error.ts';
export { compareNames, decodeName, encodeName } from './names.ts';
export { bodyOf, createEntry } from './tar/entry.ts';
export type { TarEntry, TarEntryInit, TarEntryType, TarHeader } from './tar/entry.ts';
export { readTar } from './tar/read-tar.ts';
export type { ReadTarOptions } from './tar/read-tar.ts';
export { writeTar } from './tar/write-tar.ts';
export { normalPath } from './rootfs/normal-path.ts';
export type { TimeOptions } from './rootfs/canonical-entries.ts';
export type { RootTreeOptions } from './rootfs/root-tree.ts';
export { canonicalize } from './rootfs/canonicalize.ts';
export type { CanonicalizeOptions } from './rootfs/canonicalize.ts';
export { rootfsDigest } from './rootfs/rootfs-digest.ts';
export { flattenLayers, readWhiteout } from './layers/flatten-layers.ts';
export type { Archives, Whiteout } from './layers/flatten-layers.ts';
export { mergeArchives } from './layers/merge-archives.ts';
export { checkPackageDir, createPathFilter, matchText } from './packages/path-filter.ts';
export type { PathFilter, PathFilterOptions } from './packages/path-filter.ts';
export { basePaths, selectPaths } from './packages/select-paths.ts';
export type { ListedPath, PackageStrategy } from './packages/select-paths.ts';
export { extractPackage, listPaths } from './packages/package-content.ts';
export type { ArchiveSource, PackageContentOptions } from './packages/package-content.ts';
