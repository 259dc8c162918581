// Puts a plan into an order in which everything that is needed comes first, and finds circles that run through archives and copies.

import type { Problem } from '../problem.ts';
import type { RenderedPackage } from '../render/render-package.ts';
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
  readonly rendered: readonly RenderedPackage[];
}

export function sortPlan({ packages, images, rendered }: PlanParts): SortedPlan {
  const packageByName = new Map(packages.map((one) => [one.fingerprintName, one]));
  const imageById = new Map(images.map((one) => [one.id, one]));
  const sortedPackages = new Set<ResolvedPackage>();
  const sortedImages = new Set<PlannedImage>();
  const trail: PlannedImage[] = [];
  const problems: Problem[] = [];

  const enter = (image: PlannedImage, below: () => void): void => {
    if (trail.includes(image)) {
      const ring = trail.slice(trail.indexOf(image)).map((one) => one.fingerprintName);
      if (problems.length === 0) problems.push(explainCircle(ring, (name) => rendered.find((one) => one.package.fingerprintName === name)));
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
