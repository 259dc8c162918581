import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { callVariable, type ContainerCall } from './container-call.ts';
import { splitStreams } from './split-streams.ts';

// A program of its own: runs a command in a new container with the standard streams and the exit status of the command, and removes the container whatever
// way it ends. It needs nothing but Node, because it is started for every call of a tool. Format: Docker Engine API, which Podman speaks, too.

/** The status that says that the command could not be run. */
const notRun = 125;

const call: ContainerCall = JSON.parse(process.env[callVariable] ?? '{}');
let container: string | undefined;
let ended: NodeJS.Signals | undefined;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    ended ??= signal;
    void remove().finally(() => process.exit(143));
  });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (ended === undefined) process.stderr.write(`The container engine could not run it: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = notRun;
} finally {
  await remove();
}

async function run(command: readonly string[]): Promise<number> {
  const created = await ask('POST', '/containers/create', { ...call.container, Cmd: command });
  if (!isRecord(created) || typeof created['Id'] !== 'string') throw new Error('it made a container without an id');
  container = created['Id'];
  const stream = await attach(container);
  await ask('POST', `/containers/${container}/start`);
  process.stdin.on('error', () => stream.end());
  // A command that ends without reading everything closes its side first.
  stream.on('error', () => undefined);
  process.stdin.pipe(stream);
  await splitStreams(stream, process.stdout, process.stderr);
  process.stdin.unpipe(stream);
  process.stdin.destroy();
  const answer = await ask('POST', `/containers/${container}/wait`);
  if (!isRecord(answer) || typeof answer['StatusCode'] !== 'number') throw new Error('it does not say how the command ended');
  return answer['StatusCode'];
}

async function remove(): Promise<void> {
  const id = container;
  container = undefined;
  if (id === undefined) return;
  // A container that is gone already is as it should be; one that stays carries the identity of the run and is removed by the next.
  await ask('DELETE', `/containers/${id}?force=1&v=1`).catch(() => undefined);
}

/** A connection that has both directions of the command's streams. */
function attach(id: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const request = open('POST', `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`, { Connection: 'Upgrade', Upgrade: 'tcp' });
    request.on('upgrade', (_response, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.on('response', (response) => void textOf(response).then((text) => reject(new Error(messageOf(response, text))), reject));
    request.on('error', reject);
    request.end();
  });
}

function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const request = open(method, path, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    request.on('error', reject);
    request.on('response', (response) => {
      textOf(response).then((answer) => {
        if ((response.statusCode ?? 500) >= 400) reject(new Error(messageOf(response, answer)));
        else resolve(answer === '' ? undefined : JSON.parse(answer));
      }).catch(reject);
    });
    request.end(text);
  });
}

function open(method: string, path: string, headers: Readonly<Record<string, string | number>>): ReturnType<typeof plainRequest> {
  const { engine } = call;
  const common: RequestOptions = { method, path, headers: { Host: 'engine', ...headers }, agent: false };
  if ('socketPath' in engine) return plainRequest({ ...common, socketPath: engine.socketPath });
  const { host, port, tls } = engine;
  return tls === undefined ? plainRequest({ ...common, host, port }) : tlsRequest({ ...common, host, port, servername: host, ...tls });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function messageOf({ statusCode }: IncomingMessage, text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    if (isRecord(answer) && typeof answer['message'] === 'string') return answer['message'];
  } catch {
    // Not JSON: shown as it is.
  }
  return `it answered ${statusCode ?? 'nothing'}: ${text.trim().slice(0, 500)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
