import type { Diagnostic } from '@cos/core';
import { archiveFileName, fingerprintName, imageId, type ArchiveMetadata, type Identity } from '@cos/luet';
import { problem } from './problem.ts';

/** An archive as it comes from the stage that made it. */
export interface GivenArchive extends Identity {
  /** `none`, `gzip` or `zstd`. */
  readonly compression: string;
  /** SHA-256 of the file, 64 hex digits. */
  readonly sha256: string;
  readonly path: string;
}

export interface MatchedPackage {
  readonly identity: Identity;
  /** Undefined where only the metadata is known: the archive lies where the repository is published already. */
  readonly archive: GivenArchive | undefined;
  /** With the archive's digest filled in. */
  readonly metadata: ArchiveMetadata;
}

export interface MatchResult {
  /** Sorted by file name. */
  readonly packages: readonly MatchedPackage[];
  readonly problems: readonly Diagnostic[];
}

/**
 * Pairs archives with metadata by the packages' names, and checks that each pair and all of them together make a repository. Metadata that has no archive is
 * a problem, unless `fromMetadata`: then its own digest of the archive counts.
 */
export function matchPackages(archives: readonly GivenArchive[], metadata: readonly ArchiveMetadata[], { fromMetadata = false }: { readonly fromMetadata?: boolean } = {}): MatchResult {
  const problems: Diagnostic[] = [...badNames([...archives, ...metadata.map((one) => one.package)])];
  const byName = indexArchives(archives, problems);
  const described = new Set<string>();
  const packages: MatchedPackage[] = [];
  for (const one of metadata) {
    const name = fingerprintName(one.package);
    if (described.has(name)) problems.push(problem('COS_REPO_DUPLICATE', `The metadata of ${name} is given twice.`, 'Give each package once.'));
    described.add(name);
    const archive = byName.get(name);
    if (archive === undefined && fromMetadata && one.sha256 !== '') packages.push({ identity: identityOf(one.package), archive, metadata: one });
    else if (archive === undefined) problems.push(noArchive(name, fromMetadata));
    else if (isPair(archive, one, problems)) packages.push({ identity: identityOf(one.package), archive, metadata: { ...one, sha256: archive.sha256 } });
  }
  for (const name of byName.keys()) {
    if (!described.has(name)) problems.push(problem('COS_REPO_NO_METADATA', `There is an archive of ${name}, but no metadata.`, 'Give archives and metadata of the same packages.'));
  }
  problems.push(...collisions(packages));
  return { packages: packages.sort((a, b) => (a.metadata.path < b.metadata.path ? -1 : 1)), problems };
}

/** Two packages `a-b` in `c` and `a` in `b-c` have the same file name: as different packages, which is told as a collision. */
function indexArchives(archives: readonly GivenArchive[], problems: Diagnostic[]): ReadonlyMap<string, GivenArchive> {
  const byName = new Map<string, GivenArchive>();
  for (const archive of archives) {
    const name = fingerprintName(archive);
    const other = byName.get(name);
    if (other !== undefined && isSame(other, archive)) problems.push(problem('COS_REPO_DUPLICATE', `The archive of ${name} is given twice.`, 'Give each package once.'));
    else if (other !== undefined) problems.push(collision(other, archive, `the file name ${name}.package.tar`));
    byName.set(name, archive);
  }
  return byName;
}

function noArchive(name: string, fromMetadata: boolean): Diagnostic {
  if (fromMetadata) return problem('COS_REPO_NO_ARCHIVE', `There is metadata of ${name} without a digest of its archive, and no archive.`, 'Take the metadata from a repository: there it has the digest.');
  return problem('COS_REPO_NO_ARCHIVE', `There is metadata of ${name}, but no archive.`, 'Give archives and metadata of the same packages, or say "fromMetadata" when the archive lies in the repository already.');
}

function isPair(archive: GivenArchive, metadata: ArchiveMetadata, problems: Diagnostic[]): boolean {
  const name = fingerprintName(archive);
  const wrong = (what: string, inMetadata: string, found: string): boolean => {
    problems.push(problem('COS_REPO_MISMATCH', `Archive and metadata of ${name} do not belong together: the metadata says ${what} ${JSON.stringify(inMetadata)}, found ${JSON.stringify(found)}.`, 'Take both from the same task.'));
    return false;
  };
  if (!isSame(archive, metadata.package)) return wrong('package', showIdentity(metadata.package), showIdentity(archive));
  if (metadata.compression !== archive.compression) return wrong('compression', metadata.compression, archive.compression);
  const file = archiveFileName(archive, metadata.compression);
  if (metadata.path !== file) return wrong('file name', metadata.path, file);
  if (metadata.sha256 !== '' && metadata.sha256 !== archive.sha256) return wrong('sha256', metadata.sha256, archive.sha256);
  return true;
}

/** Tags of images cannot have a `+`, which becomes a `-`. */
function collisions(packages: readonly MatchedPackage[]): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const byTag = new Map<string, Identity>();
  for (const { identity } of packages) {
    const tag = imageId(identity);
    const other = byTag.get(tag);
    if (other !== undefined && fingerprintName(other) !== fingerprintName(identity)) problems.push(collision(other, identity, `the image tag ${tag}`));
    byTag.set(tag, identity);
  }
  return problems;
}

function collision(a: Identity, b: Identity, what: string): Diagnostic {
  return problem('COS_REPO_NAME_COLLISION', `${showIdentity(a)} and ${showIdentity(b)} would both have ${what}.`, 'Rename one of them, or change its version.');
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/;
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9._+~:-]*$/;

function badNames(identities: readonly Identity[]): readonly Diagnostic[] {
  const bad = identities.filter(({ category, name, version }) => !NAME.test(category) || !NAME.test(name) || !VERSION.test(version));
  return [...new Set(bad.map(showIdentity))].map((shown) =>
    problem('COS_REPO_BAD_NAME', `${shown} cannot stand in a repository: category, name and version become folders and file names.`, 'Use letters, digits and . _ + - @; the version may have ~ and : as well.'),
  );
}

function isSame(a: Identity, b: Identity): boolean {
  return a.category === b.category && a.name === b.name && a.version === b.version;
}

function identityOf({ category, name, version }: Identity): Identity {
  return { category, name, version };
}

function showIdentity({ category, name, version }: Identity): string {
  return JSON.stringify(`${category}/${name}-${version}`);
}

