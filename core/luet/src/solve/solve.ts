// Finds a set of packages that holds a target and everything it requires, one version per name, no two in conflict.
// Requirements are answered in the order in which they come up, each with the newest candidate that leads to a solution:
// a depth-first search that jumps back over decisions which had no part in a failure. The same input always gives the same set.

import { nameKey } from '../package/reference.ts';
import type { PackageReference } from '../package/reference.ts';
import { candidatesFor, isNamedBy } from './universe.ts';
import type { Candidate, Universe } from './universe.ts';

export interface Requirement {
  readonly reference: PackageReference;
  readonly by: Candidate;
  /** The requirement that brought `by` in; undefined for the target. */
  readonly parent: Requirement | undefined;
}

export type Solution = ReadonlyMap<string, Candidate>;

export interface Failure {
  readonly requirement: Requirement;
  /** Empty: nothing answers the requirement at all. */
  readonly rejections: readonly Rejection[];
  /** Names of the decisions that took part. */
  readonly culprits: ReadonlySet<string>;
}

export type Rejection =
  | { readonly kind: 'clash'; readonly candidate: Candidate; readonly chosen: Candidate; readonly because: Requirement | undefined }
  | { readonly kind: 'conflict'; readonly candidate: Candidate; readonly with: Candidate; readonly reference: PackageReference }
  | { readonly kind: 'failure'; readonly candidate: Candidate; readonly failure: Failure };

export type SolveResult =
  | { readonly ok: true; readonly solution: Solution }
  | { readonly ok: false; readonly reason: 'unsatisfiable'; readonly failure: Failure }
  | { readonly ok: false; readonly reason: 'limit' };

/** `maxDecisions` bounds the search; real trees need about as many decisions as packages. */
export function solve(universe: Universe, target: Candidate, maxDecisions = 200_000): SolveResult {
  const search = new Search(universe, maxDecisions);
  const failure = search.decideTarget(target);
  if (search.isExhausted) return { ok: false, reason: 'limit' };
  if (failure !== undefined) return { ok: false, reason: 'unsatisfiable', failure };
  return { ok: true, solution: new Map([...search.chosen].map(([key, one]) => [key, one.candidate])) };
}

interface Decision {
  readonly candidate: Candidate;
  readonly because: Requirement | undefined;
}

/** A class because it owns the growing and shrinking state of one search. */
class Search {
  readonly chosen = new Map<string, Decision>();
  isExhausted = false;
  readonly #universe: Universe;
  readonly #agenda: Requirement[] = [];
  #left: number;

  constructor(universe: Universe, maxDecisions: number) {
    this.#universe = universe;
    this.#left = maxDecisions;
  }

  decideTarget(target: Candidate): Failure | undefined {
    this.#choose(target, undefined);
    return this.#answer(0);
  }

  /** Answers the agenda from `start` on; undefined = done. */
  #answer(start: number): Failure | undefined {
    let next = start;
    let requirement = this.#agenda[next];
    let options: readonly Candidate[] = [];
    for (; requirement !== undefined; requirement = this.#agenda[next]) {
      options = candidatesFor(this.#universe, requirement.reference);
      if (!options.some((option) => this.chosen.get(nameKey(option))?.candidate === option)) break;
      next += 1;
    }
    if (requirement === undefined) return undefined;
    const culprits = new Set([nameKey(requirement.by)]);
    const rejections: Rejection[] = [];
    for (const candidate of options) {
      const obstacle = this.#obstacle(candidate);
      if (obstacle !== undefined) {
        rejections.push(obstacle.rejection);
        culprits.add(obstacle.culprit);
        continue;
      }
      const failure = this.#try(candidate, requirement, next + 1);
      if (failure === undefined) return undefined;
      if (this.isExhausted || !failure.culprits.has(nameKey(candidate))) return failure;
      rejections.push({ kind: 'failure', candidate, failure });
      for (const culprit of failure.culprits) if (culprit !== nameKey(candidate)) culprits.add(culprit);
    }
    return { requirement, rejections, culprits };
  }

  #try(candidate: Candidate, because: Requirement, next: number): Failure | undefined {
    const length = this.#agenda.length;
    this.#left -= 1;
    if (this.#left < 0) this.isExhausted = true;
    if (this.isExhausted) return { requirement: because, rejections: [], culprits: new Set() };
    this.#choose(candidate, because);
    const failure = this.#answer(next);
    if (failure !== undefined) {
      this.chosen.delete(nameKey(candidate));
      this.#agenda.length = length;
    }
    return failure;
  }

  #choose(candidate: Candidate, because: Requirement | undefined): void {
    this.chosen.set(nameKey(candidate), { candidate, because });
    for (const reference of candidate.requires) this.#agenda.push({ reference, by: candidate, parent: because });
  }

  #obstacle(candidate: Candidate): { readonly rejection: Rejection; readonly culprit: string } | undefined {
    const key = nameKey(candidate);
    const same = this.chosen.get(key);
    if (same !== undefined) {
      return { rejection: { kind: 'clash', candidate, chosen: same.candidate, because: same.because }, culprit: key };
    }
    for (const [culprit, { candidate: other }] of this.chosen) {
      const reference =
        candidate.conflicts.find((one) => isNamedBy(this.#universe, one, other)) ??
        other.conflicts.find((one) => isNamedBy(this.#universe, one, candidate));
      if (reference !== undefined) return { rejection: { kind: 'conflict', candidate, with: other, reference }, culprit };
    }
    return undefined;
  }
}
