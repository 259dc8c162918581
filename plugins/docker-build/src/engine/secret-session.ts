import { randomBytes } from 'node:crypto';
import { request as requestPlainly, type ClientRequest } from 'node:http';
import { performServerHandshake, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { request as requestEncrypted } from 'node:https';
import type { Socket } from 'node:net';
import { failureOf } from '../errors.ts';
import { connectionFailure, endpointName } from './connection-failure.ts';
import type { Endpoint } from './endpoint.ts';
import { CHECK_HEALTH, decodeSecretRequest, encodeFrame, encodeSecret, GET_SECRET, HEALTHY } from './secret-messages.ts';

// Secrets for a build in BuildKit. They are no part of the request: the engine asks for one when a step needs it, over a connection that this side opens and
// then answers as a server of HTTP/2, and keeps them in memory. Format: Docker Engine API, Session (an upgrade to `h2c`), as BuildKit's session package uses it.

export interface SecretSession {
  /** The parameter `session` of the build. */
  readonly id: string;
  close(): void;
}

export interface SecretSessionRequest {
  readonly endpoint: Endpoint;
  /** Exact bytes by id. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal;
}

/** Opens the connection; it ends with the signal, or when it is closed. */
export async function openSecretSession({ endpoint, secrets, signal }: SecretSessionRequest): Promise<SecretSession> {
  signal.throwIfAborted();
  const id = randomBytes(16).toString('hex');
  const socket = await upgrade(endpoint, id, signal);
  const session = performServerHandshake(socket);
  const close = (): void => {
    signal.removeEventListener('abort', close);
    session.destroy();
    socket.destroy();
  };
  signal.addEventListener('abort', close, { once: true });
  // The engine hangs up when the build is over; what went wrong before, the build tells.
  session.on('error', close);
  serve(session, secrets);
  return { id, close };
}

async function upgrade(endpoint: Endpoint, id: string, signal: AbortSignal): Promise<Socket> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'h2c',
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'cos',
    'X-Docker-Expose-Session-Sharedkey': '',
    'X-Docker-Expose-Session-Grpc-Method': [GET_SECRET, CHECK_HEALTH],
  };
  const options = { method: 'POST', path: '/session', headers, signal };
  return new Promise((resolve, reject) => {
    const request = startRequest(endpoint, options);
    request.once('upgrade', (_response, socket: Socket, head) => {
      // The engine may begin to ask at once.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response) => {
      response.resume();
      reject(failureOf('COS_DOCKER_NO_BUILDKIT', `The container engine at ${endpointName(endpoint)} takes no secrets: it refuses a session (status ${response.statusCode}).`));
    });
    request.once('error', (error) => reject(signal.aborted ? signal.reason : connectionFailure(error, endpoint)));
    request.end();
  });
}

function startRequest(endpoint: Endpoint, options: Parameters<typeof requestPlainly>[1] & object): ClientRequest {
  if (endpoint.kind === 'socket') return requestPlainly({ ...options, socketPath: endpoint.path });
  const { host, port, tls } = endpoint;
  return tls === undefined ? requestPlainly({ ...options, host, port }) : requestEncrypted({ ...options, host, port, ca: tls.ca, cert: tls.cert, key: tls.key });
}

function serve(session: ServerHttp2Session, secrets: ReadonlyMap<string, Uint8Array>): void {
  session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    // Of a request that is broken off nobody wants the answer.
    stream.on('error', () => undefined);
    stream.on('data', (piece: Uint8Array) => {
      size += piece.length;
      if (size > MAX_REQUEST) stream.close();
      else pieces.push(piece);
    });
    stream.on('end', () => {
      const { status, message } = answerTo(String(headers[':path']), Buffer.concat(pieces), secrets);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
      stream.end(message === undefined ? undefined : encodeFrame(message));
    });
  });
}

/** Statuses of gRPC. */
const status = { ok: 0, invalid: 3, notFound: 5, unimplemented: 12 } as const;

function answerTo(path: string, frame: Uint8Array, secrets: ReadonlyMap<string, Uint8Array>): { readonly status: number; readonly message?: Uint8Array } {
  if (path === CHECK_HEALTH) return { status: status.ok, message: HEALTHY };
  if (path !== GET_SECRET) return { status: status.unimplemented };
  const id = decodeSecretRequest(frame);
  if (id === undefined) return { status: status.invalid };
  const secret = secrets.get(id);
  return secret === undefined ? { status: status.notFound } : { status: status.ok, message: encodeSecret(secret) };
}

const MAX_REQUEST = 64 * 1024;
