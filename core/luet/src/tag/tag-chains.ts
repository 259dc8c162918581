// What the tags of a plan are made of beside the packages' own salts: the chains. Plain data, so that tags can be made later, when the
// bytes of the package folders are at hand.

import { toFullCandidate } from '../plan/candidates.ts';
import type { PackagePlan, ResolvedPackage } from '../plan/types.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { orderChain } from '../solve/order.ts';
import { solve } from '../solve/solve.ts';
import { createUniverse } from '../solve/universe.ts';
import type { VersionMatching } from '../version/selector.ts';

/** The chain of a package that is built for itself. */
export interface TagChain {
  /** In the order of stacking; the last one is the package itself. */
  readonly elements: readonly TagElement[];
  /** Only with `requires_final_images`: for each part of the assembled base, in the order of unpacking, the part's own chain (fingerprint names). */
  readonly parts: readonly (readonly string[])[] | undefined;
}

export interface TagElement {
  readonly fingerprintName: string;
  /** `id` of its image in the plan; undefined for a virtual package. */
  readonly image: string | undefined;
  /** It is built from an image that its recipe names: below a target, its builder image has a tag of another kind then. */
  readonly hasSeed: boolean;
}

/** One chain for each package of the plan that is more than a parent. The plan must have no errors. */
export function describeTagChains(plan: PackagePlan, matching: VersionMatching = 'debian'): TagChain[] {
  const kinds = new Map(plan.packages.map((one) => [one.fingerprintName, one.kind]));
  const owners = plan.packages.filter(({ role }) => role !== 'parent');
  const parts = joinChains(plan.rendered, owners, matching);
  return owners.map((one) => ({
    elements: one.chain.map(({ fingerprintName, image }) => ({ fingerprintName, image, hasSeed: kinds.get(fingerprintName) === 'image' })),
    parts: parts.get(one.fingerprintName),
  }));
}

/** By package with `requires_final_images`: for each part of its assembled base the chain, in which packages built on archives keep their requirements. */
export function joinChains(rendered: readonly RenderedPackage[], packages: readonly ResolvedPackage[], matching: VersionMatching): Map<string, string[][]> {
  const finals = packages.filter(({ kind }) => kind === 'final');
  if (finals.length === 0) return new Map();
  const candidates = new Map(rendered.map((each) => [each.package.fingerprintName, toFullCandidate(each)]));
  const universe = createUniverse([...candidates.values()], matching);
  const chainOf = (name: string): string[] => {
    const candidate = candidates.get(name);
    const solved = candidate === undefined ? undefined : solve(universe, candidate);
    const ordered = candidate === undefined || solved?.ok !== true ? undefined : orderChain(universe, solved.solution, candidate);
    return ordered?.ok === true ? ordered.chain.map((each) => each.fingerprintName) : [];
  };
  const known = new Map<string, string[]>();
  for (const name of finals.flatMap((one) => one.finalRequires)) if (!known.has(name)) known.set(name, chainOf(name));
  return new Map(finals.map((one) => [one.fingerprintName, one.finalRequires.map((name) => known.get(name) ?? [])]));
}
