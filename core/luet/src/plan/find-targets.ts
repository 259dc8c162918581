// What the user's package strings mean in a tree.

import type { Problem } from '../problem.ts';
import { explainMissing } from '../solve/explain.ts';
import { candidatesFor } from '../solve/universe.ts';
import type { Candidate, Universe } from '../solve/universe.ts';
import { parseAtom } from '../version/atom.ts';

export interface FoundTargets {
  readonly found: readonly Candidate[];
  readonly problems: readonly Problem[];
}

/** A string with a selector means the newest match. */
export function findTargets(universe: Universe, targets: readonly string[] | 'all'): FoundTargets {
  if (targets === 'all') return { found: [...universe.byName.values()].flat(), problems: [] };
  const found: Candidate[] = [];
  const problems: Problem[] = [];
  for (const text of targets) {
    const result = findTarget(universe, text);
    if ('candidate' in result) found.push(result.candidate);
    else problems.push(result.problem);
  }
  return { found: [...new Set(found)], problems };
}

/** A bare name is a package without category and without version, as in luet; the hint names the one that is probably meant. */
function findTarget(universe: Universe, text: string): { readonly candidate: Candidate } | { readonly problem: Problem } {
  const atom = parseAtom(text);
  if (!atom.ok) return { problem: atom.problem };
  const { reference } = atom;
  const [candidate] = candidatesFor(universe, reference);
  return candidate === undefined ? { problem: explainMissing(universe, { reference }) } : { candidate };
}
