// The packages of a tree as a list for people and programs, and who requires whom, read backwards.

import { archiveContentOf, kindOf } from '../package/check-build-spec.ts';
import type { ArchiveContent, PackageKind } from '../package/check-build-spec.ts';
import { fingerprintName } from '../package/identity.ts';
import { formatReference } from '../package/reference.ts';
import type { PackageReference } from '../package/reference.ts';
import { compareBytes } from '../order.ts';
import { toFullCandidate } from '../plan/candidates.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { candidatesFor, createUniverse } from '../solve/universe.ts';
import type { Universe } from '../solve/universe.ts';
import { compareVersions } from '../version/compare.ts';
import type { VersionMatching } from '../version/selector.ts';

/** Plain data: what `--json` prints. */
export interface ListedPackage {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** `name-category-version` */
  readonly fingerprintName: string;
  readonly description: string;
  readonly hidden: boolean;
  /** Undefined when the recipe cannot be rendered or read. `subpackage`: it is cut out of the archive of another one. */
  readonly kind: PackageKind | 'subpackage' | undefined;
  /** The package that it is cut out of: `category/name@version`. */
  readonly of?: string;
  readonly archive: ArchiveContent | undefined;
  /** definition.yaml or collection.yaml; the file in which its object is made. */
  readonly file: string;
  /** Undefined for a package of an object without a folder. */
  readonly dir: string | undefined;
  /** As written: `category/name@>=1.0`. */
  readonly buildRequires: readonly string[];
  readonly runtimeRequires: readonly string[];
  readonly provides: readonly string[];
  readonly conflicts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** With those that are cut out of others. Sorted by category, name and version. */
export function listPackages(rendered: readonly RenderedPackage[]): ListedPackage[] {
  return [...rendered.map(describe), ...rendered.flatMap(describeSubpackages)].toSorted(
    (a, b) => compareBytes(a.category, b.category) || compareBytes(a.name, b.name) || compareVersions(a.version, b.version) || compareBytes(a.version, b.version),
  );
}

export interface Dependent {
  /** Fingerprint name of the package that requires. */
  readonly fingerprintName: string;
  /** What it requires, as written, and where. */
  readonly reference: PackageReference;
  readonly when: 'build' | 'runtime';
  /** Fingerprint name of what is required: the package asked about, or for a transitive one the dependent below. */
  readonly of: string;
}

export interface FindDependentsOptions {
  readonly rendered: readonly RenderedPackage[];
  /** Fingerprint names of the packages asked about. */
  readonly of: readonly string[];
  /** Also who requires the dependents, and so on. Default: false. */
  readonly transitive?: boolean;
  /** Default: `debian`. */
  readonly matching?: VersionMatching;
}

/** Who could be built on, or installed with, these packages: every requirement that one of them answers. Breadth first, each package and kind once. */
export function findDependents({ rendered, of, transitive = false, matching = 'debian' }: FindDependentsOptions): Dependent[] {
  const index = indexRequirements(rendered, createUniverse(rendered.map(toFullCandidate), matching));
  const found = new Map<string, Dependent>();
  const asked = new Set(of);
  const queue = [...of];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const dependent of index.get(name) ?? []) {
      const key = `${dependent.when} ${dependent.fingerprintName}`;
      if (found.has(key) || dependent.fingerprintName === name) continue;
      found.set(key, dependent);
      if (!transitive || asked.has(dependent.fingerprintName)) continue;
      asked.add(dependent.fingerprintName);
      queue.push(dependent.fingerprintName);
    }
  }
  return [...found.values()];
}

/** By the fingerprint name of each package that can answer a requirement. */
function indexRequirements(rendered: readonly RenderedPackage[], universe: Universe): ReadonlyMap<string, readonly Dependent[]> {
  const index = new Map<string, Dependent[]>();
  const sorted = rendered.toSorted((a, b) => compareBytes(a.package.fingerprintName, b.package.fingerprintName));
  for (const one of sorted) {
    const lists = [['build', one.buildRequires], ['runtime', one.package.definition.requires]] as const;
    for (const [when, references] of lists) {
      for (const reference of references) {
        for (const { fingerprintName: answer } of candidatesFor(universe, reference)) {
          const dependents = index.get(answer) ?? [];
          dependents.push({ fingerprintName: one.package.fingerprintName, reference, when, of: answer });
          index.set(answer, dependents);
        }
      }
    }
  }
  return index;
}

function describe({ package: one, spec, isFailed, ...rendered }: RenderedPackage): ListedPackage {
  const { category, name, version, description, hidden, requires, conflicts, labels } = one.definition;
  const kind = isFailed ? undefined : kindOf(spec);
  return {
    category,
    name,
    version,
    fingerprintName: one.fingerprintName,
    description,
    hidden,
    kind,
    archive: kind === undefined ? undefined : kind === 'virtual' ? 'empty' : archiveContentOf(spec),
    file: one.file,
    dir: one.dir,
    buildRequires: rendered.buildRequires.map(formatReference),
    runtimeRequires: requires.map(formatReference),
    provides: rendered.provides.map(formatReference),
    conflicts: conflicts.map(formatReference),
    labels: Object.fromEntries([...labels].toSorted(([a], [b]) => compareBytes(a, b))),
  };
}

function describeSubpackages({ package: main, spec }: RenderedPackage): ListedPackage[] {
  return spec.subpackages.map((one): ListedPackage => ({
    category: one.category,
    name: one.name,
    version: one.version,
    fingerprintName: fingerprintName(one),
    description: one.description,
    hidden: one.hidden,
    kind: 'subpackage',
    of: `${main.definition.category}/${main.definition.name}@${main.definition.version}`,
    archive: 'unpack',
    file: one.at.file,
    dir: main.dir,
    buildRequires: [],
    runtimeRequires: one.requires.map(formatReference),
    provides: one.provides.map(formatReference),
    conflicts: one.conflicts.map(formatReference),
    labels: Object.fromEntries([...one.labels].toSorted(([a], [b]) => compareBytes(a, b))),
  }));
}
