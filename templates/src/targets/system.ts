import { CosError, type ArtifactRef, type System } from '@cos/core';
import type { ContainerImage, PackageArchive, PackageMetadata } from '@cos/core/artifacts';
import type { TargetCode } from '../codes.ts';
import { titleOf, type StandardContext } from './context.ts';
import { dockerfileImage } from './dockerfile-image.ts';
import { buildPackages } from './packages.ts';
import type { Sharing } from './shared-images.ts';

export interface SystemRequest {
  /** The package that is the whole system (`system/my-os`), or a Dockerfile; for derivatives that say nothing of it themselves. */
  readonly system?: System | undefined;
  /** Name for people of derivatives that have no title; default their name. */
  readonly title?: string | undefined;
  /** Where images of packages are looked for and pushed to. Default: as the options of the plugin say. */
  readonly sharing?: Sharing | undefined;
}

/** The root filesystem of a derivative's system: for the inputs of stages that take either. */
export type SystemContent = { readonly archive: ArtifactRef<PackageArchive> } | { readonly image: ArtifactRef<ContainerImage> };

export interface BuiltSystem {
  readonly content: SystemContent;
  /** Metadata of the packages that it consists of; none for a Dockerfile, whose packages are those that its package manager knows. */
  readonly packages: readonly ArtifactRef<PackageMetadata>[];
}

export async function buildSystem(context: StandardContext, request: SystemRequest): Promise<BuiltSystem> {
  const system = systemOf(context, request);
  if (typeof system !== 'string') return { content: { image: await dockerfileImage(context, system, request, []) }, packages: [] };
  const { archive, parts } = await contentOfPackage(context, system, request);
  return { content: { archive }, packages: parts };
}

/** The same as an image that a Dockerfile can start from. `above`: the derivatives whose Dockerfiles lead here. */
export async function systemImage(context: StandardContext, request: SystemRequest, above: readonly string[]): Promise<ArtifactRef<ContainerImage>> {
  const system = systemOf(context, request);
  return typeof system === 'string' ? packageImage(context, system, request) : dockerfileImage(context, system, request, above);
}

/** An image of the content of one package, and of nothing else. */
export async function packageImage(context: StandardContext, name: string, request: SystemRequest): Promise<ArtifactRef<ContainerImage>> {
  const { id, archive } = await contentOfPackage(context, name, request);
  return context.use['docker-build'].join({ name: `content/${id}`, inputs: { archives: [archive] } }).image;
}

/** An image of packages with everything that they need at run time. */
export async function frameworkImage(context: StandardContext, packages: readonly string[] | 'all', { title, sharing }: SystemRequest): Promise<ArtifactRef<ContainerImage>> {
  const { installed } = await buildPackages(context, { packages: [], install: packages, title: titleOf(context, title), sharing });
  return context.use['docker-build'].join({ name: 'framework', inputs: { archives: installed.map(({ archive }) => archive) } }).image;
}

export function systemOf({ derivative }: StandardContext, { system: given }: SystemRequest): System {
  const system = derivative.system ?? given;
  if (system !== undefined) return system;
  throw new CosError({
    code: 'COS_PLAN_SYSTEM' satisfies TargetCode,
    severity: 'error',
    message: `Nothing says what the system of derivative "${derivative.name}" is.`,
    hint: 'Give the derivative, or standardTargets, a "system": the name of a package, or { dockerfile: "Dockerfile" }.',
  });
}

async function contentOfPackage(context: StandardContext, name: string, { title, sharing }: SystemRequest): Promise<{ readonly id: string; readonly archive: ArtifactRef<PackageArchive>; readonly parts: readonly ArtifactRef<PackageMetadata>[] }> {
  const { wanted, partsOf } = await buildPackages(context, { packages: [name], title: titleOf(context, title), sharing });
  const [found] = wanted;
  if (found?.entry.image !== undefined) return { id: found.entry.id, archive: found.archive, parts: partsOf(found).map(({ metadata }) => metadata) };
  throw new CosError({
    code: 'COS_PLAN_SYSTEM' satisfies TargetCode,
    severity: 'error',
    message: `The package "${name}" has no content of its own: what is made of it needs a package with an image.`,
    hint: 'Name the package that holds the files.',
  });
}
