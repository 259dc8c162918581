import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createClient, EngineError, type EngineClient } from '../../src/engine/client.ts';

const { signal } = new AbortController();

/** An engine that answers as it is told; the client that asks it, and its socket. */
async function startEngine(answer: RequestListener): Promise<{ readonly client: EngineClient; readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-question-'));
  const socket = join(folder, 'engine.sock');
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { client: createClient({ kind: 'socket', path: socket, origin: 'a test' }), socket };
}

test('a question has its query and its JSON, and the answer is JSON', async () => {
  const { client } = await startEngine((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => response.writeHead(201).end(JSON.stringify({ url: request.url, type: request.headers['content-type'], body })));
  });
  expect(await client.ask({ method: 'POST', path: '/containers/create', query: { name: 'a b', platform: undefined }, json: { Image: 'ä' }, signal })).toEqual({ url: '/containers/create?name=a+b', type: 'application/json', body: '{"Image":"ä"}' });
  expect(await client.ask({ method: 'GET', path: '/version', signal })).toEqual({ url: '/version', body: '' });
});

test('a refusal has the status and the sentence of the engine, whatever form it has', async () => {
  const { client } = await startEngine((request, response) => {
    if (request.url === '/json') response.writeHead(409).end('{"message":"it is in use"}');
    else if (request.url === '/text') response.writeHead(500).end('out of order\n');
    else response.writeHead(404).end('{"message":"no such image"}');
  });
  const refusal = async (path: string): Promise<unknown> => client.ask({ method: 'GET', path, signal }).catch((error: unknown) => (error instanceof EngineError ? error.refusal : error));
  expect(await refusal('/json')).toEqual({ status: 409, message: 'it is in use' });
  expect(await refusal('/text')).toEqual({ status: 500, message: 'out of order' });
  expect(await refusal('/none')).toEqual({ status: 404, message: 'no such image' });
  expect(await client.find({ method: 'GET', path: '/none', signal })).toBeUndefined();
});

test.each(['before the answer', 'within the answer'])('a question ends with its signal, %s', async (when) => {
  const asked = Promise.withResolvers<void>();
  const { client } = await startEngine((_, response) => {
    if (when === 'within the answer') response.write('{"a":');
    asked.resolve();
  });
  const controller = new AbortController();
  const answer = client.ask({ method: 'GET', path: '/events', signal: controller.signal });
  await asked.promise;
  controller.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
});

test('an engine that hangs up within its answer broke off', async () => {
  const { client } = await startEngine((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":', () => response.destroy());
  });
  await expect(client.ask({ method: 'GET', path: '/info', signal })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_ENGINE_FAILED' }] });
});

test('a question loads no library', async () => {
  const { socket } = await startEngine((_, response) => void response.end('{}'));
  const program = `
    import { createRequire } from 'node:module';
    const { createClient } = await import(${JSON.stringify(new URL('../../src/engine/client.ts', import.meta.url).href)});
    await createClient({ kind: 'socket', path: ${JSON.stringify(socket)}, origin: 'a test' }).ask({ method: 'GET', path: '/info', signal: AbortSignal.timeout(10_000) });
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache).filter((path) => /node_modules/.test(path))));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--input-type=module', '--eval', program], { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual([]);
});
