import { startDigest } from '../digest.ts';
import { pullScope, nameOf, type Requester } from '../http/requester.ts';
import { ConnectionProblem } from '../http/connection-problem.ts';
import { PassingProblem, withRetries } from '../http/retry.ts';
import type { Answer } from '../http/transport.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { RegistryError } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';

export interface PullBlobRequest {
  readonly repository: Repository;
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a blob. The last piece comes only after size and digest of everything are verified, so whoever has all of it has the right bytes.
 * A connection that breaks is taken up where it broke.
 */
export async function* pullBlob(requester: Requester, { repository, descriptor: { digest, size }, signal }: PullBlobRequest): AsyncGenerator<Uint8Array> {
  const subject = { registry: repository.registry, repository: repository.repository, reference: digest };
  const summary = `The blob ${digest} of ${nameOf(repository)} cannot be read.`;
  const running = startDigest(digest);
  let received = 0;
  let held: Uint8Array | undefined;
  let pieces: AsyncIterator<Uint8Array> | undefined;
  let hasStarted = false;

  /** The next piece, on a new connection where there is none; undefined at the end. */
  async function next(): Promise<Uint8Array | undefined> {
    return withRetries({ policy: requester.retries, clock: requester.clock, signal }, async () => {
      try {
        pieces ??= (await open(requester, { repository, digest, from: received, size, subject, summary, signal }))[Symbol.asyncIterator]();
        hasStarted = true;
        const { done, value } = await pieces.next();
        if (done !== true) return value;
        if (received < size) throw new ConnectionProblem({ code: 'corrupt', found: `${received} bytes`, mayPass: true, cause: undefined });
        return undefined;
      } catch (error) {
        signal.throwIfAborted();
        pieces = undefined;
        if (!(error instanceof ConnectionProblem)) throw error;
        // Everything is there; only the end of the answer is not.
        if (hasStarted && received === size) return undefined;
        const problem = new RegistryError({ code: error.code, ...subject, summary, expected: `${size} bytes`, found: received === 0 ? error.found : `${error.found} after ${received} bytes`, ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
        throw error.mayPass ? new PassingProblem(problem) : problem;
      }
    });
  }

  try {
    for (;;) {
      const piece = await next();
      if (piece === undefined) break;
      if (piece.length === 0) continue;
      received += piece.length;
      if (received > size) throw corrupt(`${size} bytes`, 'more');
      running.update(piece);
      if (held !== undefined) yield held;
      held = piece;
    }
  } finally {
    await pieces?.return?.();
  }
  const found = running.end();
  if (found !== digest) throw corrupt(digest, found);
  if (held !== undefined) yield held;

  function corrupt(expected: string, what: string): RegistryError {
    return new RegistryError({ code: 'corrupt', ...subject, summary: `The blob ${digest} of ${nameOf(repository)} is not what its descriptor says.`, expected, found: what });
  }
}

interface Opening {
  readonly repository: Repository;
  readonly digest: string;
  readonly from: number;
  readonly size: number;
  readonly subject: { readonly registry: string; readonly repository: string; readonly reference: string };
  readonly summary: string;
  readonly signal: AbortSignal;
}

/** The bytes from an offset on; a registry that knows no ranges sends everything again, of which the start is passed over. */
async function open(requester: Requester, { repository, digest, from, size, subject, summary, signal }: Opening): Promise<AsyncIterable<Uint8Array>> {
  const answer = await requester.send({
    repository,
    method: 'GET',
    to: `blobs/${digest}`,
    scopes: pullScope(repository),
    headers: from === 0 ? {} : { range: `bytes=${from}-` },
    expect: from === 0 ? [200] : [200, 206, 416],
    subject,
    summary,
    signal,
  });
  if (answer.status === 200) {
    const announced = answer.header('content-length');
    if (announced !== undefined && Number(announced) !== size) {
      await answer.discard();
      throw new RegistryError({ code: 'corrupt', ...subject, summary, expected: `${size} bytes`, found: `${announced} bytes` });
    }
    return skip(answer.body, from);
  }
  if (answer.status === 416) {
    await answer.discard();
    throw new RegistryError({ code: 'corrupt', ...subject, summary, status: 416, expected: `${size} bytes`, found: `${from} bytes` });
  }
  const range = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '');
  if (Number(range?.[1] ?? -1) !== from) {
    await answer.discard();
    throw new RegistryError({ code: 'protocol', ...subject, summary, status: 206, expected: `the bytes from ${from} on`, found: answer.header('content-range') ?? 'no range' });
  }
  return answer.body;
}

async function* skip(body: Answer['body'], count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of body) {
    if (piece.length > left) yield left === 0 ? piece : piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
