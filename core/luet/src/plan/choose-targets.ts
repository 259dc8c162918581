// Which packages a request means: those that it names, all of the trees, the tops of them, and who is built with them.

import { findTargets } from './find-targets.ts';
import type { FoundTargets } from './find-targets.ts';
import { findBuiltOn, findNeeds, findTops } from './needs.ts';
import type { Needs } from './needs.ts';
import type { PlanPackagesOptions } from './plan-packages.ts';
import { Planner } from './planner.ts';
import type { PlannerOptions } from './planner.ts';
import type { Candidate, Universe } from '../solve/universe.ts';

/** Without names, packages of reference trees are never meant; named ones may be of any tree. */
export function chooseTargets(universe: Universe, settings: PlannerOptions, { targets, dependents = false }: Pick<PlanPackagesOptions, 'targets' | 'dependents'>): FoundTargets {
  const foreign = new Set(settings.rendered.filter((one) => one.package.isReference).map((one) => one.package.fingerprintName));
  const own = findTargets(universe, 'all').found.filter(({ fingerprintName }) => !foreign.has(fingerprintName));
  if (targets === 'all') return { found: own, problems: [] };
  const names = own.map(({ fingerprintName }) => fingerprintName);
  if (targets === 'tops') return { found: named(own, findTops(names, needsOf(own, settings))), problems: [] };
  const asked = findTargets(universe, targets);
  if (!dependents || asked.found.length === 0) return asked;
  const above = findBuiltOn(names, asked.found.map(({ fingerprintName }) => fingerprintName), needsOf(own, settings));
  return { found: [...asked.found, ...named(own, above)], problems: asked.problems };
}

/** Everything is planned for it, quietly: what is wrong is told when what was chosen is planned. */
function needsOf(own: readonly Candidate[], settings: PlannerOptions): Needs {
  const planner = new Planner(settings);
  for (const one of own) planner.addTarget(one);
  planner.finish();
  return findNeeds(planner.packages);
}

function named(candidates: readonly Candidate[], names: readonly string[]): readonly Candidate[] {
  const wanted = new Set(names);
  return candidates.filter(({ fingerprintName }) => wanted.has(fingerprintName));
}
