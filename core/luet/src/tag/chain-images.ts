// The images that luet makes for a target, with their names and Dockerfiles. Easily got wrong: the builder image of a package below
// the target has another name than the one it gets when it is the target itself, and a virtual package has no image at all.

import { formatDockerfiles } from '../format/dockerfile.ts';
import type { Dockerfiles } from '../format/dockerfile.ts';
import { kindOf } from '../package/check-build-spec.ts';
import { candidatesFor, createUniverse } from '../solve/universe.ts';
import type { PackagePlan, ResolvedPackage } from '../plan/types.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import type { VersionMatching } from '../version/selector.ts';
import type { PackageTags } from './tag-plan.ts';
import { toBuildCandidate } from '../plan/candidates.ts';

export interface ChainImage {
  readonly fingerprintName: string;
  /** Reference of the image below the builder image. */
  readonly base: string;
  readonly builder: string;
  readonly package: string;
  readonly dockerfiles: Dockerfiles;
}

export interface ChainImagesOptions {
  readonly plan: PackagePlan;
  readonly tags: ReadonlyMap<string, PackageTags>;
  /** A package of the plan that is built for itself (not a `parent`). */
  readonly target: ResolvedPackage;
  /** Where luet keeps its images: `--image-repository`. */
  readonly repository: string;
  /** As given to `planPackages`. Default: `debian`. */
  readonly matching?: VersionMatching;
}

/** One entry for each package of the target's chain that has images; the target's own is the last. Empty without tags. */
export function describeChainImages({ plan, tags, target, repository, matching = 'debian' }: ChainImagesOptions): ChainImage[] {
  const rendered = new Map(plan.rendered.map((one) => [one.package.fingerprintName, one]));
  const universe = createUniverse(plan.rendered.map(toBuildCandidate), matching);
  const imageOf = (name: string): string => `${repository}:${tags.get(name)?.chain.at(-1)?.packageHash ?? ''}`;
  const copiesOf = (one: RenderedPackage): (string | undefined)[] =>
    one.spec.copy.map(({ image, package: reference }) => {
      if (image !== undefined) return image;
      if (reference === undefined || reference.version === '') return undefined;
      const [origin] = candidatesFor(universe, reference);
      return origin === undefined ? undefined : imageOf(origin.fingerprintName);
    });
  let below = '';
  return (tags.get(target.fingerprintName)?.chain ?? []).flatMap((element, index, chain) => {
    const one = rendered.get(element.fingerprintName);
    if (one === undefined || kindOf(one.spec) === 'virtual') return [];
    const isTarget = index === chain.length - 1;
    const kind = kindOf(one.spec);
    const join = tags.get(element.fingerprintName)?.joinTag ?? '';
    const base = kind === 'image' ? one.spec.image : kind === 'final' ? `${repository}:${join}` : below;
    const builder = `${repository}:${kind === 'image' && !isTarget ? element.buildHash : element.builderTag}`;
    below = `${repository}:${element.packageHash}`;
    const dockerfiles = formatDockerfiles({ package: one.package.definition, spec: one.spec, base, builder, copies: copiesOf(one) });
    return [{ fingerprintName: element.fingerprintName, base, builder, package: below, dockerfiles }];
  });
}
