import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A request to build an image, as the engine got it. */
export interface EngineBuild {
  /** Name of the Dockerfile in the context: `top-t-1.0-builder.dockerfile`. */
  readonly dockerfile: string;
  /** False when the engine was told to do every instruction anew. */
  readonly usesCache: boolean;
}

export interface EngineProxy extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Builds since the last call, in the order in which they began. */
  takeBuilds(): readonly EngineBuild[];
}

const hostEngine = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');

/** An engine behind a socket that counts what it is asked to build; default that of this host. */
export async function startEngineProxy(engine = hostEngine): Promise<EngineProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-proxy-'));
  const socket = join(folder, 's');
  let builds: EngineBuild[] = [];
  const note = (message: IncomingMessage): void => {
    const url = new URL(message.url ?? '/', 'http://engine');
    if (message.method !== 'POST' || !/^(?:\/v[\d.]+)?\/build$/.test(url.pathname)) return;
    builds.push({ dockerfile: url.searchParams.get('dockerfile') ?? '', usesCache: url.searchParams.get('nocache') !== '1' });
  };
  const server = createServer((incoming, outgoing) => {
    note(incoming);
    const forwarded = request({ socketPath: engine, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  // What is no plain request any more (sessions of newer builders) is passed on byte by byte.
  server.on('upgrade', (message, client, head) => {
    const upstream = connect(engine, () => {
      const headers = message.rawHeaders.flatMap((_, index, all) => (index % 2 === 0 ? [`${all[index]}: ${all[index + 1]}`] : []));
      upstream.write(`${message.method} ${message.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    takeBuilds: () => {
      const taken = builds;
      builds = [];
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
