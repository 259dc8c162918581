import type { StandardSchemaV1 } from '@standard-schema/spec';
import { defineArtifact, fileTree, noMeta, type FileTree } from '../model/artifact.ts';

// Artifact kinds that several plugins share.

/** Metadata of plain text fields. */
function textFields<const F extends string>(...fields: readonly F[]): StandardSchemaV1<unknown, { readonly [K in F]: string }> {
  return {
    '~standard': {
      version: 1,
      vendor: 'cos',
      validate: (value) => {
        if (typeof value !== 'object' || value === null) return { issues: [{ message: 'expected an object' }] };
        const given = new Map<string, unknown>(Object.entries(value));
        const known: ReadonlySet<string> = new Set(fields);
        const issues = [
          ...fields.filter((field) => typeof given.get(field) !== 'string').map((field) => ({ message: 'expected text', path: [field] })),
          ...[...given.keys()].filter((key) => !known.has(key)).map((key) => ({ message: 'unknown field', path: [key] })),
        ];
        // Checked above: every field is there and is text.
        return issues.length > 0 ? { issues } : { value: value as { readonly [K in F]: string } };
      },
    },
  };
}

export { fileTree, type FileTree };

/**
 * A container image in an engine. Digest: of the root filesystem's content without times, whatever id the engine gave. Stream: a tar of the whole root
 * filesystem in canonical order (that of a walk by the bytes of names), or of the paths that are asked for; all times are 0. List: its manifest, as of
 * {@link packageManifest}. `reference`: the name under which the engine knows it.
 */
export const containerImage = defineArtifact({ name: 'container-image', storage: 'external', meta: textFields('reference') });
export type ContainerImage = typeof containerImage;

/** A root filesystem as one canonical, uncompressed tar (sorted, numeric owners, fixed times): the base that a distribution starts from. */
export const rootfsArchive = defineArtifact({ name: 'rootfs-archive', storage: 'file', meta: noMeta });
export type RootfsArchive = typeof rootfsArchive;

/** The rendered recipe of one package: canonical JSON. */
export const packageRecipe = defineArtifact({ name: 'package-recipe', storage: 'file', meta: textFields('category', 'name', 'version') });
export type PackageRecipe = typeof packageRecipe;

/** What a package counts for in luet's tags, and its record in the metadata of what is built on it: JSON as `writeHashedPackage` of @cos/luet makes it. */
export const packageHash = defineArtifact({ name: 'package-hash', storage: 'file', meta: textFields('category', 'name', 'version') });
export type PackageHash = typeof packageHash;

/** The archive of one package as luet clients read it: a canonical tar, compressed as `compression` says (none, gzip, zstd). */
export const packageArchive = defineArtifact({ name: 'package-archive', storage: 'file', meta: textFields('category', 'name', 'version', 'compression') });
export type PackageArchive = typeof packageArchive;

/**
 * What the archive of a package holds: one line of JSON for each entry, in the archive's order. Keys: `path`, `type`, `mode` (octal text), `uid`, `gid`;
 * `size` and `sha256` of files, `target` of links, `device` (`major:minor`), `xattrs` (base64 by name). No times.
 */
export const packageManifest = defineArtifact({ name: 'package-manifest', storage: 'file', meta: textFields('category', 'name', 'version') });
export type PackageManifest = typeof packageManifest;

/** What a repository index says of one package beside its archive: canonical JSON, luet's metadata form. */
export const packageMetadata = defineArtifact({ name: 'package-metadata', storage: 'file', meta: textFields('category', 'name', 'version') });
export type PackageMetadata = typeof packageMetadata;

/** A repository folder that luet clients install from. */
export const repository = defineArtifact({ name: 'repository', storage: 'tree', meta: textFields('name') });
export type Repository = typeof repository;

/** A detached signature file over another artifact. */
export const signature = defineArtifact({ name: 'signature', storage: 'file', meta: textFields('algorithm') });
export type Signature = typeof signature;

/** A squashfs image of a root filesystem. */
export const squashfsImage = defineArtifact({ name: 'squashfs-image', storage: 'file', meta: textFields('compression') });
export type SquashfsImage = typeof squashfsImage;

/** A bootable ISO image. `label`: its volume label. */
export const isoImage = defineArtifact({ name: 'iso-image', storage: 'file', meta: textFields('label') });
export type IsoImage = typeof isoImage;

/** A raw disk image or one of another format. */
export const diskImage = defineArtifact({ name: 'disk-image', storage: 'file', meta: textFields('format') });
export type DiskImage = typeof diskImage;

/** A text file for people or programs beside an output: checksums, templates, manifests. */
export const textFile = defineArtifact({ name: 'text-file', storage: 'file', meta: noMeta });
export type TextFile = typeof textFile;
