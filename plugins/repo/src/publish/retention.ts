import { isError, readRepository, type ArchiveMetadata, type RepositoryFile } from '@cos/luet';
import type { Pins } from './pins.ts';
import { snapshotName, snapshotsOf, type Place } from './place.ts';
import { readPublished } from './read-published.ts';

export interface RetentionRequest {
  readonly place: Place;
  /** How many snapshots stay; undefined: all. */
  readonly snapshots: number | undefined;
  readonly pins: Pick<Pins, 'holdsSnapshot'>;
  /** The index that is in place by now. */
  readonly current: { readonly snapshot: string; readonly file: RepositoryFile; readonly archives: readonly ArchiveMetadata[] };
  /** What the index before it named. */
  readonly before: readonly ArchiveMetadata[];
  readonly signal: AbortSignal;
}

export interface Removed {
  readonly snapshots: readonly string[];
  readonly objects: readonly string[];
  /** What could not go, with the reasons. */
  readonly stayed: readonly string[];
}

/** Removes old snapshots, and then the packages that no index names any more. */
export async function removeOld({ place, snapshots, pins, current, before, signal }: RetentionRequest): Promise<Removed> {
  const all = snapshotsOf(await place.names());
  const old = snapshots === undefined ? [] : await tooOld(place, all, snapshots, (id) => id === current.snapshot || !isAutomatic(id) || pins.holdsSnapshot(id), signal);
  const dropped = await Promise.all(old.map(async (id) => readPublished(place, signal, snapshotName(id, 'repository.yaml'))));
  const candidates = [...before, ...dropped.flatMap(({ packages }) => packages.map(({ archive }) => archive))];
  const named = new Set(current.archives.flatMap((archive) => place.objectsOf(archive)));
  const gone = new Set(candidates.flatMap((archive) => place.objectsOf(archive)).filter((name) => !named.has(name)));
  const files = new Set(filesOf(current.file));
  if (gone.size + dropped.length > 0) {
    for (const id of all.filter((each) => !old.includes(each) && each !== current.snapshot)) {
      const kept = await readPublished(place, signal, snapshotName(id, 'repository.yaml'));
      for (const name of filesOf(kept.file)) files.add(name);
      for (const name of kept.packages.flatMap(({ archive }) => place.objectsOf(archive))) gone.delete(name);
    }
  }
  // What names others goes first: a reader finds nothing, or everything.
  const index = [...old.map((id) => snapshotName(id, 'repository.yaml')), ...dropped.flatMap(({ file }) => filesOf(file)).filter((name) => !files.has(name))];
  const objects = [...gone].sort();
  return { snapshots: old, objects, stayed: await place.remove([...index, ...objects]) };
}

/** Snapshots that a person has named are kept for a reason. */
function isAutomatic(id: string): boolean {
  return /^\d{14}(?:-[0-9a-f]{8})?$/.test(id);
}

function filesOf({ files: { tree, meta, compilertree } }: RepositoryFile): readonly string[] {
  return [tree, meta, compilertree].flatMap((one) => (one === undefined ? [] : [one.filename]));
}

async function tooOld(place: Place, ids: readonly string[], keep: number, isHeld: (id: string) => boolean, signal: AbortSignal): Promise<readonly string[]> {
  const dated = await Promise.all(ids.map(async (id) => ({ id, revision: await revisionOf(place, id, signal) })));
  return dated.toSorted((a, b) => b.revision - a.revision || (a.id < b.id ? 1 : -1)).slice(keep).map(({ id }) => id).filter((id) => !isHeld(id));
}

async function revisionOf(place: Place, id: string, signal: AbortSignal): Promise<number> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of place.transport.read(snapshotName(id, 'repository.yaml'), signal)) chunks.push(chunk);
  const { repository, problems } = readRepository(Buffer.concat(chunks).toString('utf8'), id);
  // One that cannot be read is the oldest: nobody can use it.
  return repository === undefined || problems.some(isError) ? 0 : repository.revision;
}
