// The chain: the order in which the packages of a solution are stacked. Depth first from the target, requirements in the byte
// order of their fingerprint names, each package once, after what it requires. The target comes last.

import { compareBytes } from '../order.ts';
import { createProblem } from '../problem.ts';
import type { Problem, RelatedLocation } from '../problem.ts';
import { nameKey } from '../package/reference.ts';
import { candidatesFor } from './universe.ts';
import type { Candidate, Universe } from './universe.ts';
import type { Solution } from './solve.ts';

export type OrderResult =
  | { readonly ok: true; readonly chain: readonly Candidate[] }
  | { readonly ok: false; readonly problem: Problem };

export function orderChain(universe: Universe, solution: Solution, target: Candidate): OrderResult {
  const chain: Candidate[] = [];
  const done = new Set<Candidate>();
  const trail: { readonly one: Candidate; readonly children: Candidate[] }[] = [];
  const open = new Set<Candidate>();
  const enter = (one: Candidate): void => {
    open.add(one);
    trail.push({ one, children: childrenOf(universe, solution, one).toReversed() });
  };
  enter(target);
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const child = top.children.pop();
    if (child === undefined) {
      trail.pop();
      open.delete(top.one);
      done.add(top.one);
      chain.push(top.one);
    } else if (open.has(child)) {
      const names = trail.map(({ one }) => one);
      return { ok: false, problem: explainCycle(universe, [...names.slice(names.indexOf(child)), child]) };
    } else if (!done.has(child)) {
      enter(child);
    }
  }
  return { ok: true, chain };
}

/** What `one` requires in this solution, in the order of the chain. A package that provides what it requires is not its own child. */
export function childrenOf(universe: Universe, solution: Solution, one: Candidate): Candidate[] {
  const children = one.requires.flatMap((reference) => {
    const chosen = candidatesFor(universe, reference).find((option) => solution.get(nameKey(option)) === option);
    if (chosen === undefined || (chosen === one && nameKey(reference) !== nameKey(one))) return [];
    return [chosen];
  });
  return [...new Set(children)].toSorted((a, b) => compareBytes(a.fingerprintName, b.fingerprintName));
}

/** The same circle is told in the same words wherever it was entered: from its first package in the order of names. */
function explainCycle(universe: Universe, found: readonly Candidate[]): Problem {
  const ring = found.slice(0, -1);
  const first = ring.reduce((least, one, index) => (compareBytes(one.fingerprintName, ring[least]?.fingerprintName ?? '') < 0 ? index : least), 0);
  const trail = [...ring.slice(first), ...ring.slice(0, first + 1)];
  const message = `packages require each other in a circle: ${trail.map((one) => one.fingerprintName).join(' -> ')}`;
  const edges = trail.slice(0, -1).map((one, index): RelatedLocation => {
    const next = trail[index + 1];
    const reference = one.requires.find((each) => next !== undefined && candidatesFor(universe, each).includes(next));
    const text = `${one.fingerprintName} requires ${next?.fingerprintName ?? ''}`;
    return reference?.at === undefined ? { message: text } : { message: text, location: reference.at };
  });
  return createProblem('error', 'LUET_CYCLE', message, edges[0]?.location, { related: edges });
}
