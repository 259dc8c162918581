// Which packages need no search. Where nothing below a package is in doubt, the solver's answer is known: each requirement's newest
// candidate. Such packages share all work, so that a whole tree is solved in the time of reading its requirements once.
// A package is in doubt, and searched for, when something in it or below it has conflicts, requires what is not there, is in a circle,
// or names a package of which the tree as a whole uses more than one candidate.

import { compareBytes } from '../order.ts';
import { nameKey } from '../package/reference.ts';
import { candidatesFor } from './universe.ts';
import type { Candidate, Universe } from './universe.ts';

/** Packages are numbers here: places in `candidates`. */
export interface PlainGraph {
  readonly candidates: readonly Candidate[];
  readonly indexOf: (candidate: Candidate) => number;
  /** What each one requires, in the order of the chain. Only good for plain ones. */
  readonly children: readonly (readonly number[])[];
  /** Whether the solver would choose the first candidate of every requirement for this target and everything below it. */
  readonly isPlain: (target: number) => boolean;
}

export function createPlainGraph(universe: Universe): PlainGraph {
  const candidates = [...universe.byName.values()].flat();
  const indices = new Map(candidates.map((one, index) => [one, index]));
  const indexOf = (candidate: Candidate): number => {
    const index = indices.get(candidate);
    if (index === undefined) throw new Error(`Internal error: ${candidate.fingerprintName} is in no universe`);
    return index;
  };
  const options = candidates.map((one) => one.requires.map((reference) => candidatesFor(universe, reference)));
  const chosen = new Set<Candidate>();
  const rivals = new Set<Candidate>();
  for (const [first, ...others] of options.flat()) {
    if (first !== undefined) chosen.add(first);
    for (const other of others) rivals.add(other);
  }
  const isOneOfSeveral = (one: Candidate): boolean => (universe.byName.get(nameKey(one)) ?? []).some((other) => other !== one && chosen.has(other));
  const isDoubtful = candidates.map((one, index) => {
    if (one.conflicts.length > 0 || isOneOfSeveral(one)) return true;
    return (options[index] ?? []).some(([first, ...others]) => first === undefined || others.some((other) => other === one || chosen.has(other)));
  });
  const children = candidates.map((one, index) => {
    const required = one.requires.flatMap((reference, at) => {
      const first = options[index]?.[at]?.[0];
      // A package that provides what it requires is not its own child.
      return first === undefined || (first === one && nameKey(reference) !== nameKey(one)) ? [] : [first];
    });
    if (required.length === 0) return NONE;
    if (required.length === 1) return required.map(indexOf);
    return [...new Set(required)].toSorted((a, b) => compareBytes(a.fingerprintName, b.fingerprintName)).map(indexOf);
  });
  const isInDoubt = spread(children, isDoubtful);
  // As a target it is chosen whatever is required: a rival of the newest one may then be the answer to a requirement below it.
  const isPlain = (target: number): boolean => {
    const one = candidates[target];
    return isInDoubt[target] === false && one !== undefined && (chosen.has(one) || !rivals.has(one));
  };
  return { candidates, indexOf, children, isPlain };
}

const NONE: readonly number[] = [];

/** Doubt about anything below is doubt about what is above; so is a circle. */
function spread(children: readonly (readonly number[])[], isDoubtful: readonly boolean[]): readonly boolean[] {
  const found = [...isDoubtful];
  const state = new Uint8Array(children.length);
  for (let start = 0; start < children.length; start += 1) {
    const trail = state[start] === UNSEEN ? [{ index: start, next: 0 }] : [];
    state[start] ||= OPEN;
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const child = children[top.index]?.[top.next];
      top.next += 1;
      if (child === undefined) {
        state[top.index] = DONE;
        trail.pop();
        const above = trail.at(-1);
        if (above !== undefined && found[top.index] === true) found[above.index] = true;
      } else if (state[child] === UNSEEN) {
        state[child] = OPEN;
        trail.push({ index: child, next: 0 });
      } else if (state[child] === OPEN || found[child] === true) {
        found[top.index] = true;
      }
    }
  }
  return found;
}

const UNSEEN = 0;
const OPEN = 1;
const DONE = 2;
