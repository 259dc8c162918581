import type { Digest, Fingerprint } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { TaskRecord } from '../model/task-record.ts';

// The cache has two parts: entries (fingerprint to outputs) and blobs (digest to bytes). A backend may keep both or delegate.

export interface CachedOutput {
  readonly kind: string;
  readonly digest: Digest;
  readonly meta: JsonObject;
}

/** What is remembered of a task that ended well. */
export interface CacheEntry {
  readonly format: 1;
  readonly fingerprint: Fingerprint;
  /** The readable form of the fingerprint, for `cos why`. */
  readonly record: TaskRecord;
  readonly outputs: Readonly<Record<string, CachedOutput>>;
  readonly durationMs: number;
}

/** A hit. The executor applies it when it is ready for it; a hit whose bytes are gone by then answers false and is a miss. */
export interface CacheHit {
  readonly entry: CacheEntry;
}

/**
 * Contract (proved by the suite that `@cos/core/testing` exports): `get` never answers an entry that was not completely written; `set` is atomic and
 * comes after the blobs; two processes may call anything at once; a damaged entry is a miss, never an error.
 */
export interface Cache {
  get(fingerprint: Fingerprint): Promise<CacheHit | undefined>;
  /** May decline (too large, read-only) by answering false. */
  set(entry: CacheEntry): Promise<boolean>;
}
