import type { Requester } from '../http/requester.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { pullManifest } from '../pull/pull-manifest.ts';
import { RegistryError } from '../registry-error.ts';
import type { Reference } from '../reference/reference.ts';
import { deleteManifest } from './delete-manifest.ts';
import { pushManifest, type PushManifestRequest } from './push-manifest.ts';
import { changeTaggedReferrers } from './tag-referrers.ts';

/** Pushes a manifest, and lists it among what refers to its subject, where the registry does not do that by itself. */
export async function pushWithSubject(requester: Requester, request: PushManifestRequest): Promise<Descriptor> {
  const { descriptor, manifest, isListed } = await pushManifest(requester, request);
  if (manifest.subject === undefined || isListed) return descriptor;
  const entry = entryOf(descriptor, manifest);
  await changeTaggedReferrers(requester, {
    repository: request.reference,
    digest: manifest.subject.digest,
    change: (entries) => (entries.some(({ digest }) => digest === entry.digest) ? entries : [...entries, entry]),
    signal: request.signal,
  });
  return descriptor;
}

/** Deletes a manifest or a tag; a manifest that has a subject is taken off the list under the tag of its subject, too. */
export async function deleteWithSubject(requester: Requester, reference: Reference, signal: AbortSignal): Promise<void> {
  const subject = reference.digest === undefined ? undefined : await findSubject(requester, reference, signal);
  await deleteManifest(requester, reference, signal);
  if (subject === undefined) return;
  await changeTaggedReferrers(requester, { repository: reference, digest: subject.digest, change: (entries) => entries.filter(({ digest }) => digest !== reference.digest), signal });
}

async function findSubject(requester: Requester, reference: Reference, signal: AbortSignal): Promise<Descriptor | undefined> {
  try {
    return (await pullManifest(requester, reference, signal))?.manifest.subject;
  } catch (error) {
    // A manifest of another time is deleted like any other; nobody listed it.
    if (error instanceof RegistryError && (error.code === 'unsupported' || error.code === 'protocol')) return undefined;
    throw error;
  }
}

/** How a list of referrers describes a manifest: an image that names no kind is of the kind of its config. */
function entryOf(descriptor: Descriptor, manifest: Manifest): Descriptor {
  const artifactType = manifest.artifactType ?? (manifest.kind === 'image' ? manifest.config.mediaType : undefined);
  return { ...descriptor, ...(artifactType === undefined ? {} : { artifactType }), ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }) };
}
