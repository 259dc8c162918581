// Puts a plan into an order in which everything that is needed comes first, and finds circles that run through archives and copies.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { PlannedImage, ResolvedPackage } from './types.ts';

export interface SortedPlan {
  readonly packages: readonly ResolvedPackage[];
  readonly images: readonly PlannedImage[];
  readonly problems: readonly Problem[];
}

export function sortPlan(packages: readonly ResolvedPackage[], images: readonly PlannedImage[]): SortedPlan {
  const packageByName = new Map(packages.map((one) => [one.fingerprintName, one]));
  const imageById = new Map(images.map((one) => [one.id, one]));
  const sortedPackages = new Set<ResolvedPackage>();
  const sortedImages = new Set<PlannedImage>();
  const trail: PlannedImage[] = [];
  const problems: Problem[] = [];

  const enter = (image: PlannedImage, below: () => void): void => {
    if (trail.includes(image)) {
      const circle = [...trail.slice(trail.indexOf(image)), image].map((one) => one.fingerprintName);
      const message = `packages need each other's results in a circle: ${circle.join(' -> ')}`;
      const at = packageByName.get(image.fingerprintName)?.definition.at;
      if (problems.length === 0) problems.push(createProblem('error', 'LUET_CYCLE', message, at));
      return;
    }
    trail.push(image);
    below();
    trail.pop();
  };

  const visitImage = (id: string): void => {
    const image = imageById.get(id);
    if (image === undefined || sortedImages.has(image)) return;
    enter(image, () => {
      if (image.base.kind === 'image') visitImage(image.base.id);
      if (image.base.kind === 'archives') image.base.packages.forEach(visitPackage);
      for (const copy of image.copies) if (copy.from === 'image') visitPackage(copy.package);
      sortedImages.add(image);
    });
  };

  const visitPackage = (name: string): void => {
    const one = packageByName.get(name);
    if (one === undefined || sortedPackages.has(one)) return;
    for (const element of one.chain) if (element.fingerprintName !== name) visitPackage(element.fingerprintName);
    if (one.image !== undefined) visitImage(one.image);
    sortedPackages.add(one);
  };

  for (const one of packages) visitPackage(one.fingerprintName);
  for (const image of images) visitImage(image.id);
  return { packages: [...sortedPackages], images: [...sortedImages], problems };
}
