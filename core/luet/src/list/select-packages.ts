// Packages that are named on a command line, without planning anything.

import type { Problem } from '../problem.ts';
import { toBuildCandidate } from '../plan/candidates.ts';
import { findTargets } from '../plan/find-targets.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { createUniverse } from '../solve/universe.ts';
import type { VersionMatching } from '../version/selector.ts';

export interface SelectPackagesOptions {
  readonly rendered: readonly RenderedPackage[];
  /** Package strings (`cat/name`, `cat/name@>=1.0`, `>=cat/name-1.0`). */
  readonly targets: readonly string[];
  /** Default: `debian`. */
  readonly matching?: VersionMatching;
}

export interface SelectedPackages {
  /** In the order in which they were named, each once. Of several versions that fit the newest. */
  readonly packages: readonly RenderedPackage[];
  /** Strings that name nothing. */
  readonly problems: readonly Problem[];
}

/** The packages that a plan of these targets would have as targets. */
export function selectPackages({ rendered, targets, matching = 'debian' }: SelectPackagesOptions): SelectedPackages {
  const { found, problems } = findTargets(createUniverse(rendered.map(toBuildCandidate), matching), targets);
  const byName = new Map(rendered.map((one) => [one.package.fingerprintName, one]));
  return { packages: found.flatMap(({ fingerprintName }) => byName.get(fingerprintName) ?? []), problems };
}
