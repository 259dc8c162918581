import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { problemOf } from './connection-problem.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to one address, without credentials of its own, without redirects, without repetition. */
export interface Exchange {
  readonly method: Method;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** Milliseconds until the answer must begin, where it may take longer than usual. */
  readonly answerMs?: number;
}

export interface Answer {
  readonly url: URL;
  readonly status: number;
  /** The value of a header, by its name in lower case; several are joined by commas. */
  readonly header: (name: string) => string | undefined;
  /** Read once; throws a connection problem. An answer whose body is not read must be discarded. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly discard: () => Promise<void>;
}

export interface Transport {
  /** Throws a connection problem where no answer comes. */
  readonly exchange: (exchange: Exchange) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** Finds connections for an address; made lazily, since undici costs time to load. */
export interface Connections {
  readonly find: (url: URL) => Promise<Dispatcher>;
  readonly close: () => Promise<void>;
}

/** The longest that is waited for the end of an answer that nobody reads. */
const discardMs = 2000;

export function createTransport(connections: Connections): Transport {
  return {
    async exchange({ method, url, headers, body, signal, answerMs }) {
      const [dispatcher, { request }] = await Promise.all([connections.find(url), import('undici')]);
      signal.throwIfAborted();
      let answer;
      try {
        answer = await request(url, {
          dispatcher,
          method,
          headers: { ...headers },
          signal,
          ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : Readable.from(body, { objectMode: false, highWaterMark: 1 << 20 }) }),
          ...(answerMs === undefined ? {} : { headersTimeout: answerMs }),
        });
      } catch (error) {
        signal.throwIfAborted();
        throw problemOf(error, url);
      }
      const { statusCode, headers: found, body: stream } = answer;
      return {
        url,
        status: statusCode,
        header(name) {
          const value = Object.hasOwn(found, name) ? found[name] : undefined;
          return Array.isArray(value) ? value.join(', ') : value;
        },
        body: readBody(stream, url, signal),
        async discard() {
          try {
            // Read to its end where it is short, so that the connection is used again.
            await stream.dump({ limit: 65_536, signal: AbortSignal.any([signal, AbortSignal.timeout(discardMs)]) });
          } catch {
            signal.throwIfAborted();
            // What is thrown away may break, or not end: nobody waits for it.
            stream.destroy();
          }
        },
      };
    },
    close: () => connections.close(),
  };
}

async function* readBody(stream: Readable, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    signal.throwIfAborted();
    throw problemOf(error, url);
  }
}
