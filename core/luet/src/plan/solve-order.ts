// The packages that a target is solved to, in the order of stacking, or the problem that there is none.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { explainFailure } from '../solve/explain.ts';
import { orderChain } from '../solve/order.ts';
import { solve } from '../solve/solve.ts';
import type { Candidate, Universe } from '../solve/universe.ts';

export type SolvedOrder = { readonly ok: true; readonly order: readonly Candidate[] } | { readonly ok: false; readonly problem: Problem };

/** The target is the last one of the order. */
export function solveOrder(universe: Universe, target: Candidate): SolvedOrder {
  const result = solve(universe, target);
  if (result.ok) {
    const ordered = orderChain(universe, result.solution, target);
    return ordered.ok ? { ok: true, order: ordered.chain } : ordered;
  }
  if (result.reason !== 'limit') return { ok: false, problem: explainFailure(universe, target, result.failure) };
  const message = `no set of packages for ${target.fingerprintName} was found in a sensible time`;
  return { ok: false, problem: createProblem('error', 'LUET_SEARCH_LIMIT', message, target.at) };
}
