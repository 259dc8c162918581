import type { Diagnostic } from '@cos/core';
import { compareVersions, fingerprintName, writeTreeDefinition, type ArchiveMetadata, type Identity, type PackageReference } from '@cos/luet';
import type { OpenRepository } from '@cos/client';
import type { MatchedPackage } from '../match-packages.ts';
import { problem } from '../problem.ts';
import type { TreePackage } from '../runtime-tree.ts';
import type { Pins } from './pins.ts';
import type { BroughtPackage } from './place.ts';

/** A package of an index, with what the tree says of it. */
export interface IndexedPackage extends TreePackage {
  readonly archive: ArchiveMetadata;
  /** What clients get of it, as one text to compare: content and relations. */
  readonly content: string;
}

/** A package of the new index. */
export interface MergedPackage extends IndexedPackage {
  /** What is to be brought before the index names it; undefined: it lies there. */
  readonly bring: { readonly what: 'package'; readonly given: BroughtPackage } | { readonly what: 'metadata' } | undefined;
}

export interface MergeRequest {
  /** What is published; later ones win. Empty: nothing yet. */
  readonly published: readonly (readonly IndexedPackage[])[];
  readonly own: readonly OwnPackage[];
  /** Whether what an own package needs is there. */
  readonly isThere: (archive: ArchiveMetadata) => boolean;
  /** `category/name` of packages whose published versions may get other content. */
  readonly replace: readonly string[];
  /** How many versions of each package stay; undefined: all. */
  readonly retain: number | undefined;
  readonly pins: Pick<Pins, 'holdsPackage'>;
}

export interface OwnPackage {
  readonly given: MatchedPackage;
  readonly described: TreePackage;
}

export interface Merged {
  /** Sorted by file name. */
  readonly packages: readonly MergedPackage[];
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly dropped: readonly string[];
  readonly problems: readonly Diagnostic[];
}

/** What the new index has: what is published, with what is new, without what is too old. */
export function mergePackages({ published, own, isThere, replace, retain, pins }: MergeRequest): Merged {
  const packages = new Map<string, MergedPackage>();
  for (const one of published.flat()) packages.set(fingerprintName(one.identity), { ...one, bring: undefined });
  const added: string[] = [];
  const replaced: string[] = [];
  const problems: Diagnostic[] = [];
  for (const { given, described } of own) {
    const name = fingerprintName(given.identity);
    const label = labelOf(given.identity);
    const before = packages.get(name);
    const next: IndexedPackage = { ...described, archive: given.metadata, content: contentOf(given.metadata.sha256, given.metadata.runtime, described.finalizer) };
    if (before !== undefined && before.content === next.content && isThere(before.archive)) {
      packages.set(name, refresh(before, next));
      continue;
    }
    const { archive } = given;
    if (before !== undefined && before.content !== next.content && !replace.includes(`${given.identity.category}/${given.identity.name}`)) problems.push(changed(label, before, next));
    else if (archive === undefined) problems.push(problem('COS_REPO_NO_ARCHIVE', `${label} is not published yet, and there is metadata of it, but no archive.`, 'Publish it from where its archive is.'));
    else {
      if (before?.content !== next.content) (before === undefined ? added : replaced).push(label);
      packages.set(name, { ...next, bring: { what: 'package', given: { ...given, archive } } });
    }
  }
  const dropped = retain === undefined ? [] : tooOld([...packages.values()], retain, (one) => pins.holdsPackage(one) || own.some(({ given }) => fingerprintName(given.identity) === fingerprintName(one)));
  for (const one of dropped) packages.delete(fingerprintName(one));
  return {
    packages: [...packages.values()].sort((a, b) => (a.archive.path < b.archive.path ? -1 : 1)),
    added: added.sort(),
    replaced: replaced.sort(),
    dropped: dropped.map(labelOf).sort(),
    problems,
  };
}

/** The packages of a repository that was read. */
export function indexedPackages({ packages }: Pick<OpenRepository, 'packages'>): readonly IndexedPackage[] {
  return packages.map(({ definition, finalizer, archive }) => ({
    identity: { category: definition.category, name: definition.name, version: definition.version },
    definition: writeTreeDefinition(definition),
    finalizer,
    archive,
    content: contentOf(archive.sha256, definition, finalizer),
  }));
}

export function labelOf({ category, name, version }: Identity): string {
  return `${category}/${name}@${version}`;
}

/** Same content: it stays where it lies. What else is known of it may be newer. */
function refresh(before: MergedPackage, next: IndexedPackage): MergedPackage {
  const archive: ArchiveMetadata = { ...next.archive, path: before.archive.path, ...(before.archive.image === undefined ? {} : { image: before.archive.image }) };
  const isSame = factsOf(archive) === factsOf(before.archive);
  return { ...next, archive: isSame ? before.archive : archive, bring: before.bring ?? (isSame ? undefined : { what: 'metadata' }) };
}

/** Everything that an index says of a package, as one text: without what only metadata files have, and places in files. */
function factsOf(archive: ArchiveMetadata): string {
  return JSON.stringify(archive, (key, value: unknown) => {
    if (key === 'chain' || key === 'at') return undefined;
    if (value instanceof Map) return [...value].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return value;
  });
}

interface Relations {
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  readonly provides: readonly PackageReference[];
}

function contentOf(sha256: string, relations: Relations, finalizer: string | undefined): string {
  const plain = (list: readonly PackageReference[]): readonly string[] => list.map(labelOf).sort();
  return JSON.stringify({ 'SHA-256 of the archive': sha256.toLowerCase(), requires: plain(relations.requires), conflicts: plain(relations.conflicts), provides: plain(relations.provides), 'finalize.yaml': finalizer ?? '' });
}

function changed(label: string, before: IndexedPackage, next: IndexedPackage): Diagnostic {
  const [old, own] = [before, next].map(({ content }) => new Map<string, unknown>(Object.entries(JSON.parse(content))));
  const differences = [...(old?.keys() ?? [])].filter((key) => JSON.stringify(old?.get(key)) !== JSON.stringify(own?.get(key)));
  return {
    ...problem(
      'COS_REPO_CHANGED',
      `${label} is published with other content: versions that are published do not change.`,
      `Give the package a new version. Should clients that have this one keep the old content, \`--replace ${label.slice(0, label.lastIndexOf('@'))}\` publishes it all the same.`,
    ),
    notes: differences.map((key) => ({ message: `${key}: published ${JSON.stringify(old?.get(key))}, here ${JSON.stringify(own?.get(key))}` })),
  };
}

/** Of each package all versions behind the newest ones, but for those that are held. */
function tooOld(packages: readonly IndexedPackage[], retain: number, isHeld: (one: Identity) => boolean): readonly Identity[] {
  const byName = new Map<string, Identity[]>();
  for (const { identity } of packages) {
    const key = `${identity.category}/${identity.name}`;
    byName.set(key, [...(byName.get(key) ?? []), identity]);
  }
  return [...byName.values()].flatMap((versions) => versions.toSorted((a, b) => compareVersions(b.version, a.version)).slice(retain).filter((one) => !isHeld(one)));
}
