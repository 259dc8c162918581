import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRegistry, mediaTypes } from '../../src/index.ts';
import { startEdge } from '../rig/edge-server.ts';
import { describe as descriptorOf, json } from '../rig/image.ts';
import { patientClock } from '../rig/patient-clock.ts';

const manifest = json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] });
const { digest } = descriptorOf(manifest, mediaTypes.ociIndex);

function giveManifest(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'docker-content-digest': digest, 'content-length': manifest.length }).end(manifest);
}

describe('a request', () => {
  it.each([408, 429, 500, 502, 503, 504])('is repeated after status %d, each time after a longer wait', async (status) => {
    await using server = await startEdge((request, response, count) => (count < 3 ? void response.writeHead(status).end() : giveManifest(request, response)));
    const clock = patientClock({ random: 0.5 });
    const registry = createRegistry({ clock });
    expect(await registry.resolve(`${server.host}/x:1`)).toMatchObject({ digest });
    expect(clock.waits).toEqual([187.5, 375, 750]);
  });

  it.each([400, 403, 405, 413, 501])('is not repeated after status %d', async (status) => {
    await using server = await startEdge((_, response) => void response.writeHead(status).end());
    const clock = patientClock();
    await expect(createRegistry({ clock }).manifest(`${server.host}/x:1`)).rejects.toMatchObject({ status });
    expect(clock.waits).toEqual([]);
  });

  it('is repeated after a broken connection, also in the middle of an answer', async () => {
    await using server = await startEdge((request, response, count) => {
      if (count === 0) return request.socket.resetAndDestroy();
      if (count === 1) return response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': manifest.length }).write(manifest.subarray(0, 5), () => response.destroy());
      return giveManifest(request, response);
    });
    const clock = patientClock();
    expect((await createRegistry({ clock }).manifest(`${server.host}/x:1`)).bytes).toEqual(Buffer.from(manifest));
    expect(clock.waits).toHaveLength(2);
  });

  it('is repeated so many times, then the last problem is told with what the registry says', async () => {
    await using server = await startEdge((_, response) => void response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code: 'UNAVAILABLE', message: 'the store\n is\u0007 down' }] })));
    const clock = patientClock();
    const registry = createRegistry({ clock, retries: { attempts: 3, firstWaitMs: 100 } });
    await expect(registry.manifest(`${server.host}/team/x:1`)).rejects.toMatchObject({
      code: 'unavailable',
      registry: server.host,
      repository: 'team/x',
      reference: '1',
      status: 503,
      registryCode: 'UNAVAILABLE',
      registryMessage: 'the store is down',
      message: `The manifest of ${server.host}/team/x:1 cannot be read.\n  the registry says: UNAVAILABLE: the store is down\n  found: status 503 from ${server.host}\n  hint: Ask again later; the log of the registry says more.`,
    });
    expect(clock.waits).toEqual([50, 100]);
  });

  it('waits as long as the registry asks for, in seconds or until a date', async () => {
    const clock = patientClock();
    await using server = await startEdge((request, response, count) => {
      if (count === 0) return response.writeHead(429, { 'retry-after': '7' }).end();
      if (count === 1) return response.writeHead(429, { 'retry-after': new Date(clock.now() + 9000).toUTCString() }).end();
      return giveManifest(request, response);
    });
    await createRegistry({ clock }).resolve(`${server.host}/x:1`);
    expect(clock.waits).toEqual([7000, 9000]);
  });

  it('fails at once where the registry asks for more patience than there is', async () => {
    await using server = await startEdge((_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    const clock = patientClock();
    await expect(createRegistry({ clock }).resolve(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'rate-limited', retryAfterSeconds: 3600 });
    expect(clock.waits).toEqual([]);
  });

  it('ends with the reason of an abort while it waits', async () => {
    await using server = await startEdge((_, response) => void response.writeHead(503).end());
    const controller = new AbortController();
    const reason = new Error('enough');
    const asked = createRegistry({ retries: { firstWaitMs: 60_000, longestWaitMs: 60_000 } }).resolve(`${server.host}/x:1`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    await expect(asked).rejects.toBe(reason);
  });

  it('ends with the reason of an abort while it is answered', async () => {
    await using server = await startEdge((_, response) => void response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': 100 }).write('x'));
    const controller = new AbortController();
    const reason = new Error('enough');
    const asked = createRegistry().manifest(`${server.host}/x:1`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 200);
    await expect(asked).rejects.toBe(reason);
  });

  it('ends where no answer comes, or an answer stops, or never ends', async () => {
    await using server = await startEdge((request, response) => {
      if (request.url?.includes('/silent/') === true) return;
      response.writeHead(200, { 'content-type': mediaTypes.ociIndex });
      const timer = setInterval(() => response.write(' '), 50);
      if (request.url?.includes('/stopped/') === true) clearInterval(timer);
      response.write(' ');
      response.on('close', () => clearInterval(timer));
    });
    const registry = createRegistry({ retries: { attempts: 1 }, timeouts: { answerMs: 300, idleMs: 300, documentMs: 1500 } });
    await expect(registry.manifest(`${server.host}/silent:1`)).rejects.toMatchObject({ code: 'timeout', found: `no answer of ${server.host} in time` });
    await expect(registry.manifest(`${server.host}/stopped:1`)).rejects.toMatchObject({ code: 'timeout', found: `the answer of ${server.host} stopped` });
    await expect(registry.manifest(`${server.host}/endless:1`)).rejects.toMatchObject({ code: 'timeout', expected: 'all of it within 1500 ms' });
  });

  it('says that something else than HTTP answers', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => void socket.end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(createRegistry().resolve(`127.0.0.1:${port}/x:1`)).rejects.toMatchObject({ code: 'protocol', found: `127.0.0.1:${port} does not answer in HTTP` });
    server.close();
  });
});
