import { createHash } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, type Log } from '@cos/core';
import { ClientError } from '@cos/client';
import { fingerprintName, writeRepository, type RepositoryFile, type RepositoryFiles } from '@cos/luet';
import type { IndexArchives } from '../create-repository.ts';
import { folderEntries, type NamedFolder } from '../folder-entries.ts';
import { checkTags } from '../image/check-tags.ts';
import type { MatchedPackage } from '../match-packages.ts';
import { problem } from '../problem.ts';
import { describePackages, runtimeTree } from '../runtime-tree.ts';
import { writeIndexArchives } from '../write-index-archives.ts';
import { forEachOf } from './for-each-of.ts';
import type { IndexSigner } from './index-signer.ts';
import { mergePackages, type IndexedPackage, type Merged, type MergedPackage } from './merge.ts';
import type { Pins } from './pins.ts';
import { snapshotName, snapshotsOf, type Place } from './place.ts';
import { keptTrees, readPublished, type Published } from './read-published.ts';
import { removeOld, type Removed } from './retention.ts';

export interface PublishRequest {
  readonly place: Place;
  /** What is built here. */
  readonly packages: readonly MatchedPackage[];
  /** With their names in compilertree. */
  readonly trees: readonly NamedFolder[];
  readonly settings: Pick<RepositoryFile, 'name' | 'description' | 'type' | 'urls' | 'priority'>;
  readonly archives: IndexArchives;
  /** Name of the snapshot; undefined: the time. */
  readonly snapshot: string | undefined;
  /** `category/name` of packages whose published versions may get other content. */
  readonly replace: readonly string[];
  /** How many versions of each package, and how many snapshots stay; undefined: all. */
  readonly retain: { readonly versions: number | undefined; readonly snapshots: number | undefined };
  readonly pins: Pins;
  /** Signs the index; undefined: nobody does. */
  readonly signer?: IndexSigner | undefined;
  /** How the packages came to be, as an unsigned statement: a signed one about the new index is published with it. Only with `signer`. */
  readonly statement?: string | undefined;
  /** True: the index is published with a new revision and time though nothing in it is new. Default false. */
  readonly refresh?: boolean;
  /** True: the new revision is 1, also when nothing else is new. Default false: one more than the published one. */
  readonly resetRevision?: boolean;
  /** The present. */
  readonly now: Date;
  /** Time of entries in archives of the index: the same content gives the same bytes. Seconds since 1970. */
  readonly mtime: number;
  /** An existing folder. */
  readonly scratch: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Publication {
  /** False: what is published has all of it already. */
  readonly isNew: boolean;
  readonly revision: number;
  /** Undefined where nothing is new. */
  readonly snapshot: string | undefined;
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  /** Versions that the index has no more. */
  readonly dropped: readonly string[];
  readonly removed: Removed;
}

/** Two who publish at once see each other by then; more than that is a loop. */
const ATTEMPTS = 8;

/**
 * Adds packages to what is published. Everything that the new index names is there before repository.yaml names the index: a reader finds the old repository
 * or the new one, whatever is killed. Throws CosError, ClientError and RegistryError.
 */
export async function publishRepository(request: PublishRequest): Promise<Publication> {
  const { place, log, signal } = request;
  if (place.type === 'images') checkTags(request.packages);
  const unlock = await place.lock((holder) => log.info(`waiting for ${holder}, which publishes there`));
  try {
    const described = await describePackages(request.packages, request.trees);
    const own = request.packages.map((given, index) => ({ given, described: at(described, index) }));
    // What was brought before another one was faster need not be brought again.
    const brought = new Map<string, MergedPackage['archive']>();
    const mine = new Set<string>();
    const known = new Set(snapshotsOf(await place.names()));
    if (request.snapshot !== undefined && known.has(request.snapshot)) throw new CosError(snapshotExists(place, request.snapshot));
    const changes = { added: new Set<string>(), replaced: new Set<string>(), dropped: new Set<string>() };
    let late: readonly (readonly IndexedPackage[])[] = [];
    let done: Publication | undefined;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      signal.throwIfAborted();
      const mark = await place.mark();
      const names = await place.names();
      const published = mark === undefined ? undefined : await readPublished(place, signal, 'repository.yaml', request.signer);
      const merged = mergePackages({
        published: [published?.packages ?? [], ...late],
        own,
        isThere: (archive) => place.objectsOf(archive).every((name) => names.has(name)),
        replace: request.replace,
        retain: request.retain.versions,
        pins: request.pins,
      });
      if (merged.problems.length > 0) throw new CosError(merged.problems);
      const packages = await bring(request, merged, brought);
      // An index that was published without a statement gets none afterwards: nobody knows any more what was there before it.
      const isStatementMissing = request.statement !== undefined && request.signer !== undefined && mark !== undefined && done === undefined && !(await place.isAttested(mark, request.signer));
      const next = await writeNext({ ...request, refresh: (request.refresh === true || isStatementMissing) && done === undefined, resetRevision: request.resetRevision === true && done === undefined }, packages, published, mark);
      for (const which of ['added', 'replaced', 'dropped'] as const) for (const one of merged[which]) changes[which].add(one);
      // Another one may have joined what this one brought before it was overtaken: then all of it is published by now.
      if (next === undefined) return done ?? { ...told(changes), isNew: mine.size > 0, revision: published?.file.revision ?? 0, snapshot: [...mine].at(-1), removed: nothingRemoved };
      const id = snapshotId(request, done === undefined ? request.snapshot : undefined, next, names, mine);
      mine.add(id);
      const file = await putIndex(request, id, next, mark);
      if (!(await place.replace(writeRepository(file), mark))) {
        log.info('another one was faster: publishing on top of it');
        continue;
      }
      done = { ...told(changes), isNew: true, revision: file.revision, snapshot: id, removed: nothingRemoved };
      late = await foreignSnapshots(request, known, mine);
      if (late.length > 0) {
        log.info('another one published at the same time: its packages are joined with these');
        continue;
      }
      return { ...done, removed: await removeOnce(request, { current: { snapshot: id, file, archives: packages.map(({ archive }) => archive) }, before: published?.packages.map(({ archive }) => archive) ?? [] }) };
    }
    throw new CosError(problem('COS_REPO_BUSY', `Others publish to ${place.name} all the time: ${ATTEMPTS} attempts were overtaken.`, 'Let one publish after the other.'));
  } finally {
    unlock();
  }
}

function told({ added, replaced, dropped }: Readonly<Record<'added' | 'replaced' | 'dropped', ReadonlySet<string>>>): Pick<Publication, 'added' | 'replaced' | 'dropped'> {
  return { added: [...added].sort(), replaced: [...replaced].sort(), dropped: [...dropped].sort() };
}

const nothingRemoved: Removed = { snapshots: [], objects: [], stayed: [] };

/** Brings what the new index names and the place has not, metadata before content as luet does, a few at a time. */
async function bring({ place, log, signal }: PublishRequest, merged: Merged, brought: Map<string, MergedPackage['archive']>): Promise<readonly MergedPackage[]> {
  const result = new Map<string, MergedPackage>();
  await forEachOf(merged.packages, 4, async (one) => {
    signal.throwIfAborted();
    result.set(fingerprintName(one.identity), { ...one, archive: await archiveOf(one) });
  });
  return merged.packages.flatMap(({ identity }) => result.get(fingerprintName(identity)) ?? []);

  /** What the index says of a package that is there by then. */
  async function archiveOf(one: MergedPackage): Promise<MergedPackage['archive']> {
    if (one.bring === undefined) return one.archive;
    const key = fingerprintName(one.identity);
    const there = brought.get(key);
    if (there !== undefined) return there;
    if (one.bring.what === 'metadata') await place.putMetadata(one.identity, one.archive);
    const archive = one.bring.what === 'metadata' ? one.archive : await place.putPackage(one.bring.given);
    if (one.bring.what === 'package') log.info(`brought ${key}`);
    brought.set(key, archive);
    return archive;
  }
}

interface NextIndex {
  readonly folder: string;
  readonly settings: Omit<RepositoryFile, 'files'>;
  readonly files: RepositoryFiles;
}

/** Writes the archives of the new index beside. Undefined: they say what is published already. */
async function writeNext(request: PublishRequest, packages: readonly MergedPackage[], published: Published | undefined, mark: string | undefined): Promise<NextIndex | undefined> {
  const { place, trees, settings, archives, mtime, now, scratch, signal } = request;
  const folder = await mkdtemp(join(scratch, 'index-'));
  await mkdir(folder, { recursive: true });
  const kept = await keptTrees(place, published?.file.files.compilertree, trees.map(({ name }) => name), signal);
  const compilertree = [...(await folderEntries(trees, mtime)), ...kept].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = await writeIndexArchives({ ...archives, folder, prefix: '', tree: runtimeTree(packages, mtime), index: packages.map(({ archive }) => archive), compilertree, mtime, signal });
  const { refresh = false, resetRevision = false } = request;
  if (!refresh && !(resetRevision && published?.file.revision !== 1) && mark !== undefined && published !== undefined && isSame(published.file, settings, files)) return undefined;
  return { folder, files, settings: { ...settings, revision: (resetRevision ? 0 : (published?.file.revision ?? 0)) + 1, lastUpdate: Math.floor(now.getTime() / 1000) } };
}

function isSame(before: RepositoryFile, settings: PublishRequest['settings'], files: RepositoryFiles): boolean {
  const says = ({ name, description, type, urls, priority }: PublishRequest['settings'], { tree, meta, compilertree }: RepositoryFiles): string => JSON.stringify([name, description, type, urls, priority ?? null, tree.sha256, meta.sha256, compilertree?.sha256 ?? null]);
  return says(before, before.files) === says(settings, files);
}

/** The time, in UTC; with the beginning of the index's digest where two publishers might have the same. */
function snapshotId({ place, now }: PublishRequest, given: string | undefined, next: NextIndex, names: ReadonlySet<string>, mine: ReadonlySet<string>): string {
  if (given !== undefined) return given;
  const time = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  const isFree = !names.has(snapshotName(time, 'repository.yaml')) && !mine.has(time);
  if (place.type === 'files' && isFree) return time;
  const digest = createHash('sha256').update(JSON.stringify([next.settings.revision, next.files])).digest('hex');
  return `${time}-${digest.slice(0, 8)}`;
}

/** The description of the snapshot comes last: a snapshot that has one is whole. */
async function putIndex({ place, signer, statement }: PublishRequest, id: string, { folder, settings, files }: NextIndex, before: string | undefined): Promise<RepositoryFile> {
  const put = async <T extends { readonly filename: string }>(archive: T): Promise<T> => {
    const filename = snapshotName(id, archive.filename);
    await place.putFile(filename, { path: join(folder, archive.filename) });
    return { ...archive, filename };
  };
  const { tree, meta, compilertree } = files;
  const file: RepositoryFile = { ...settings, files: { tree: await put(tree), compilertree: compilertree === undefined ? undefined : await put(compilertree), meta: await put(meta) } };
  const text = writeRepository(file);
  if (signer !== undefined) {
    for (const name of [snapshotName(id, 'repository.yaml'), 'repository.yaml']) {
      await place.sign(name, text, signer);
      if (statement !== undefined) await place.attest(name, text, { text: statement, before, signer });
    }
  }
  await place.putFile(snapshotName(id, 'repository.yaml'), { text });
  return file;
}

/** Packages of snapshots that came while this one published, where nothing locks: what they added may have been overwritten. */
async function foreignSnapshots({ place, signer, signal }: PublishRequest, known: Set<string>, mine: ReadonlySet<string>): Promise<readonly (readonly IndexedPackage[])[]> {
  if (place.type === 'files') return [];
  const found = snapshotsOf(await place.names()).filter((id) => !known.has(id) && !mine.has(id));
  for (const id of found) known.add(id);
  return Promise.all(found.map(async (id) => (await readPublished(place, signal, snapshotName(id, 'repository.yaml'), signer)).packages));
}

/** The new index is in place: what cannot be cleaned up now is told, and stays for the next time. */
async function removeOnce({ place, retain, pins, log, signal }: PublishRequest, state: Pick<Parameters<typeof removeOld>[0], 'current' | 'before'>): Promise<Removed> {
  if (retain.versions === undefined && retain.snapshots === undefined) return nothingRemoved;
  try {
    const removed = await removeOld({ place, snapshots: retain.snapshots, pins, ...state, signal });
    for (const one of removed.stayed) log.warn(`stays, although no index names it: ${one}`);
    return removed;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    log.warn(`nothing old was removed: ${error.message}`);
    return nothingRemoved;
  }
}

function snapshotExists(place: Place, id: string) {
  return problem('COS_REPO_SNAPSHOT', `${place.name} has a snapshot ${JSON.stringify(id)} already.`, 'Clients that hold on to it expect it to stay: give another name, or none.');
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error('Internal error: a package without a description');
  return found;
}
