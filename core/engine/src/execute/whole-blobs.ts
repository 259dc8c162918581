import { lstatSync } from 'node:fs';
import type { BlobStore } from '../cache/blobs.ts';
import { rootSystemCode } from '../cache/storage-error.ts';
import type { Emit } from '../model/event.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { Digest } from '../model/identity.ts';
import { hashFile } from '../fingerprint/hash-file.ts';
import { hashTree } from '../fingerprint/hash-tree.ts';

// A blob that was cut off or edited would go on into everything that is made of it, under fingerprints that say otherwise. So its bytes are compared with
// its digest before a task reads it: once in a run, and not at all for what the run itself has made.

export interface WholeBlobs {
  /** False when the bytes are gone, or are not those of the digest; such bytes are removed, so that they can be made again. */
  readonly has: (digest: Digest, kind: ArtifactKind) => Promise<boolean>;
  /** Told of bytes that this run has hashed and stored itself. */
  readonly trust: (digest: Digest) => void;
}

export function createWholeBlobs(blobs: BlobStore, emit: Emit, signal: AbortSignal): WholeBlobs {
  const checked = new Map<Digest, Promise<boolean>>();
  const check = async (digest: Digest, kind: ArtifactKind): Promise<boolean> => {
    if ((await digestOf(blobs.path(digest), kind, signal)) === digest) return true;
    if (!blobs.has(digest)) return false;
    blobs.remove(digest);
    emit({ type: 'diagnostic', diagnostic: { code: 'COS_CACHE_DAMAGED', severity: 'warning', message: `The bytes of a ${kind.name} in the cache are not those that were stored; they are made again.`, hint: 'Check the disk and its file system when this comes back.' } });
    return false;
  };
  return {
    has: async (digest, kind) => {
      if (!blobs.has(digest)) return false;
      const known = checked.get(digest);
      if (known !== undefined) return known;
      const checking = check(digest, kind);
      checked.set(digest, checking);
      const isWhole = await checking;
      if (!isWhole) checked.delete(digest);
      return isWhole;
    },
    trust: (digest) => void checked.set(digest, Promise.resolve(true)),
  };
}

/** Undefined when nothing is there, or something of another type. */
async function digestOf(path: string, kind: ArtifactKind, signal: AbortSignal): Promise<Digest | undefined> {
  if (kind.storage === 'tree') {
    const tree = await hashTree(path, { profile: kind.profile ?? 'source', title: kind.name, signal });
    return tree.ok ? tree.value.digest : undefined;
  }
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  try {
    return await hashFile(path, stat.size);
  } catch (error) {
    // Pruned by another run this moment.
    if (rootSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
