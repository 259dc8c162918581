import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { failureOf } from '../errors.ts';
import { connectionFailure, endpointName, plainTextFailure } from './connection-failure.ts';
import { download, DownloadRefused } from './download.ts';
import type { Endpoint } from './endpoint.ts';
import { askOnSocket, QuestionRefused } from './socket-question.ts';

// The door to the engine's HTTP API. The library is loaded when the first request needs it, never before, because it is heavy: what is small goes to a socket
// of this host without it. Every request ends on the signal that it is given, streams included, which the library's own methods do not all offer.

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Path below the API's root, encoded. */
  readonly path: string;
  /** Undefined values are left out, lists are given item by item. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** A tar stream. */
  readonly body?: Readable;
  /** The body as a JSON object that is not empty, in place of `body`. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** For the registry: base64 of the credentials' JSON. */
  readonly registryAuth?: string;
  readonly signal: AbortSignal;
}

/** What the engine answered when it refused: for errors only. */
export interface EngineRefusal {
  readonly status: number;
  readonly message: string;
}

export interface EngineClient {
  readonly endpoint: Endpoint;
  /** A JSON answer; undefined when the engine answers 404. */
  find(request: EngineRequest): Promise<unknown>;
  /** A JSON answer. Throws an {@link EngineError} when the engine refuses. */
  ask(request: EngineRequest): Promise<unknown>;
  /** The body as it comes. Whoever does not read it to its end leaves the loop, which ends the request. */
  stream(request: EngineRequest): Promise<AsyncIterable<Uint8Array>>;
  /** A large body, asked for when it is read. Each piece is valid until the next is asked for. */
  download(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The engine refused a request. Internal: whoever asks maps it to a failure that a user understands. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly refusal: EngineRefusal;

  constructor(refusal: EngineRefusal) {
    super(`the engine answered ${refusal.status}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

export function createClient(endpoint: Endpoint): EngineClient {
  let loaded: Promise<Dockerode> | undefined;
  const modem = async (): Promise<Dockerode['modem']> => {
    loaded ??= loadEngine(endpoint);
    return (await loaded).modem;
  };
  const dial = async (request: EngineRequest, isStream: boolean): Promise<unknown> => {
    request.signal.throwIfAborted();
    const engine = await modem();
    return new Promise((resolve, reject) => {
      engine.dial(
        {
          // A question mark at the end would be cut off by the library together with a character of the path.
          path: withQuery(request).replace(/(?<=\?.*)$/, '&'),
          method: request.method,
          ...(request.body === undefined ? {} : { file: request.body }),
          ...(request.json === undefined ? {} : { options: { _body: request.json, _query: {} } }),
          ...(request.registryAuth === undefined ? {} : { authconfig: { base64: request.registryAuth } }),
          abortSignal: request.signal,
          isStream,
          statusCodes: { 200: true, 201: true, 204: true, 304: true },
        },
        (error: unknown, answer: unknown) => {
          // The library gives null for "no error".
          if (error === null || error === undefined) resolve(answer);
          else reject(explain(error, endpoint, request.signal));
        },
      );
    });
  };
  const ask = async (request: EngineRequest): Promise<unknown> => {
    const { method, json, signal, body, registryAuth } = request;
    if (endpoint.kind !== 'socket' || body !== undefined || registryAuth !== undefined) return dial(request, false);
    signal.throwIfAborted();
    try {
      return await askOnSocket({ socket: endpoint.path, method, path: withQuery(request), json, signal });
    } catch (error) {
      throw error instanceof QuestionRefused ? (plainTextFailure(error.message, endpoint) ?? new EngineError({ status: error.status, message: error.message })) : explain(error, endpoint, signal);
    }
  };
  // With `isStream` the library answers with the response itself.
  const stream = async (request: EngineRequest): Promise<AsyncIterable<Uint8Array>> => guard((await dial(request, true)) as Readable, endpoint, request.signal);
  return {
    endpoint,
    ask,
    find: async (request) => {
      try {
        return await ask(request);
      } catch (error) {
        if (error instanceof EngineError && error.refusal.status === 404) return undefined;
        throw error;
      }
    },
    stream,
    async *download(path, signal) {
      if (endpoint.kind !== 'socket') {
        yield* await stream({ method: 'GET', path, signal });
        return;
      }
      try {
        yield* download({ socket: endpoint.path, path, signal });
      } catch (error) {
        if (error instanceof DownloadRefused) throw new EngineError({ status: error.status, message: refusalOf(error.body) });
        throw explain(error, endpoint, signal);
      }
    },
  };
}

/** A body whose errors are explained, too. */
async function* guard(body: Readable, endpoint: Endpoint, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw explain(error, endpoint, signal);
  } finally {
    body.destroy();
  }
}

async function loadEngine(endpoint: Endpoint): Promise<Dockerode> {
  const { default: Engine } = await import('dockerode');
  // Each field is given, because the library fills what is missing from the environment of the process.
  if (endpoint.kind === 'socket') return new Engine({ socketPath: endpoint.path, host: undefined, port: undefined, protocol: 'http' });
  const { tls } = endpoint;
  try {
    return new Engine({ host: endpoint.host, port: endpoint.port, protocol: tls === undefined ? 'http' : 'https', ca: tls?.ca, cert: tls?.cert, key: tls?.key });
  } catch (cause) {
    // It reads the files that DOCKER_CERT_PATH names once more, and wants all three.
    throw failureOf('COS_DOCKER_TLS', `The certificates for the engine at ${endpointName(endpoint)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

function withQuery({ path, query = {} }: EngineRequest): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const item of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, item);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Turns what the library throws into a refusal of the engine or into a failure that says why there was no answer. */
function explain(error: unknown, endpoint: Endpoint, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof Error)) return error;
  if ('statusCode' in error && typeof error.statusCode === 'number') return plainTextFailure(messageOf(error), endpoint) ?? new EngineError({ status: error.statusCode, message: messageOf(error) });
  return connectionFailure(error, endpoint);
}

/** The engine's own sentence, which the library wraps in "(HTTP code …) … - …". */
function messageOf(error: Error): string {
  return error.message.replace(/^\(HTTP code \d+\) .*? - /s, '').trim();
}

/** The engine's own sentence in a JSON body. */
function refusalOf(body: string): string {
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
}
