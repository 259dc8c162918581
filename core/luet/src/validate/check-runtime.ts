// What packages require of each other when they are installed. Nothing is built by it, so a recipe's own list does not count, and
// packages that are cut out of others (sub-packages) answer as well.

import type { Problem } from '../problem.ts';
import { createProblem } from '../problem.ts';
import { toRuntimeCandidate } from '../plan/candidates.ts';
import { fingerprintName } from '../package/identity.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { explainFailure } from '../solve/explain.ts';
import { solve } from '../solve/solve.ts';
import { createUniverse } from '../solve/universe.ts';
import type { Candidate } from '../solve/universe.ts';
import type { VersionMatching } from '../version/selector.ts';

export function checkRuntime(rendered: readonly RenderedPackage[], matching: VersionMatching): Problem[] {
  const candidates = [...rendered.map(toRuntimeCandidate), ...rendered.flatMap(subpackagesOf)];
  const universe = createUniverse(candidates, matching);
  const sound = new Set<string>();
  // From the top down: everything in a solution has its own solution in it.
  const required = new Set(candidates.flatMap((one) => one.requires.map((reference) => `${reference.category}/${reference.name}`)));
  const isRequired = (one: Candidate): boolean => required.has(`${one.category}/${one.name}`);
  const ordered = [...candidates.filter((one) => !isRequired(one)), ...candidates.filter(isRequired)];
  return ordered.flatMap((target): Problem[] => {
    if (sound.has(target.fingerprintName)) return [];
    const result = solve(universe, target);
    if (result.ok) {
      for (const one of result.solution.values()) sound.add(one.fingerprintName);
      return [];
    }
    if (result.reason === 'limit') {
      return [createProblem('error', 'LUET_SEARCH_LIMIT', `no set of packages to install with ${target.fingerprintName} was found in a sensible time`, target.at)];
    }
    return [explainFailure(universe, target, result.failure, { done: 'installed', places: 'the trees' })];
  });
}

function subpackagesOf(one: RenderedPackage): Candidate[] {
  return one.spec.subpackages.map(({ category, name, version, requires, conflicts, provides, at }) => ({
    fingerprintName: fingerprintName({ category, name, version }), category, name, version, requires, conflicts, provides, at,
  }));
}
