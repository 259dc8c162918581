import type { Requester } from '../http/requester.ts';
import { PassingProblem, withRetries } from '../http/retry.ts';
import { findTagged } from '../lists/list-referrers.ts';
import { referrersTag } from '../lists/referrers-tag.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { encodeIndex } from '../manifest/encode-manifest.ts';
import { RegistryError } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';
import { pushManifest } from './push-manifest.ts';

export interface TaggedReferrers {
  readonly repository: Repository;
  /** The manifest that the others are about. */
  readonly digest: string;
  /** Gives the list as it is to be; the same list = nothing to do. */
  readonly change: (entries: readonly Descriptor[]) => readonly Descriptor[];
  readonly signal: AbortSignal;
}

/**
 * Changes the list of referrers that is kept under a tag. Changes of one client wait for each other. Nothing keeps another client from replacing
 * the list at the same time, so it is read again afterwards, and changed again where the change is lost.
 */
export async function changeTaggedReferrers(requester: Requester, request: TaggedReferrers): Promise<void> {
  const waiting = turns.get(requester) ?? new Map<string, Promise<void>>();
  turns.set(requester, waiting);
  const key = JSON.stringify([request.repository.registry, request.repository.repository, request.digest]);
  const before = waiting.get(key);
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(key, promise);
  try {
    await before;
    await changeOnce(requester, request);
  } finally {
    resolve();
    if (waiting.get(key) === promise) waiting.delete(key);
  }
}

const turns = new WeakMap<Requester, Map<string, Promise<void>>>();

async function changeOnce(requester: Requester, { repository, digest, change, signal }: TaggedReferrers): Promise<void> {
  const tag = referrersTag(digest);
  const reference = { registry: repository.registry, repository: repository.repository, tag };
  await withRetries({ policy: requester.retries, clock: requester.clock, signal }, async () => {
    const entries = await findTagged(requester, { repository, digest, signal });
    const changed = change(entries);
    if (isSame(entries, changed)) return;
    const { bytes, mediaType } = encodeIndex({ manifests: changed });
    await pushManifest(requester, { reference, bytes, mediaType, signal });
    const stored = await findTagged(requester, { repository, digest, signal });
    if (isSame(stored, change(stored))) return;
    throw new PassingProblem(new RegistryError({ code: 'unavailable', ...reference, reference: tag, summary: `The list of referrers under the tag ${tag} cannot be kept.`, expected: 'the list that was pushed', found: 'the list of somebody else, again and again' }));
  });
}

function isSame(one: readonly Descriptor[], other: readonly Descriptor[]): boolean {
  return one.length === other.length && one.every(({ digest }, at) => digest === other[at]?.digest);
}
