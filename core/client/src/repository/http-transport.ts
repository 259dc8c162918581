import { ClientError, reasonOf } from '../client-error.ts';
import { checkObjectName, verifyBeside, type Transport } from './transport.ts';

export interface HttpTransportOptions {
  /** `http://` or `https://`; objects are files below it. */
  readonly url: string;
  /** Value of the header Authorization, sent to this host alone. Default: none. */
  readonly authorization?: string;
  /** Milliseconds without an answer or without a byte after which a request ends; default 30,000. */
  readonly timeout?: number;
  /** How often a request that may succeed the next time is made again; default 3. */
  readonly retries?: number;
  /** Waits between two attempts; default: a real clock. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** A repository behind a web server. What breaks off in the middle goes on where it stopped, if the server has ranges and the file is still the same. */
export function httpTransport(options: HttpTransportOptions): Transport {
  const base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
  const place = `${base.protocol}//${base.host}${base.pathname}`;
  const headers = new Headers(options.authorization === undefined ? {} : { authorization: options.authorization });
  const { timeout = 30_000, retries = 3, wait = waitReally } = options;

  async function* read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const url = new URL(encodeURIComponent(checkObjectName(name, place)), base);
    let received = 0;
    let tag: string | undefined;
    for (let attempt = 0; ; attempt += 1) {
      const watch = new AbortController();
      const both = AbortSignal.any([signal, watch.signal]);
      const timer = setTimeout(() => watch.abort(new Error(`no answer within ${timeout} ms`)), timeout);
      try {
        const range = received === 0 ? {} : { range: `bytes=${received}-`, ...(tag === undefined ? {} : { 'if-range': tag }) };
        const response = await fetch(url, { headers: { ...Object.fromEntries(headers), ...range, 'accept-encoding': 'identity' }, signal: both, redirect: 'follow' });
        if (response.status === 404 || response.status === 410) throw new ClientError('not-found', `The repository ${place} has no file ${name}.`);
        if (!response.ok) throw new HttpFailure(response.status);
        if (response.body === null) throw new HttpFailure(response.status);
        // The server has no ranges, or the file is another one by now: what was given before cannot be taken back.
        if (received > 0 && response.status !== 206) throw new ClientError('unreachable', `The transfer of ${url.href} broke off after ${received} bytes and cannot go on.`, { hint: 'Try again.' });
        tag ??= response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined;
        for await (const chunk of response.body) {
          timer.refresh();
          received += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ClientError) throw error;
        const mayPass = !(error instanceof HttpFailure) || error.status === 429 || error.status >= 500;
        if (!mayPass || attempt >= retries) throw unreachable(url, error);
        await wait(500 * 2 ** attempt, signal);
      } finally {
        clearTimeout(timer);
        watch.abort();
      }
    }
  }
  return { place, keepsArchives: true, read, readPackage: ({ path }, signal) => read(path, signal), verify: (name, bytes, { keys }, signal) => verifyBeside({ place, read }, { name, bytes, keys, signal }) };
}

class HttpFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the server answers ${status}`);
    this.status = status;
  }
}

function unreachable(url: URL, error: unknown): ClientError {
  // The library says only "fetch failed"; the reason is below it.
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : reasonOf(error);
  return new ClientError('unreachable', `${url.origin}${url.pathname} cannot be read: ${reason}.`, { cause: error });
}

async function waitReally(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}
