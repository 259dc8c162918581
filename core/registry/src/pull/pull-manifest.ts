import { digestLike, digestOf, isDigest } from '../digest.ts';
import { manifestLimit } from '../http/read-document.ts';
import type { Requester } from '../http/requester.ts';
import type { Answer } from '../http/transport.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { findText, isRecord, parseJson } from '../manifest/json.ts';
import { readManifest, type Manifest } from '../manifest/manifest.ts';
import { manifestTypes } from '../manifest/media-types.ts';
import { describeSubject, RegistryError, type Subject } from '../registry-error.ts';
import type { Reference } from '../reference/reference.ts';

/** A manifest whose bytes are those of its digest. */
export interface PulledManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** Reads a manifest; undefined where the registry says that it does not exist. */
export async function pullManifest(requester: Requester, reference: Reference, signal: AbortSignal): Promise<PulledManifest | undefined> {
  const { key, subject, summary } = aboutManifest(reference);
  const { answer, bytes } = await requester.read({
    repository: reference,
    method: 'GET',
    to: `manifests/${key}`,
    headers: { accept: manifestTypes.join(', ') },
    expect: [200, 404],
    limit: manifestLimit,
    what: 'The manifest',
    subject,
    summary,
    signal,
  });
  if (answer.status === 404) {
    await assertRegistry(requester, reference, { answer, bytes }, signal);
    return undefined;
  }
  const wanted = reference.digest ?? headerDigest(answer);
  const digest = wanted === undefined ? digestOf(bytes) : digestLike(wanted, bytes);
  if (wanted !== undefined && wanted !== digest) throw new RegistryError({ code: 'corrupt', ...subject, summary: `The manifest of ${describeSubject(subject)} is not what its digest says.`, expected: wanted, found: digest });
  const mediaType = mediaTypeOf(answer, bytes);
  const manifest = readManifest(bytes, mediaType);
  if (typeof manifest === 'string') throw unreadable(subject, mediaType, manifest);
  const artifactType = manifest.artifactType;
  return { descriptor: { mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) }, bytes, manifest };
}

/**
 * Asks for the descriptor of a manifest without its bytes; undefined where the registry says that it does not exist. Of registries that do not
 * say enough about a manifest, it is read.
 */
export async function headManifest(requester: Requester, reference: Reference, signal: AbortSignal): Promise<Descriptor | undefined> {
  const { key, subject, summary } = aboutManifest(reference);
  const answer = await requester.send({ repository: reference, method: 'HEAD', to: `manifests/${key}`, headers: { accept: manifestTypes.join(', ') }, expect: [200, 404, 405], subject, summary, signal });
  await answer.discard();
  if (answer.status === 404) {
    await assertRegistry(requester, reference, { answer, bytes: new Uint8Array() }, signal);
    return undefined;
  }
  const mediaType = typeOf(answer);
  const digest = headerDigest(answer);
  const length = answer.header('content-length');
  const isEnough = answer.status === 200 && manifestTypes.includes(mediaType) && digest !== undefined && length !== undefined && /^\d{1,10}$/.test(length);
  if (!isEnough) return (await pullManifest(requester, reference, signal))?.descriptor;
  if (reference.digest !== undefined && digest !== reference.digest) throw new RegistryError({ code: 'corrupt', ...subject, summary: `The registry gives another manifest than ${describeSubject(subject)}.`, expected: reference.digest, found: digest });
  return { mediaType, digest, size: Number(length) };
}

export function missing(reference: Reference, summary?: string): RegistryError {
  const { subject } = aboutManifest(reference);
  return new RegistryError({ code: 'not-found', ...subject, summary: summary ?? `${describeSubject(subject)} does not exist.`, status: 404 });
}

/** What messages say of a reference, and by which word the registry is asked. */
export function aboutManifest(reference: Reference): { readonly key: string; readonly subject: Subject; readonly summary: string } {
  const key = reference.digest ?? reference.tag ?? 'latest';
  const subject = { registry: reference.registry, repository: reference.repository, reference: key };
  return { key, subject, summary: `The manifest of ${describeSubject(subject)} cannot be read.` };
}

/** Whether "not found" comes from a registry: a web server that knows nothing of registries answers so to everything. */
async function assertRegistry(requester: Requester, reference: Reference, { answer, bytes }: { readonly answer: Answer; readonly bytes: Uint8Array }, signal: AbortSignal): Promise<void> {
  const body = parseJson(new TextDecoder().decode(bytes));
  const isKnown = answer.header('docker-distribution-api-version') !== undefined || (isRecord(body) && body['errors'] !== undefined);
  if (isKnown) return;
  const { base } = await requester.endpoint(reference.registry);
  const { subject } = aboutManifest(reference);
  const ping = await requester.send({
    repository: reference,
    method: 'GET',
    to: new URL('v2/', base),
    expect: [200, 401, 403, 404],
    subject,
    summary: `${reference.registry} does not say whether it is a registry.`,
    signal,
  });
  await ping.discard();
  if (ping.status !== 404) return;
  throw new RegistryError({ code: 'protocol', ...subject, status: 404, summary: `${reference.registry} is no registry.`, expected: 'an answer to /v2/', found: `status 404 from ${base.host}`, hint: 'Check the name and the port of the registry.' });
}

function headerDigest(answer: Answer): string | undefined {
  const digest = answer.header('docker-content-digest');
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}

function typeOf(answer: Answer): string {
  return (answer.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The type that the registry says, or, where that is a general one, the type that the document says of itself. */
function mediaTypeOf(answer: Answer, bytes: Uint8Array): string {
  const said = typeOf(answer);
  if (said.startsWith('application/vnd.')) return said;
  const value = parseJson(new TextDecoder().decode(bytes));
  return (isRecord(value) ? findText(value, 'mediaType') : undefined) ?? said;
}

function unreadable(subject: Subject, mediaType: string, found: string): RegistryError {
  const isOld = /^application\/vnd\.docker\.distribution\.manifest\.v1\b/.test(mediaType);
  return new RegistryError({
    code: isOld ? 'unsupported' : 'protocol',
    ...subject,
    summary: `The manifest of ${describeSubject(subject)} cannot be understood.`,
    expected: manifestTypes.includes(mediaType) ? `a ${mediaType}` : 'an image or an index of OCI or of docker (schema 2)',
    found,
    ...(isOld ? { hint: 'Push the image again with a tool of today.' } : {}),
  });
}
