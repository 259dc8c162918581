// Decides what a root will hold: pure, from what it holds, what repositories have and what is asked for.
import { fingerprintName, satisfies, solveRequest, type Candidate, type PackageReference, type Problem } from '@cos/luet';
import { ClientError } from '../client-error.ts';
import type { PublishedPackage } from '../repository/published-package.ts';
import { identityOf, labelOf, type InstalledPackage } from './installed-package.ts';

export interface ChangeRequest {
  readonly installed: readonly InstalledPackage[];
  readonly repositories: readonly Offer[];
  /** Asked for by name; empty for an upgrade of everything. */
  readonly wanted: readonly PackageReference[];
  /** `keep`: what is installed stays as it is, where the wanted packages allow it. `upgrade`: it becomes the newest, where the requirements allow it. */
  readonly others: 'keep' | 'upgrade';
  /** Also take another build of a version that is installed. Default false. */
  readonly sync?: boolean;
}

export interface Offer {
  /** Lower numbers are preferred. */
  readonly priority: number;
  readonly packages: readonly PublishedPackage[];
}

export interface Changes {
  /** In the order of installation: what is required comes first. */
  readonly install: readonly PublishedPackage[];
  /** What gives way to another version or build of itself. */
  readonly replace: readonly InstalledPackage[];
  /** What stays. */
  readonly keep: readonly InstalledPackage[];
}

/**
 * Finds the changes. A package comes from the most preferred repositories that have its name; only when that leads nowhere, others count too.
 * Throws ClientError `unknown-package` or `unsatisfiable`, with who requires what.
 */
export function planChanges(request: ChangeRequest): Changes {
  const { installed, repositories, wanted, others } = request;
  const preferred = onlyPreferred(repositories);
  const all = repositories.toSorted((a, b) => a.priority - b.priority).flatMap(({ packages }) => packages);
  // What is tried, best first: never a downgrade of what nobody named.
  const held: readonly (readonly PackageReference[])[] = others === 'upgrade' ? [installed.map(atLeast), installed.map(exactly)] : [installed.map(exactly), installed.map(atLeast)];
  const attempts = held.flatMap((references) => [preferred, ...(preferred.length === all.length ? [] : [all])].map((offered) => ({ references, offered })));
  let failure: Problem | undefined;
  for (const { references, offered } of attempts) {
    const candidates = candidatesOf(installed, offered);
    const solved = solveRequest({ candidates: [...candidates.keys()], wanted: [...wanted, ...references] });
    if (solved.ok) return changesOf(request, solved.chosen.flatMap((one) => candidates.get(one) ?? []));
    failure ??= solved.problem;
  }
  throw explain(failure);
}

/** Of each name, the packages of the most preferred repositories that have it. */
function onlyPreferred(offers: readonly Offer[]): readonly PublishedPackage[] {
  const best = new Map<string, number>();
  const keyOf = ({ definition: { category, name } }: PublishedPackage): string => JSON.stringify([category, name]);
  for (const { priority, packages } of offers) for (const one of packages) best.set(keyOf(one), Math.min(priority, best.get(keyOf(one)) ?? priority));
  return offers.flatMap(({ priority, packages }) => packages.filter((one) => best.get(keyOf(one)) === priority));
}

type Origin = { readonly kind: 'installed'; readonly one: InstalledPackage; readonly offered: PublishedPackage | undefined } | { readonly kind: 'offered'; readonly offered: PublishedPackage };

/** One candidate for each version; what is installed speaks for itself, also when a repository says otherwise by now. */
function candidatesOf(installed: readonly InstalledPackage[], offered: readonly PublishedPackage[]): ReadonlyMap<Candidate, Origin> {
  const offers = new Map<string, PublishedPackage>();
  // The first one has the version: repositories come in the order of preference.
  for (const one of offered) if (!offers.has(identityOf(one.definition))) offers.set(identityOf(one.definition), one);
  const present = new Set(installed.map(identityOf));
  return new Map<Candidate, Origin>([
    ...installed.map((one): [Candidate, Origin] => [candidateOf(one), { kind: 'installed', one, offered: offers.get(identityOf(one)) }]),
    ...[...offers].flatMap(([identity, one]): [Candidate, Origin][] => (present.has(identity) ? [] : [[candidateOf(one.definition), { kind: 'offered', offered: one }]])),
  ]);
}

function candidateOf({ category, name, version, requires, conflicts, provides }: Omit<Candidate, 'fingerprintName' | 'at'>): Candidate {
  return { fingerprintName: fingerprintName({ category, name, version }), category, name, version, requires, conflicts, provides };
}

function exactly({ category, name, version }: InstalledPackage): PackageReference {
  return { category, name, version };
}

function atLeast({ category, name, version }: InstalledPackage): PackageReference {
  return { category, name, version: version === '' ? '' : `>=${version}` };
}

function changesOf({ installed, sync = false }: ChangeRequest, chosen: readonly Origin[]): Changes {
  const install = chosen.flatMap((origin) => {
    if (origin.kind === 'offered') return [origin.offered];
    const { one, offered } = origin;
    return sync && offered !== undefined && offered.archive.package.buildTimestamp !== one.buildTimestamp ? [offered] : [];
  });
  const names = new Set(install.map(({ definition }) => nameOf(definition)));
  const stays = new Set(chosen.flatMap((origin) => (origin.kind === 'installed' ? [origin.one] : [])));
  const replace = installed.filter((one) => names.has(nameOf(one)) || !stays.has(one));
  return { install, replace, keep: installed.filter((one) => !replace.includes(one)) };
}

function nameOf({ category, name }: { readonly category: string; readonly name: string }): string {
  return JSON.stringify([category, name]);
}

function explain(problem: Problem | undefined): ClientError {
  if (problem === undefined) throw new Error('Internal error: nothing was tried');
  const code = problem.code === 'LUET_UNKNOWN_PACKAGE' || problem.code === 'LUET_NO_VERSION' ? 'unknown-package' : 'unsatisfiable';
  const { hint } = problem;
  return new ClientError(code, `${sentence(problem.message)}.`, {
    notes: (problem.related ?? []).map(({ message, location }) => (location === undefined ? message : `${message} (${location.file}:${location.line})`)),
    ...(problem.found === undefined ? {} : { found: problem.found }),
    ...(hint === undefined ? {} : { hint: sentence(hint) }),
  });
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Throws `not-installed` or `required`. */
export function planRemoval(installed: readonly InstalledPackage[], wanted: readonly PackageReference[], force: boolean): Changes {
  const found = wanted.map((reference) => ({ reference, matches: installed.filter((one) => isMeant(one, reference)) }));
  const missing = found.filter(({ matches }) => matches.length === 0);
  if (missing.length > 0) throw new ClientError('not-installed', `Not installed: ${missing.map(({ reference }) => labelOf({ ...reference, version: reference.version === '>=0' ? '' : reference.version })).join(', ')}.`);
  const gone = new Set(found.flatMap(({ matches }) => matches));
  const keep = installed.filter((one) => !gone.has(one));
  const broken = force ? [] : keep.flatMap((one) => one.requires.filter((reference) => !isAnswered(reference, keep) && isAnswered(reference, installed)).map((reference) => `${labelOf(one)} requires ${labelOf(reference)}`));
  if (broken.length > 0) throw new ClientError('required', `What is to be removed is required by what stays.`, { notes: broken, hint: 'Remove those packages, too.' });
  return { install: [], replace: [...gone], keep };
}

function isMeant(one: InstalledPackage, reference: PackageReference): boolean {
  if (one.name !== reference.name || (reference.category !== '' && one.category !== reference.category)) return false;
  return reference.version === '' || satisfies(reference.version, one.version);
}

/** By a package of that name, or by one that provides it. */
function isAnswered(reference: PackageReference, by: readonly InstalledPackage[]): boolean {
  return by.some((one) => {
    if (one.category === reference.category && one.name === reference.name) return satisfies(reference.version, one.version);
    return one.provides.some(({ category, name, version }) => category === reference.category && name === reference.name && (version === reference.version || satisfies(version, reference.version)));
  });
}
