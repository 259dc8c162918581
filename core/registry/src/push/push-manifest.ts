import { digestLike, digestOf } from '../digest.ts';
import { manifestLimit } from '../http/read-document.ts';
import { pushScope, type Requester } from '../http/requester.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { readManifest, type Manifest } from '../manifest/manifest.ts';
import { describeSubject, RegistryError } from '../registry-error.ts';
import type { Reference } from '../reference/reference.ts';

export interface PushManifestRequest {
  /** The tag, or the digest, which must be that of the bytes; with neither, the manifest is pushed by its digest and has no tag. */
  readonly reference: Reference;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly signal: AbortSignal;
}

export interface PushedManifest {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  /** Whether the registry lists the manifest among the referrers of its subject by itself. */
  readonly isListed: boolean;
}

/** Pushes the bytes of a manifest as they are, and nothing else. What it names must be there before. */
export async function pushManifest(requester: Requester, { reference, bytes, mediaType, signal }: PushManifestRequest): Promise<PushedManifest> {
  const { registry, repository, tag } = reference;
  const digest = reference.digest === undefined ? digestOf(bytes) : digestLike(reference.digest, bytes);
  const key = tag ?? digest;
  const subject = { registry, repository, reference: key };
  const manifest = readManifest(bytes, mediaType);
  if (reference.digest !== undefined && reference.digest !== digest) throw wrong(reference.digest, digest);
  if (typeof manifest === 'string') throw wrong(`a ${mediaType}`, manifest);
  if (bytes.length > manifestLimit) throw wrong(`at most ${manifestLimit} bytes`, `${bytes.length} bytes`);
  const answer = await requester.send({
    repository: reference,
    method: 'PUT',
    to: `manifests/${key}`,
    headers: { 'content-type': mediaType },
    body: bytes,
    scopes: pushScope(reference),
    expect: [201],
    subject,
    summary: `The manifest ${describeSubject(subject)} cannot be pushed.`,
    answerMs: requester.timeouts.storeMs,
    signal,
  });
  await answer.discard();
  const stored = answer.header('docker-content-digest');
  if (stored !== undefined && stored !== digest) throw new RegistryError({ code: 'corrupt', ...subject, summary: `The registry has stored another manifest as ${describeSubject(subject)}.`, expected: digest, found: stored });
  const artifactType = manifest.artifactType;
  return { descriptor: { mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) }, manifest, isListed: answer.header('oci-subject') !== undefined };

  function wrong(expected: string, found: string): RegistryError {
    return new RegistryError({ code: 'content', ...subject, summary: `The manifest for ${describeSubject(subject)} is not pushed.`, expected, found });
  }
}
