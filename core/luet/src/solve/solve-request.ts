// What a client installs: one set of packages that answers several references at once, one version per name, none in conflict.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { PackageReference } from '../package/reference.ts';
import type { VersionMatching } from '../version/selector.ts';
import { explainFailure } from './explain.ts';
import { childrenOf } from './order.ts';
import { solve } from './solve.ts';
import type { Solution } from './solve.ts';
import { createUniverse } from './universe.ts';
import type { Candidate, Universe } from './universe.ts';

export interface SolveRequest {
  /** Everything that can be had, in any order; of one fingerprint name only one. */
  readonly candidates: readonly Candidate[];
  readonly wanted: readonly PackageReference[];
  readonly matching?: VersionMatching;
}

export type SolvedRequest =
  /** What is required comes before who requires it. */
  | { readonly ok: true; readonly chosen: readonly Candidate[] }
  | { readonly ok: false; readonly problem: Problem };

/** Of several answers to a reference the newest is taken that leads to a solution; the same request always has the same answer. */
export function solveRequest({ candidates, wanted, matching = 'debian' }: SolveRequest): SolvedRequest {
  const universe = createUniverse(candidates, matching);
  const target: Candidate = { fingerprintName: '', category: '', name: 'what is asked for', version: '', requires: wanted, conflicts: [], provides: [] };
  const result = solve(universe, target);
  if (result.ok) return { ok: true, chosen: orderOf(universe, result.solution, target) };
  if (result.reason === 'unsatisfiable') return { ok: false, problem: explainFailure(universe, target, result.failure, { done: 'installed', places: 'the repositories' }) };
  return { ok: false, problem: createProblem('error', 'LUET_SEARCH_LIMIT', 'the requirements are too entangled to be answered', undefined, { hint: 'name exact versions of what is asked for' }) };
}

/** Depth first from the target, which is left out. Packages that require each other are no mistake at run time: the one that was met first comes last. */
function orderOf(universe: Universe, solution: Solution, target: Candidate): readonly Candidate[] {
  const order: Candidate[] = [];
  const met = new Set([target]);
  const trail = [{ one: target, children: childrenOf(universe, solution, target).toReversed() }];
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const child = top.children.pop();
    if (child === undefined) {
      trail.pop();
      if (top.one !== target) order.push(top.one);
    } else if (!met.has(child)) {
      met.add(child);
      trail.push({ one: child, children: childrenOf(universe, solution, child).toReversed() });
    }
  }
  return order;
}
