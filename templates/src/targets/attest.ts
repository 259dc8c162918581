import type { ArtifactRef, FileTree } from '@cos/core';
import type { PackageMetadata, Repository, TextFile } from '@cos/core/artifacts';
import type { StandardContext } from './context.ts';
import type { BuiltIso, IsoRequest } from './iso.ts';

export interface Attested {
  readonly squash: IsoRequest['squash'];
  readonly iso: BuiltIso;
  readonly contents: ListedContents;
  readonly repository: ArtifactRef<Repository> | undefined;
}

/** Statements of how the artifacts came to be, by what each is about. They name the targets that make the artifacts alone. */
export function sayHowMade({ use, derivative, platform }: StandardContext, { squash, iso, contents: { spdx, cyclonedx }, repository }: Attested): Readonly<Record<string, ArtifactRef<TextFile>>> {
  const { name } = derivative;
  const request = { derivative: name, version: derivative.version ?? '', platform };
  const isoRequest = { ...request, target: 'build-iso', parameters: squash === undefined ? {} : { squash } };
  return {
    [iso.file]: use.attest.isoProvenance({ name, inputs: { artifact: iso.iso, history: iso.iso, spdx, cyclonedx }, options: { subject: iso.file, ...isoRequest } }).statement,
    ...(repository === undefined ? {} : { repository: use.attest.repositoryProvenance({ name, inputs: { artifact: repository, history: repository }, options: { subject: 'repository', ...request, target: 'create-repo' } }).statement }),
  };
}

export interface ListedContents {
  readonly spdx: ArtifactRef<TextFile>;
  readonly cyclonedx: ArtifactRef<TextFile>;
  /** Every file with its digest, as mtree. */
  readonly manifest: ArtifactRef<TextFile>;
  /** All of them by the names of their files. */
  readonly files: Readonly<Record<string, ArtifactRef<TextFile>>>;
}

/** What the system of an ISO consists of. */
export function listContents({ use, derivative }: StandardContext, { iso, file, system }: BuiltIso): ListedContents {
  const { name, version } = derivative;
  const { spdx, cyclonedx } = use.attest.sbom({ name, inputs: { ...system.content, packages: system.packages, iso }, options: { name: file, ...(version === undefined || version === '' ? {} : { version }) } });
  const { manifest } = use.sign.fileManifest({ name: file, inputs: system.content });
  return { spdx, cyclonedx, manifest, files: { [`${file}.spdx.json`]: spdx, [`${file}.cdx.json`]: cyclonedx, [`${file}.mtree`]: manifest } };
}

export interface AttestedImage {
  readonly tag: string;
  /** In the layout of OCI. */
  readonly image: ArtifactRef<FileTree>;
  /** Of the packages that it consists of. */
  readonly metadata: readonly ArtifactRef<PackageMetadata>[];
  /** Where it is pushed, `host/path`. */
  readonly repository: string;
  /** A file of the workspace. */
  readonly publicKey: string;
}

interface AttachedToImage {
  readonly statement: ArtifactRef<TextFile>;
  readonly spdx: ArtifactRef<TextFile>;
  readonly cyclonedx: ArtifactRef<TextFile>;
  readonly publicKey: ArtifactRef<FileTree>;
}

/** What is attached to an image: bills of what is in it, and a signed statement of how it came to be, which names the bills. */
export function attestImage({ use, source, derivative, platform }: StandardContext, { tag, image, metadata, repository, publicKey }: AttestedImage): AttachedToImage {
  const { version } = derivative;
  const key = source(publicKey);
  const { spdx, cyclonedx } = use.attest.sbom({ name: `image-${tag}`, inputs: { layout: image, packages: [...metadata] }, options: { name: tag, ...(version === '' ? {} : { version }) } });
  const { statement } = use.attest.imageProvenance({ name: tag, inputs: { artifact: image, history: image, spdx, cyclonedx }, options: { subject: repository, bills: tag, target: 'publish-images', derivative: derivative.name, version, platform } });
  const { envelope } = use.sign.signStatement({ name: `image-${tag}`, inputs: { statement, publicKey: key } });
  return { statement: envelope, spdx, cyclonedx, publicKey: key };
}

/** How the packages of a published repository came to be. Publishing makes it a statement about the index, and signs it. */
export function sayHowAdded({ use, derivative, platform }: StandardContext, repository: ArtifactRef<Repository>): ArtifactRef<TextFile> {
  const { name, version } = derivative;
  return use.attest.repositoryProvenance({ name: `${name}-published`, inputs: { artifact: repository, history: repository }, options: { subject: name, target: 'publish', derivative: name, version, platform } }).statement;
}
