// Puts a plan into an order in which everything that is needed comes first, and finds circles that run through archives and copies.

import type { Problem } from '../problem.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import type { Chain } from './chain.ts';
import { explainCircle } from './explain-circle.ts';
import type { PlannedImage, ResolvedPackage } from './types.ts';

export interface SortedPlan {
  readonly packages: readonly ResolvedPackage[];
  readonly images: readonly PlannedImage[];
  readonly problems: readonly Problem[];
}

interface PlanParts {
  readonly packages: readonly ResolvedPackage[];
  readonly images: readonly PlannedImage[];
  /** By the names of `packages`. */
  readonly chains: ReadonlyMap<string, Chain>;
  readonly rendered: readonly RenderedPackage[];
}

export function sortPlan({ packages, images, chains, rendered }: PlanParts): SortedPlan {
  const packageByName = new Map(packages.map((one) => [one.fingerprintName, one]));
  const imageById = new Map(images.map((one) => [one.id, one]));
  const sortedPackages = new Set<ResolvedPackage>();
  const sortedImages = new Set<PlannedImage>();
  const visitedChains = new Set<Chain>();
  const trail = new Set<PlannedImage>();
  const problems: Problem[] = [];

  function* visitImage(id: string): Visit {
    const image = imageById.get(id);
    if (image === undefined || sortedImages.has(image)) return;
    if (trail.has(image)) {
      const names = [...trail].map((one) => one.fingerprintName);
      if (problems.length === 0) problems.push(explainCircle(names.slice([...trail].indexOf(image)), (name) => rendered.find((one) => one.package.fingerprintName === name)));
      return;
    }
    trail.add(image);
    if (image.base.kind === 'image') yield visitImage(image.base.id);
    if (image.base.kind === 'archives') for (const name of image.base.packages) yield visitPackage(name);
    for (const copy of image.copies) if (copy.from === 'image') yield visitPackage(copy.package);
    sortedImages.add(image);
    trail.delete(image);
  }

  function* visitPackage(name: string): Visit {
    const one = packageByName.get(name);
    if (one === undefined || sortedPackages.has(one)) return;
    for (const below of elementsBelow(chains.get(name), visitedChains)) yield visitPackage(below);
    if (one.image !== undefined) yield visitImage(one.image);
    sortedPackages.add(one);
  }

  for (const one of packages) follow(visitPackage(one.fingerprintName));
  for (const image of images) follow(visitImage(image.id));
  return { packages: [...sortedPackages], images: [...sortedImages], problems };
}

type Visit = Generator<Visit, void>;

/** Runs visits that call others, however deep, without the call stack. */
function follow(start: Visit): void {
  const open = [start];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const step = top.next();
    if (step.done === true) open.pop();
    else open.push(step.value);
  }
}

/** Names from the first element on, without the package itself and without what was visited with another chain. */
function elementsBelow(chain: Chain | undefined, visited: Set<Chain>): readonly string[] {
  const names: string[] = [];
  for (let each = chain?.below; each !== undefined && !visited.has(each); each = each.below) {
    visited.add(each);
    names.push(each.candidate.fingerprintName);
  }
  return names.toReversed();
}
