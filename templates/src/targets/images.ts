import { CosError, type ArtifactRef, type FileTree, type Parameters, type ParameterValues } from '@cos/core';
import type { PackageMetadata, TextFile } from '@cos/core/artifacts';
import type { TargetCode } from '../codes.ts';
import type { StandardContext } from './context.ts';
import { attestImage } from './attest.ts';
import { buildPackages, type BuiltPackage } from './packages.ts';
import { sharedParameters, type Sharing } from './shared-images.ts';

/** What `images` and `publish-images` take alike. */
export const imageParameters = {
  ...sharedParameters,
  packages: { type: 'list', positional: true, description: 'packages as category/name; default all' },
  together: { type: 'text', pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, description: 'one image of this tag, of the packages with everything that they need at run time, instead of one for each package' },
} as const satisfies Parameters;

export const publishImageParameters = {
  ...imageParameters,
  attest: { type: 'flag', description: 'attach signed statements of how the images came to be, and what is in them (SPDX, CycloneDX); default: as the config says' },
  to: { type: 'text', pattern: /^docker:[^\s]+$/, description: 'the image repository, as docker:host/path; each image has its tag there, for all platforms; default: that of the config' },
} as const satisfies Parameters;

interface PlannedImage {
  readonly tag: string;
  readonly image: ArtifactRef<FileTree>;
  /** Of the packages that it consists of. */
  readonly metadata: readonly ArtifactRef<PackageMetadata>[];
}

/** Where and how `publish-images` pushes; all of it has a default but the place. */
export interface ImagesRequest {
  /** `docker:host/path`; undefined: the parameter `to` says it. */
  readonly images?: string;
  readonly attest?: boolean;
  /** Image repository for what is attached. */
  readonly signatures?: string;
  /** A file of the workspace. */
  readonly publicKey: string;
}

/** Images FROM scratch of packages, each in a folder in the layout of OCI, by tag. */
export async function createImages(context: StandardContext, title: string, { packages, together }: ParameterValues<typeof imageParameters>, sharing: Sharing): Promise<readonly PlannedImage[]> {
  const { use, derivative } = context;
  const wanted = packages.length === 0 ? 'all' : packages;
  const make = (tag: string, of: readonly BuiltPackage[]): PlannedImage => ({
    tag,
    metadata: of.map(({ metadata }) => metadata),
    image: use.repo.image({ name: tag, inputs: { archives: of.map(({ archive }) => archive) }, options: { tag, labels: { 'org.opencontainers.image.title': tag, 'org.opencontainers.image.vendor': derivative.title ?? derivative.name } } }).image,
  });
  if (together !== undefined) return [make(together, (await buildPackages(context, { packages: [], install: wanted, title, sharing })).installed)];
  // What has no content has no image either.
  const built = (await buildPackages(context, { packages: wanted, title, sharing })).wanted.filter(({ entry }) => packages.length > 0 || entry.archive !== 'empty');
  return built.map((one) => make(one.entry.fingerprintName.replaceAll('+', '-'), [one]));
}

/** Pushes them; with several derivatives each has an image repository of its own below. */
export async function publishImages(context: StandardContext, title: string, params: ParameterValues<typeof publishImageParameters>, { images: usual, attest, signatures, publicKey }: ImagesRequest, sharing: Sharing): Promise<Readonly<Record<string, ArtifactRef<TextFile>>>> {
  const to = checkRepository(params.to ?? usual);
  const images = await createImages(context, title, params, sharing);
  const repository = context.derivatives.length > 1 ? `${to}/${context.derivative.name}` : to;
  const isAttested = params.attest || attest === true;
  return Object.fromEntries(
    images.map(({ tag, image, metadata }) => {
      const attached = isAttested ? attestImage(context, { tag, image, metadata, repository: repository.slice('docker:'.length), publicKey }) : {};
      return [`images/${tag}.json`, context.use.repo.publishImage({ name: tag, inputs: { image, ...attached }, options: { to: `${repository}:${tag}`, ...(isAttested && signatures !== undefined ? { signatures } : {}) } }).report];
    }),
  );
}

function checkRepository(to: string | undefined): string {
  const refuse = (message: string, hint: string): CosError => new CosError({ code: 'COS_PLAN_PUBLISH' satisfies TargetCode, severity: 'error', message, hint });
  if (to === undefined) throw refuse('Nothing says where to publish images to.', 'Name an image repository: `cos run publish-images --to docker:registry.example/os/images`, or standardTargets({ publish: { images: … } }).');
  if (/^docker:[^/\s]+\/[^:\s]+$/.test(to)) return to;
  throw refuse(`Expected an image repository as docker:host/path without tag; found ${JSON.stringify(to)}.`, 'Packages have tags of their own; --together names the tag of one image of several.');
}
