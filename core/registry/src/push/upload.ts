import { pushScope, type Requester } from '../http/requester.ts';
import { PassingProblem, withRetries } from '../http/retry.ts';
import { RegistryError } from '../registry-error.ts';
import { hasBlob, type PushBlobRequest } from './push-blob.ts';
import { checkContent } from './checked-content.ts';
import { aboutUpload, cancelUpload, findSession, locationOf, offsetOf, startUpload, type UploadSession } from './upload-session.ts';

/** Blobs up to this size are sent with the request that ends the upload. */
const smallBytes = 1 << 20;

/**
 * Sends a blob. After a broken connection the registry is asked what has arrived, and the rest is sent; attempts count from anew as long as
 * more arrives. The content is compared with its descriptor before the registry is told that it is complete.
 */
export async function upload(requester: Requester, request: PushBlobRequest): Promise<void> {
  const { repository, descriptor, signal } = request;
  const { digest, size } = descriptor;
  const about = aboutUpload(request);
  const checked = checkContent(request);
  let session: UploadSession | undefined;
  let isBroken = false;
  let isEnding = false;

  /** Finds out where to go on after something broke. */
  async function recover(): Promise<'done' | 'more' | 'nothing'> {
    const before = session?.offset ?? 0;
    // The answer to the last request may be lost although it was heard.
    if (isEnding && (await hasBlob(requester, { repository, digest, signal, forPush: true }))) return 'done';
    const found = session === undefined ? undefined : await findSession(requester, request, session);
    if (session !== undefined && found === undefined) await cancelUpload(requester, request, session);
    session = found;
    isBroken = false;
    isEnding = false;
    return (session?.offset ?? 0) > before ? 'more' : 'nothing';
  }

  async function begin(): Promise<UploadSession> {
    const started = await startUpload(requester, request, undefined);
    if (started === 'mounted') throw new RegistryError({ code: 'protocol', ...about.subject, summary: about.summary, status: 201, expected: 'an upload that begins (status 202)', found: 'status 201' });
    return started;
  }

  /** Sends the next part; true when the registry has everything. */
  async function step(): Promise<boolean> {
    session ??= await begin();
    try {
      if (session.offset === 0 && size <= Math.min(smallBytes, request.chunkBytes ?? smallBytes)) return await end(session, await checked.bytes());
      if (session.offset === size) return await end(session, new Uint8Array());
      session = await sendPart(session);
      return false;
    } catch (error) {
      if (!(error instanceof RegistryError) || !isPassing(error)) throw error;
      isBroken = true;
      throw new PassingProblem(error);
    }
  }

  async function sendPart(current: UploadSession): Promise<UploadSession> {
    const { offset } = current;
    const until = Math.min(size, offset + Math.max(request.chunkBytes ?? size, current.leastBytes));
    const isAll = offset === 0 && until === size;
    const answer = await requester.send({
      ...about,
      method: 'PATCH',
      to: current.location,
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(until - offset),
        // Registries that know no parts know no ranges either.
        ...(isAll ? {} : { 'content-range': `${offset}-${until - 1}` }),
      },
      body: () => checked.read(offset, until),
      scopes: pushScope(repository),
      expect: [201, 202, 204],
      repeat: false,
      answerMs: requester.timeouts.storeMs,
      signal,
    });
    await answer.discard();
    const location = answer.header('location') === undefined ? current.location : locationOf(requester, request, answer);
    const arrived = answer.header('range') === undefined ? until : offsetOf(answer);
    if (arrived === until || (arrived === undefined && until === 1)) return { ...current, location, offset: until };
    session = { ...current, location };
    throw new RegistryError({ code: 'unavailable', ...about.subject, summary: about.summary, expected: `${until} bytes at the registry`, found: `${arrived ?? 0} bytes` });
  }

  /** Ends the upload with its last bytes. */
  async function end(current: UploadSession, bytes: Uint8Array): Promise<true> {
    isEnding = true;
    const to = new URL(current.location);
    // What the registry has written into the address may be signed, so it stays as it is.
    to.search = `${to.search === '' ? '?' : `${to.search}&`}digest=${encodeURIComponent(digest)}`;
    const answer = await requester.send({
      ...about,
      method: 'PUT',
      to,
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
      scopes: pushScope(repository),
      expect: [201, 204],
      repeat: false,
      answerMs: requester.timeouts.storeMs,
      signal,
    });
    await answer.discard();
    const stored = answer.header('docker-content-digest');
    if (stored !== undefined && stored !== digest) throw new RegistryError({ code: 'corrupt', ...about.subject, summary: about.summary, expected: digest, found: stored });
    return true;
  }

  try {
    for (;;) {
      const isDone = await withRetries({ policy: requester.retries, clock: requester.clock, signal }, async () => {
        if (isBroken) {
          const found = await recover();
          if (found !== 'nothing') return found === 'done';
        }
        return step();
      });
      if (isDone) return;
    }
  } catch (error) {
    if (session !== undefined) await cancelUpload(requester, request, session);
    throw error;
  }
}

/** Whether an upload can go on or begin anew after this. A session that the registry has lost, and a part that it does not expect, are such. */
function isPassing({ code, status, registryCode }: RegistryError): boolean {
  return ['unreachable', 'timeout', 'unavailable', 'rate-limited'].includes(code) || status === 416 || status === 404 || registryCode === 'BLOB_UPLOAD_INVALID';
}

