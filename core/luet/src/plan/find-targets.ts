// What the user's package strings mean in a tree.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { explainMissing } from '../solve/explain.ts';
import { candidatesFor } from '../solve/universe.ts';
import type { Candidate, Universe } from '../solve/universe.ts';
import { parseAtom } from '../version/atom.ts';

export interface FoundTargets {
  readonly found: readonly Candidate[];
  readonly problems: readonly Problem[];
}

/** A string with a selector means the newest match; a bare name is looked for in every category. */
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

function findTarget(universe: Universe, text: string): { readonly candidate: Candidate } | { readonly problem: Problem } {
  const atom = parseAtom(text);
  if (!atom.ok) return { problem: atom.problem };
  const { reference } = atom;
  const [direct] = candidatesFor(universe, reference);
  if (direct !== undefined) return { candidate: direct };
  if (reference.category !== '') return { problem: explainMissing(universe, { reference }) };
  const homes = [...universe.byName.keys()].filter((key) => key.endsWith(`/${reference.name}`));
  const version = reference.version === '' ? '>=0' : reference.version;
  if (homes.length > 1) {
    const hint = `write one of ${homes.join(', ')}`;
    return { problem: createProblem('error', 'LUET_BAD_ATOM', `"${text}" names packages in several categories`, undefined, { hint }) };
  }
  const [only] = universe.byName.get(homes[0] ?? '') ?? [];
  if (only === undefined) return { problem: explainMissing(universe, { reference }) };
  const full = { category: only.category, name: only.name, version };
  const [candidate] = candidatesFor(universe, full);
  return candidate === undefined ? { problem: explainMissing(universe, { reference: full }) } : { candidate };
}
