import type { Requester } from '../http/requester.ts';
import { describeSubject } from '../registry-error.ts';
import type { Reference } from '../reference/reference.ts';

/** Deletes a manifest by its digest, or a tag. What is gone already is gone: that is no problem. */
export async function deleteManifest(requester: Requester, reference: Reference, signal: AbortSignal): Promise<void> {
  const { registry, repository, tag, digest } = reference;
  const key = digest ?? tag ?? 'latest';
  const subject = { registry, repository, reference: key };
  const answer = await requester.send({
    repository: reference,
    method: 'DELETE',
    to: `manifests/${key}`,
    scopes: [{ repository, actions: ['pull', 'delete'] }],
    expect: [202, 200, 204, 404],
    subject,
    summary: `${describeSubject(subject)} cannot be deleted.`,
    signal,
  });
  await answer.discard();
}
