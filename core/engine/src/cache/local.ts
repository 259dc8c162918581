import { mkdirSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '../model/artifact.ts';
import type { Fingerprint } from '../model/identity.ts';
import { createBlobStore, type BlobStore } from './blobs.ts';
import type { Cache, CacheEntry } from './cache.ts';
import { parseEntry } from './entry.ts';
import { writeAtomically } from './write-atomically.ts';

// The cache of one workspace: entries and blobs as files. An entry is written after its blobs, so that what an entry names was there when it was written;
// what was pruned since makes it a miss. The time of last use is the entry file's own time.

export interface LocalCache extends Cache {
  readonly blobs: BlobStore;
  /** Where everything lies. */
  readonly folder: string;
  /** Removes an entry, as when its bytes turned out to be damaged. */
  readonly forget: (fingerprint: Fingerprint) => void;
  /** Removes unfinished files of runs that do not live. */
  readonly sweep: (isAlive: (runId: string) => boolean) => void;
}

export interface LocalCacheOptions {
  readonly folder: string;
  /** Who writes: names temporary files, so that they can be told apart when the run is dead. */
  readonly runId: string;
  /** How bytes of a kind are kept; blobs of kinds with `external` storage are not here. Undefined for a kind that no plugin knows any more. */
  readonly storageOf: (kind: string) => Storage | undefined;
  /** Time of use for the order of pruning; only read to stamp entries. Default: the system's clock. */
  readonly now?: () => Date;
}

export function createLocalCache(options: LocalCacheOptions): LocalCache {
  const { folder, runId } = options;
  const now = options.now ?? (() => new Date());
  const temporaries = join(folder, 'tmp');
  let counter = 0;
  const temporary = (): string => {
    mkdirSync(temporaries, { recursive: true });
    counter += 1;
    return join(temporaries, `${runId}.${counter}`);
  };
  const blobs = createBlobStore(join(folder, 'blobs'), temporary);
  const pathOf = (fingerprint: Fingerprint): string => entryPath(folder, fingerprint);
  const forget = (fingerprint: Fingerprint): void => rmSync(pathOf(fingerprint), { force: true });

  return {
    folder,
    blobs,
    forget,
    get: (fingerprint) => {
      const path = pathOf(fingerprint);
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return Promise.resolve(undefined);
        throw error;
      }
      const entry = parseEntry(text, fingerprint);
      if (entry === undefined) {
        forget(fingerprint);
        return Promise.resolve(undefined);
      }
      const present = Object.values(entry.outputs).every(({ kind, digest }) => {
        const storage = options.storageOf(kind);
        return storage === 'external' || (storage !== undefined && blobs.has(digest));
      });
      if (!present) return Promise.resolve(undefined);
      touch(path, now());
      return Promise.resolve({ entry });
    },
    set: (entry: CacheEntry) => {
      writeAtomically(pathOf(entry.fingerprint), JSON.stringify(entry), { temporary: temporary(), durable: true });
      return Promise.resolve(true);
    },
    sweep: (isAlive) => {
      for (const name of listNames(temporaries)) {
        if (!isAlive(name.slice(0, name.lastIndexOf('.')))) rmSync(join(temporaries, name), { recursive: true, force: true });
      }
    },
  };
}

/** File of an entry. */
export function entryPath(folder: string, fingerprint: string): string {
  return join(folder, 'entries', fingerprint.slice(0, 2), `${fingerprint}.json`);
}

/** Names in a folder; none when it is not there, or is no folder. */
export function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}

function touch(path: string, time: Date): void {
  try {
    utimesSync(path, time, time);
  } catch (error) {
    // A read-only cache and one whose entry was pruned this moment still answer; only the order of pruning does not learn of it.
    if (!(error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(String(error.code)))) throw error;
  }
}
