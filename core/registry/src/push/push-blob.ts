import { nameOf, pushScope, type Requester } from '../http/requester.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import type { Repository } from '../reference/reference.ts';
import type { BlobContent } from './content.ts';
import { cancelUpload, startUpload } from './upload-session.ts';
import { upload } from './upload.ts';

export interface PushBlobRequest {
  readonly repository: Repository;
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  readonly content: BlobContent;
  /** Repositories of the same registry that may have the blob; the registry makes it appear here without an upload. */
  readonly mountFrom: readonly Repository[];
  /** The most bytes of one request; undefined = everything in one. */
  readonly chunkBytes: number | undefined;
  /** Told how many bytes are sent so far; the number falls where something is sent again. */
  readonly onProgress: ((sentBytes: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** How a blob came to be in its repository: it was there, it was mounted from another one, or it was sent. */
export type PushOutcome = 'existed' | 'mounted' | 'uploaded';

/** Sees to it that a repository has a blob, with as few bytes as possible. */
export async function pushBlob(requester: Requester, request: PushBlobRequest): Promise<PushOutcome> {
  const { repository, descriptor, mountFrom, signal } = request;
  if (await hasBlob(requester, { repository, digest: descriptor.digest, signal, forPush: true })) return 'existed';
  for (const from of mountFrom) {
    const session = await startUpload(requester, request, from);
    if (session === 'mounted') return 'mounted';
    // The registry does not mount and has begun an upload instead.
    await cancelUpload(requester, request, session);
  }
  await upload(requester, request);
  return 'uploaded';
}

/** Whether a repository has a blob. */
export async function hasBlob(requester: Requester, { repository, digest, signal, forPush }: { readonly repository: Repository; readonly digest: string; readonly signal: AbortSignal; readonly forPush: boolean }): Promise<boolean> {
  const answer = await requester.send({
    repository,
    method: 'HEAD',
    to: `blobs/${digest}`,
    ...(forPush ? { scopes: pushScope(repository) } : {}),
    expect: [200, 404],
    subject: { registry: repository.registry, repository: repository.repository, reference: digest },
    summary: `${nameOf(repository)} does not say whether it has ${digest}.`,
    signal,
  });
  await answer.discard();
  return answer.status === 200;
}
