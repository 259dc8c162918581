import type { Scope } from '../auth/scope.ts';
import { readLocation } from '../http/location.ts';
import { nameOf, pushScope, type Requester } from '../http/requester.ts';
import type { Answer } from '../http/transport.ts';
import { RegistryError, type Subject } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';
import type { PushBlobRequest } from './push-blob.ts';

// An upload that a registry has begun. Format: OCI distribution specification 1.1, "Pushing blobs". Every answer may move the session to another
// address, and only the last one counts.

export interface UploadSession {
  readonly location: URL;
  /** Bytes that the registry has. */
  readonly offset: number;
  /** The least bytes that the registry takes at a time, but for the last ones. */
  readonly leastBytes: number;
}

type Upload = Pick<PushBlobRequest, 'repository' | 'descriptor' | 'signal'>;

/** Begins an upload, or has the blob mounted from another repository. */
export async function startUpload(requester: Requester, upload: Upload, from: Repository | undefined): Promise<UploadSession | 'mounted'> {
  const { repository, descriptor, signal } = upload;
  const pull: readonly Scope[] = from === undefined ? [] : [{ repository: from.repository, actions: ['pull'] }];
  const answer = await requester.send({
    ...aboutUpload(upload),
    method: 'POST',
    to: 'blobs/uploads/',
    ...(from === undefined ? {} : { query: { mount: descriptor.digest, from: from.repository } }),
    scopes: [...pushScope(repository), ...pull],
    body: new Uint8Array(),
    expect: [201, 202],
    signal,
  });
  await answer.discard();
  if (answer.status === 201) return 'mounted';
  const least = answer.header('oci-chunk-min-length') ?? '';
  return { location: locationOf(requester, upload, answer), offset: 0, leastBytes: /^\d{1,12}$/.test(least) ? Number(least) : 0 };
}

/** Asks how much of an upload has arrived. Undefined where it must begin anew: it is gone, or the registry does not say clearly. */
export async function findSession(requester: Requester, upload: Upload, session: UploadSession): Promise<UploadSession | undefined> {
  const answer = await requester.send({ ...aboutUpload(upload), method: 'GET', to: session.location, scopes: pushScope(upload.repository), expect: [200, 202, 204, 400, 404, 405, 410, 416], signal: upload.signal });
  await answer.discard();
  const offset = offsetOf(answer);
  if (answer.status >= 400 || offset === undefined || offset > upload.descriptor.size) return undefined;
  return { ...session, location: answer.header('location') === undefined ? session.location : locationOf(requester, upload, answer), offset };
}

/** Tells a registry that an upload will not be ended. It forgets such uploads by itself some day, so nothing depends on it. */
export async function cancelUpload(requester: Requester, upload: Upload, session: UploadSession): Promise<void> {
  try {
    // Also after an abort, and never for long.
    const answer = await requester.send({ ...aboutUpload(upload), method: 'DELETE', to: session.location, scopes: pushScope(upload.repository), expect: [204, 202, 200, 404, 405], repeat: false, signal: AbortSignal.timeout(2000) });
    await answer.discard();
  } catch (error) {
    if (!(error instanceof RegistryError) && !(error instanceof DOMException)) throw error;
  }
}

/** What messages say of an upload. */
export function aboutUpload({ repository, descriptor }: Upload): { readonly repository: Repository; readonly subject: Subject; readonly summary: string } {
  return {
    repository,
    subject: { registry: repository.registry, repository: repository.repository, reference: descriptor.digest },
    summary: `The blob ${descriptor.digest} cannot be pushed to ${nameOf(repository)}.`,
  };
}

/** The address of the session after an answer. */
export function locationOf(requester: Requester, upload: Upload, answer: Answer): URL {
  const { subject, summary } = aboutUpload(upload);
  return readLocation(answer.header('location'), { from: answer.url, insecure: requester.insecure, subject, summary });
}

/**
 * Bytes that have arrived, by the header `Range: 0-<last>`. Undefined where it does not say: `0-0` means one byte by the specification, and none
 * in the words of the most used registry.
 */
export function offsetOf(answer: Answer): number | undefined {
  const last = /^(?:bytes[= ])?0-(\d{1,15})$/.exec(answer.header('range') ?? '')?.[1];
  return last === undefined || last === '0' ? undefined : Number(last) + 1;
}
