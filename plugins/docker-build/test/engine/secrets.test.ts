import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTar } from '@cos/archive';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addContextSecrets } from '../../src/engine/context-secrets.ts';
import { handSecrets } from '../../src/engine/hand-secrets.ts';
import { CHECK_HEALTH, decodeSecretRequest, encodeFrame, encodeSecret, GET_SECRET } from '../../src/engine/secret-messages.ts';
import { openSecretSession } from '../../src/engine/secret-session.ts';
import { connect, never } from '../rig/engine.ts';

describe('messages about secrets', () => {
  const request = (id: string): Buffer => Buffer.concat([Buffer.of(0x0a, Buffer.byteLength(id)), Buffer.from(id)]);

  it('have the id, whatever stands beside it', () => {
    expect(decodeSecretRequest(encodeFrame(request('token')))).toBe('token');
    expect(decodeSecretRequest(encodeFrame(Buffer.concat([Buffer.of(0x12, 2, 0x0a, 0), request('a')])))).toBe('a');
    expect(decodeSecretRequest(encodeFrame(Buffer.alloc(0)))).toBeUndefined();
  });

  it('are none when they are cut off or something else, and never an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void decodeSecretRequest(bytes)));
    const whole = encodeFrame(request('token'));
    for (let length = 0; length < whole.length; length++) expect(decodeSecretRequest(whole.subarray(0, length))).toBeUndefined();
  });

  it('carry any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const message = Buffer.from(encodeSecret(data));
        const head = data.length < 128 ? 2 : 3;
        expect([message[0], message.subarray(head).equals(Buffer.from(data))]).toEqual([0x0a, true]);
      }),
    );
  });
});

describe('a session for secrets', () => {
  let folder: string;
  let socket: string;
  let server: Server;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cos-session-'));
    socket = join(folder, 'engine.sock');
    server = createServer((_, response) => response.writeHead(404).end());
    server.listen(socket);
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const endpoint = (): { kind: 'socket'; path: string; origin: string } => ({ kind: 'socket', path: socket, origin: 'the test' });

  it('answers what the engine asks for, and nothing else', async () => {
    const upgraded = new Promise<Duplex>((resolve) => server.once('upgrade', (request, stream) => {
      expect(request.headers).toMatchObject({ upgrade: 'h2c', 'x-docker-expose-session-grpc-method': `${GET_SECRET}, ${CHECK_HEALTH}` });
      stream.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      resolve(stream);
    }));
    const session = await openSecretSession({ endpoint: endpoint(), secrets: new Map([['token', Buffer.from('value')]]), signal: never });
    expect(session.id).toMatch(/^[0-9a-f]{32}$/);
    const stream = await upgraded;
    const engine = connectHttp2('http://engine', { createConnection: () => stream });
    const ask = async (path: string, body: Uint8Array): Promise<readonly [string | undefined, string]> => {
      const call = engine.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
      const pieces: Buffer[] = [];
      let status: string | undefined;
      call.on('trailers', (trailers) => (status = String(trailers['grpc-status'])));
      call.on('data', (piece: Buffer) => pieces.push(piece));
      call.end(body);
      await once(call, 'close');
      return [status, Buffer.concat(pieces).toString('latin1')];
    };
    const request = (id: string): Uint8Array => encodeFrame(Buffer.concat([Buffer.of(0x0a, id.length), Buffer.from(id)]));
    expect(await ask(GET_SECRET, request('token'))).toEqual(['0', '\0\0\0\0\x07\n\x05value']);
    expect(await ask(GET_SECRET, request('other'))).toEqual(['5', '']);
    expect(await ask(GET_SECRET, Buffer.from('x'))).toEqual(['3', '']);
    expect(await ask(CHECK_HEALTH, encodeFrame(Buffer.alloc(0)))).toEqual(['0', '\0\0\0\0\x02\b\x01']);
    expect(await ask('/moby.filesync.v1.FileSync/DiffCopy', encodeFrame(Buffer.alloc(0)))).toEqual(['12', '']);
    engine.on('error', () => undefined);
    session.close();
    await once(engine, 'close');
  });

  it('is refused by an engine that knows none, and ends with its signal', async () => {
    await expect(openSecretSession({ endpoint: endpoint(), secrets: new Map(), signal: never })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_NO_BUILDKIT' }] });
    await expect(openSecretSession({ endpoint: endpoint(), secrets: new Map(), signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
    const gone = { ...endpoint(), path: join(folder, 'gone.sock') };
    await expect(openSecretSession({ endpoint: gone, secrets: new Map(), signal: never })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_ENGINE_UNREACHABLE' }] });
  });
});

describe('secrets for Podman', () => {
  async function* empty(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1024);
  }

  it('stand before the context, under names that nobody else has', async () => {
    const { query, context } = addContextSecrets(empty(), new Map([['a', Buffer.from('x')], ['b', Buffer.alloc(1024, 1)]]));
    const names: string[] = [];
    for await (const { path, size, mode } of readTar(context)) names.push(`${path} ${size} ${mode.toString(8)}`);
    expect(names).toEqual([expect.stringMatching(/^\.cos-secret-[0-9a-f]{32} 1 600$/), expect.stringMatching(/^\.cos-secret-[0-9a-f]{32} 1024 600$/)]);
    expect(JSON.parse(query)).toEqual(names.map((name, index) => `id=${index === 0 ? 'a' : 'b'},src=${name.split(' ')[0]}`));
  });

  it.each(['4.2.1', '3.4.4', ''])('are refused with version %j, which may leave them in the image', async (version) => {
    const request = { subject: 'x', steps: [], dockerfileName: 'd', context: empty(), tag: 'x', network: 'none', buildArgs: {}, secrets: new Map([['a', Buffer.from('x')]]), onLine: () => undefined, signal: never } as const;
    await expect(handSecrets(await connect(), request, { name: 'podman', version })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_NO_MOUNTS' }] });
  });
});
