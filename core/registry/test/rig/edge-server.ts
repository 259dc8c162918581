import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface EdgeServer extends AsyncDisposable {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  /** Requests in the order of their arrival. */
  readonly seen: readonly Seen[];
  readonly close: () => Promise<void>;
}

type Answerer = (request: IncomingMessage, response: ServerResponse, count: number) => unknown;

/** A server that answers as a test says. `count` is how many requests of the same method and address came before. */
export async function startEdge(answer: Answerer, { address = '127.0.0.1' }: { readonly address?: string } = {}): Promise<EdgeServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const count = seen.filter((each) => each.method === method && each.url === url).length;
    seen.push({ method, url, headers });
    answer(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  return { host: `${address.includes(':') ? `[${address}]` : address}:${port}`, seen, close, [Symbol.asyncDispose]: close };
}

export interface Forwarding {
  /** Where to. */
  readonly host: string;
  /** Breaks the connection when so much of the body went through. */
  readonly takeBytes?: number;
  /** Headers that the answer gets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Done when the registry has answered, before the answer goes back. */
  readonly before?: () => Promise<unknown>;
}

/** Lets a request through to a registry and its answer back. */
export function forward(request: IncomingMessage, response: ServerResponse, { host, takeBytes, headers = {}, before = async () => {} }: Forwarding): void {
  const [hostname = '', port] = host.split(':');
  const onward = send({ hostname, port, method: request.method, path: request.url, headers: { ...request.headers } }, (answer) => {
    void before().then(() => {
      response.writeHead(answer.statusCode ?? 0, { ...answer.headers, ...headers });
      answer.pipe(response);
    });
  });
  onward.on('error', () => response.destroy());
  if (takeBytes === undefined) {
    request.pipe(onward);
    return;
  }
  let taken = 0;
  request.on('data', (piece: Buffer) => {
    onward.write(piece.subarray(0, takeBytes - taken));
    taken += piece.length;
    if (taken < takeBytes) return;
    // What was written has to arrive before the connection breaks.
    request.pause();
    setTimeout(() => {
      onward.destroy();
      request.socket.destroy();
    }, 200);
  });
}

/** The body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}
