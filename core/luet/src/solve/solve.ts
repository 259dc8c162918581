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
  const outcome = search.run(target);
  if (outcome === 'limit') return { ok: false, reason: 'limit' };
  if (outcome !== undefined) return { ok: false, reason: 'unsatisfiable', failure: outcome };
  return { ok: true, solution: new Map([...search.chosen].map(([key, one]) => [key, one.candidate])) };
}

interface Decision {
  readonly candidate: Candidate;
  readonly because: Requirement | undefined;
}

/** One requirement that is being answered: an open choice. */
interface Choice {
  readonly requirement: Requirement;
  readonly options: readonly Candidate[];
  /** The option to try next. */
  next: number;
  /** The option that is tried. */
  current: Candidate | undefined;
  /** Length of the agenda before it. */
  readonly agendaLength: number;
  /** Where the agenda goes on after this requirement. */
  readonly resume: number;
  readonly rejections: Rejection[];
  readonly culprits: Set<string>;
}

/** A class because it owns the growing and shrinking state of one search. The stack is its own, so that depth costs no call stack. */
class Search {
  readonly chosen = new Map<string, Decision>();
  /** Those of the chosen that have conflicts, in the same order. */
  readonly #quarrelsome = new Map<string, Decision>();
  readonly #universe: Universe;
  readonly #agenda: Requirement[] = [];
  readonly #stack: Choice[] = [];
  #left: number;

  constructor(universe: Universe, maxDecisions: number) {
    this.#universe = universe;
    this.#left = maxDecisions;
  }

  run(target: Candidate): Failure | 'limit' | undefined {
    this.#choose(target, undefined);
    let resume = 0;
    for (;;) {
      const choice = this.#nextChoice(resume);
      if (choice === undefined) return undefined;
      this.#stack.push(choice);
      const failure = this.#decide();
      if (failure !== undefined) return failure;
      if (this.#left < 0) return 'limit';
      resume = this.#stack.at(-1)?.resume ?? 0;
    }
  }

  /** The first requirement from `start` on that nothing chosen answers. */
  #nextChoice(start: number): Choice | undefined {
    for (let at = start; at < this.#agenda.length; at += 1) {
      const requirement = this.#agenda[at];
      if (requirement === undefined) return undefined;
      const options = candidatesFor(this.#universe, requirement.reference);
      if (options.some((option) => this.chosen.get(nameKey(option))?.candidate === option)) continue;
      const culprits = new Set([nameKey(requirement.by)]);
      return { requirement, options, next: 0, current: undefined, agendaLength: this.#agenda.length, resume: at + 1, rejections: [], culprits };
    }
    return undefined;
  }

  /** Takes the next option that fits, in the newest choice or, going back, in an older one. A failure means there is none at all. */
  #decide(): Failure | undefined {
    for (;;) {
      const choice = this.#stack.at(-1);
      if (choice === undefined) throw new Error('Internal error: no choice is open');
      const candidate = choice.options[choice.next];
      if (candidate === undefined) {
        const failure = this.#goBack({ requirement: choice.requirement, rejections: choice.rejections, culprits: choice.culprits });
        if (failure !== undefined) return failure;
        continue;
      }
      choice.next += 1;
      const obstacle = this.#obstacle(candidate);
      if (obstacle === undefined) {
        this.#left -= 1;
        choice.current = candidate;
        this.#choose(candidate, choice.requirement);
        return undefined;
      }
      choice.rejections.push(obstacle.rejection);
      choice.culprits.add(obstacle.culprit);
    }
  }

  /** Undoes decisions until one had a part in the failure. Returns the failure when none had. */
  #goBack(failure: Failure): Failure | undefined {
    this.#stack.pop();
    for (let choice = this.#stack.at(-1); choice !== undefined; choice = this.#stack.at(-1)) {
      const { current } = choice;
      if (current !== undefined) {
        this.chosen.delete(nameKey(current));
        this.#quarrelsome.delete(nameKey(current));
      }
      this.#agenda.length = choice.agendaLength;
      if (current !== undefined && failure.culprits.has(nameKey(current))) {
        choice.rejections.push({ kind: 'failure', candidate: current, failure });
        for (const culprit of failure.culprits) if (culprit !== nameKey(current)) choice.culprits.add(culprit);
        return undefined;
      }
      this.#stack.pop();
    }
    return failure;
  }

  #choose(candidate: Candidate, because: Requirement | undefined): void {
    const decision = { candidate, because };
    this.chosen.set(nameKey(candidate), decision);
    if (candidate.conflicts.length > 0) this.#quarrelsome.set(nameKey(candidate), decision);
    for (const reference of candidate.requires) this.#agenda.push({ reference, by: candidate, parent: because });
  }

  #obstacle(candidate: Candidate): { readonly rejection: Rejection; readonly culprit: string } | undefined {
    const key = nameKey(candidate);
    const same = this.chosen.get(key);
    if (same !== undefined) {
      return { rejection: { kind: 'clash', candidate, chosen: same.candidate, because: same.because }, culprit: key };
    }
    const others = candidate.conflicts.length > 0 ? this.chosen : this.#quarrelsome;
    for (const [culprit, { candidate: other }] of others) {
      const reference =
        candidate.conflicts.find((one) => isNamedBy(this.#universe, one, other)) ??
        other.conflicts.find((one) => isNamedBy(this.#universe, one, candidate));
      if (reference !== undefined) return { rejection: { kind: 'conflict', candidate, with: other, reference }, culprit };
    }
    return undefined;
  }
}
