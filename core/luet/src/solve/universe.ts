// Everything a solver may choose from. A reference is answered by the packages that provide it, if any do (a provider replaces
// the real package, even when the real one is asked for), else by the packages of that name; newest first.

import { compareBytes } from '../order.ts';
import type { Location } from '../problem.ts';
import { nameKey } from '../package/reference.ts';
import type { PackageReference } from '../package/reference.ts';
import { compareVersions } from '../version/compare.ts';
import { isSelector, matchesSelector, satisfies } from '../version/selector.ts';
import type { VersionMatching } from '../version/selector.ts';

export interface Candidate {
  readonly fingerprintName: string;
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  readonly provides: readonly PackageReference[];
  readonly at?: Location;
}

export interface Universe {
  readonly matching: VersionMatching;
  /** By `category/name`, newest first. */
  readonly byName: ReadonlyMap<string, readonly Candidate[]>;
  /** By the `category/name` that is provided. */
  readonly providers: ReadonlyMap<string, readonly Provider[]>;
  /** Answers that were found, by name and version as asked. */
  readonly answers: Map<string, readonly Candidate[]>;
  /** Set when one package of another universe is replaced. */
  readonly replaced: Replaced | undefined;
}

interface Replaced {
  readonly from: Universe;
  readonly old: Candidate;
  readonly by: Candidate;
}

interface Provider {
  readonly candidate: Candidate;
  readonly provided: PackageReference;
}

/** The order of `candidates` does not matter. */
export function createUniverse(candidates: readonly Candidate[], matching: VersionMatching = 'debian'): Universe {
  const byName = new Map<string, Candidate[]>();
  const providers = new Map<string, Provider[]>();
  for (const candidate of candidates.toSorted(newestFirst)) {
    append(byName, nameKey(candidate), candidate);
    for (const provided of candidate.provides) append(providers, nameKey(provided), { candidate, provided });
  }
  return { matching, byName, providers, answers: new Map(), replaced: undefined };
}

/** The same universe, in which `candidate` stands for the package of its fingerprint name. */
export function withCandidate(universe: Universe, candidate: Candidate): Universe {
  const old = universe.byName.get(nameKey(candidate))?.find((one) => one.fingerprintName === candidate.fingerprintName);
  if (old?.provides === candidate.provides) return { ...universe, answers: new Map(), replaced: { from: universe, old, by: candidate } };
  const all = [...universe.byName.values()].flat();
  return createUniverse([...all.filter((one) => one !== old), candidate], universe.matching);
}

/** Who can answer `reference`, the preferred one first. */
export function candidatesFor(universe: Universe, reference: PackageReference): readonly Candidate[] {
  const name = nameKey(reference);
  const key = `${name}@${reference.version}`;
  const known = universe.answers.get(key);
  if (known !== undefined) return known;
  const found = findAnswers(universe, name, reference);
  universe.answers.set(key, found);
  return found;
}

function findAnswers({ matching, byName, providers, replaced }: Universe, name: string, reference: PackageReference): readonly Candidate[] {
  if (replaced !== undefined) {
    const answers = candidatesFor(replaced.from, reference);
    return answers.includes(replaced.old) ? answers.map((one) => (one === replaced.old ? replaced.by : one)) : answers;
  }
  const providing = (providers.get(name) ?? []).filter(({ provided }) => isProvided(provided.version, reference.version, matching));
  if (providing.length > 0) return [...new Set(providing.map(({ candidate }) => candidate))];
  return (byName.get(name) ?? []).filter((one) => satisfies(reference.version, one.version, matching));
}

/** Whether `candidate` is among what `reference` names; for conflicts, where providers count beside the real packages. */
export function isNamedBy(universe: Universe, reference: PackageReference, candidate: Candidate): boolean {
  const { matching } = universe;
  if (nameKey(reference) === nameKey(candidate)) return satisfies(reference.version, candidate.version, matching);
  return candidate.provides.some(
    (provided) => nameKey(provided) === nameKey(reference) && isProvided(provided.version, reference.version, matching),
  );
}

/** The same text, or a concrete version that the provided selector covers. A selector is never matched against a selector. */
function isProvided(provided: string, wanted: string, matching: VersionMatching): boolean {
  if (provided === wanted) return true;
  if (wanted === '' || isSelector(wanted) || !isSelector(provided)) return false;
  return matchesSelector(provided, wanted, matching);
}

function newestFirst(a: Candidate, b: Candidate): number {
  return (
    compareBytes(nameKey(a), nameKey(b)) || compareVersions(b.version, a.version) || compareBytes(b.version, a.version)
  );
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
