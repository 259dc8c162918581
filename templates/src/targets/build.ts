import { CosError, type ArtifactRef, type Derivative, type Diagnostic, type Parameters, type ParameterValues, type Target } from '@cos/core';
import type { TargetCode } from '../codes.ts';
import type { StandardPlugins } from '../plugins.ts';
import type { StandardContext, TreeDialect } from './context.ts';
import { archivesOf, buildPackages, type BuiltArchive, type PackagesRequest } from './packages.ts';
import { place } from './place.ts';
import { sharedParameters, startSharing, type Sharing } from './shared-images.ts';

/** What `cos run build` and `cos build` take alike. */
export const buildParameters = {
  packages: { type: 'list', positional: true, description: 'packages as category/name, category/name@1.2 or category/name@>=1.0; default all' },
  all: { type: 'flag', description: 'every package of the trees' },
  full: { type: 'flag', description: 'only packages that no other one is built with; what they are built with follows' },
  revdeps: { type: 'flag', description: 'also every package that is built with the named ones, directly or through others' },
  onlyTarget: { type: 'flag', description: 'archives of the named packages alone, not of those that they are built with' },
  nodeps: { type: 'flag', description: 'build nothing below the named packages: its images must be there already' },
  onlydeps: { type: 'flag', description: 'build what the named packages are built with, and not the packages themselves' },
  rebuild: { type: 'flag', description: 'build the named packages though their results are known, without the layer cache of the engine' },
  ...sharedParameters,
  folder: { type: 'text', default: 'packages', pattern: /^(?:\.|[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$/, description: 'folder of the archives below the output folder; . for that folder itself' },
} as const satisfies Parameters;

export type BuildArguments = ParameterValues<typeof buildParameters>;

export interface BuildTargetOptions {
  /** As in {@link PackagesRequest}, where undefined means the same. */
  readonly title: ((context: StandardContext) => string) | undefined;
  /** What is built besides when no packages are named. Default: nothing. */
  readonly beside?: (context: StandardContext, sharing: Sharing) => Promise<readonly ArtifactRef[]>;
  readonly dialect?: TreeDialect;
}

export type BuildTarget = Target<StandardPlugins, Derivative, typeof buildParameters>;

/** The target that builds packages and leaves their archives and metadata. */
export function createBuildTarget({ title, beside, dialect = {} }: BuildTargetOptions): BuildTarget {
  return {
    description: 'archives of the named packages and of what they are built with, or of all packages of the trees and the image of a Dockerfile',
    params: buildParameters,
    async plan(context) {
      const { folder, packages } = context.params;
      const request = readRequest(context.params);
      const sharing = startSharing(context.params);
      const others = packages.length === 0 && beside !== undefined ? await beside(context, sharing) : [];
      // A system that is a Dockerfile alone has no packages.
      if (context.derivative.trees.length + context.packages.length === 0 && others.length > 0) return [...others, ...sharing.tasks];
      const { wanted: built, images: below } = await buildPackages(context, { ...request, title: title?.(context), dialect, sharing });
      const wanted = archivesOf(built);
      const images = [...below, ...others, ...sharing.tasks];
      const { suffix, hasBudgets } = await context.use.squash.settings({});
      const sizes = hasBudgets && wanted.length > 0 ? [['sizes.json', packageSizes(context, wanted)] as const] : [];
      const files = [...wanted.flatMap((one) => packageFiles(one, suffix)), ...sizes].map(([file, artifact]) => [folder === '.' ? file : `${folder}/${file}`, artifact] as const);
      const outputs: Record<string, ArtifactRef | readonly ArtifactRef[]> = { ...Object.fromEntries(files), ...(images.length === 0 ? {} : { images }) };
      return place(context, outputs);
    },
  };
}

/** @throws CosError COS_BUILD_REQUEST with everything that contradicts itself */
function readRequest(args: BuildArguments): Omit<PackagesRequest, 'title' | 'dialect'> {
  const contradictions: readonly (readonly [boolean, string])[] = [
    [args.all && args.packages.length > 0, 'names of packages and --all, which means every package'],
    [args.full && args.packages.length > 0, 'names of packages and --full, which chooses them'],
    [args.all && args.full, '--all and --full'],
    [args.nodeps && args.onlydeps, '--nodeps and --onlydeps, which leave nothing to build'],
    [args.onlydeps && args.rebuild, '--onlydeps, by which the named packages are not built, and --rebuild, by which they are'],
  ];
  const problems = contradictions.flatMap(([isGiven, found]): readonly Diagnostic[] => (isGiven ? [{ code: 'COS_BUILD_REQUEST' satisfies TargetCode, severity: 'error', message: `Expected one or the other; found ${found}.` }] : []));
  if (problems.length > 0) throw new CosError(problems);
  return {
    packages: args.full ? 'tops' : args.packages.length === 0 ? 'all' : args.packages,
    dependents: args.revdeps,
    // What must be there already is not packed either.
    archives: args.onlyTarget || args.nodeps ? 'targets' : 'own',
    part: args.onlydeps ? 'below' : 'all',
    rebuild: args.rebuild,
    onlyOwn: args.nodeps,
  };
}

function packageFiles({ fingerprintName, archive, metadata, manifest }: BuiltArchive, suffix: string): readonly (readonly [string, ArtifactRef])[] {
  return [
    [`${fingerprintName}${suffix}`, archive],
    [`${fingerprintName}.manifest.ndjson`, manifest],
    [`${fingerprintName}.metadata.yaml`, metadata],
  ];
}

function packageSizes({ use, derivative }: StandardContext, built: readonly BuiltArchive[]): ArtifactRef {
  return use.squash.sizes({ name: derivative.name, inputs: { archives: built.map(({ archive }) => archive), manifests: built.map(({ manifest }) => manifest) } }).sizes;
}
