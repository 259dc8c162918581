import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRegistry, digestOf, mediaTypes } from '../../src/index.ts';
import { startEdge } from '../rig/edge-server.ts';
import { describe as descriptorOf, json } from '../rig/image.ts';
import { patientClock } from '../rig/patient-clock.ts';

const content = randomBytes(300_000);
const descriptor = { digest: digestOf(content), size: content.length };
const other = `sha256:${'0'.repeat(64)}`;
const index = json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] });

function give(response: ServerResponse, bytes: Uint8Array, headers: Record<string, string | number> = {}): void {
  response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': bytes.length, ...headers }).end(bytes);
}

describe('a manifest', () => {
  it('that is not what its digest says is corrupt, be it the digest that was asked for or that of the answer', async () => {
    await using server = await startEdge((_, response) => give(response, index, { 'docker-content-digest': other }));
    const registry = createRegistry();
    await expect(registry.manifest(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'corrupt', expected: other, found: digestOf(index) });
    await expect(registry.manifest(`${server.host}/x@sha256:${'1'.repeat(64)}`)).rejects.toMatchObject({ code: 'corrupt', expected: `sha256:${'1'.repeat(64)}`, found: digestOf(index) });
    await expect(registry.resolve(`${server.host}/x@sha256:${'1'.repeat(64)}`)).rejects.toMatchObject({ code: 'corrupt', found: other });
  });

  it.each([
    ['announced', (response: ServerResponse) => response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': 5e9 }).flushHeaders(), '5000000000 bytes'],
    ['not announced', (response: ServerResponse) => endless(response), 'more'],
  ])('of more than 4 MiB, %s, is not read', async (_, answer, found) => {
    await using server = await startEdge((_request, response) => answer(response));
    await expect(createRegistry().manifest(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'too-large', expected: 'at most 4194304 bytes', found });
  });

  it('is read where the answer to HEAD says too little of it', async () => {
    await using server = await startEdge((request, response) => (request.method === 'HEAD' ? void response.writeHead(200, { 'content-type': 'application/json' }).end() : give(response, index)));
    expect(await createRegistry().resolve(`${server.host}/x:1`)).toEqual(descriptorOf(index, mediaTypes.ociIndex));
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('is read where the registry does not know HEAD', async () => {
    await using server = await startEdge((request, response) => (request.method === 'HEAD' ? void response.writeHead(405).end() : give(response, index)));
    expect(await createRegistry().resolve(`${server.host}/x:1`)).toEqual(descriptorOf(index, mediaTypes.ociIndex));
  });

  it('says its type itself where the registry names a general one', async () => {
    await using server = await startEdge((_, response) => give(response, index, { 'content-type': 'application/json; charset=utf-8' }));
    expect(await createRegistry().resolve(`${server.host}/x:1`)).toEqual(descriptorOf(index, mediaTypes.ociIndex));
  });

  it.each([
    ['a page', Buffer.from('<html>'), 'text/html', 'protocol', 'no JSON object'],
    ['JSON that is cut off', index.subarray(0, 9), mediaTypes.ociIndex, 'protocol', 'no JSON object'],
    ['an index that the registry calls an image', index, mediaTypes.ociManifest, 'protocol', `mediaType "${mediaTypes.ociIndex}"`],
    ['an index with layers', json({ schemaVersion: 2, manifests: [], layers: [] }), mediaTypes.ociIndex, 'protocol', 'an index with layers'],
    ['an image with manifests', json({ schemaVersion: 2, manifests: [], layers: [], config: descriptorOf(index, 'x') }), mediaTypes.dockerManifest, 'protocol', 'an image with a list of manifests'],
    ['an image with a wrong layer', json({ schemaVersion: 2, config: descriptorOf(index, 'x'), layers: [{ mediaType: 'x', digest: 'sha256:..', size: 1 }] }), mediaTypes.dockerManifest, 'protocol', 'layers[0] has the digest "sha256:.."'],
    ['an image with a negative size', json({ schemaVersion: 2, config: { ...descriptorOf(index, 'x'), size: -1 }, layers: [] }), mediaTypes.ociManifest, 'protocol', 'config has the size -1'],
    ['a manifest of docker, schema 1', json({ schemaVersion: 1, fsLayers: [] }), 'application/vnd.docker.distribution.manifest.v1+prettyjws', 'unsupported', 'schemaVersion 1'],
  ])('that is %s is not understood', async (_, bytes, type, code, found) => {
    await using server = await startEdge((_request, response) => give(response, bytes, { 'content-type': type }));
    await expect(createRegistry().manifest(`${server.host}/x:1`)).rejects.toMatchObject({ code, found });
  });
});

describe('"not found"', () => {
  it('of a web server that is no registry is an error', async () => {
    await using server = await startEdge((_, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>'));
    const registry = createRegistry();
    await expect(registry.resolve(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'protocol', expected: 'an answer to /v2/', hint: 'Check the name and the port of the registry.' });
    await expect(registry.manifest(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'protocol' });
    await expect(registry.tags(`${server.host}/x`)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('of a registry that says no more than that is believed', async () => {
    await using server = await startEdge((request, response) => void response.writeHead(request.url === '/v2/' ? 200 : 404).end());
    expect(await createRegistry().resolve(`${server.host}/x:1`)).toBeUndefined();
  });

  it('is not what 401, 403 or 500 mean', async () => {
    await using server = await startEdge((request, response) => void response.writeHead(Number(/v2\/s(\d+)/.exec(request.url ?? '')?.[1])).end());
    const registry = createRegistry({ clock: patientClock() });
    await expect(registry.resolve(`${server.host}/s401:1`)).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(registry.resolve(`${server.host}/s403:1`)).rejects.toMatchObject({ code: 'denied' });
    await expect(registry.resolve(`${server.host}/s500:1`)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a blob', () => {
  it('that is not what its digest says ends with an error before its last piece', async () => {
    const changed = Buffer.concat([content.subarray(0, -1), Buffer.from([content.at(-1)! ^ 1])]);
    await using server = await startEdge((_, response) => give(response, changed));
    const { received, error } = await receive(server.host);
    expect(error).toMatchObject({ code: 'corrupt', reference: descriptor.digest, expected: descriptor.digest, found: digestOf(changed) });
    expect(received.length).toBeLessThan(content.length);
  });

  it('that is announced with another size is not read', async () => {
    await using server = await startEdge((_, response) => give(response, content.subarray(1)));
    expect(await receive(server.host)).toMatchObject({ received: Buffer.alloc(0), error: { code: 'corrupt', expected: '300000 bytes', found: '299999 bytes' } });
  });

  it('that does not end is left at its size', async () => {
    await using server = await startEdge((_, response) => endless(response));
    const { received, error } = await receive(server.host);
    expect(error).toMatchObject({ code: 'corrupt', expected: '300000 bytes', found: 'more' });
    expect(received.length).toBeLessThan(content.length);
  });

  it('goes on where the connection broke', async () => {
    await using server = await startEdge((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from === 0 ? 200 : 206, { 'content-length': content.length - from, ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }) });
      if (count === 2) return response.end(content.subarray(from));
      return response.write(content.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    const { received, error } = await receive(server.host);
    expect(error).toBeUndefined();
    expect(Buffer.compare(received, content)).toBe(0);
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
  });

  it('goes on also where the registry knows no ranges', async () => {
    await using server = await startEdge((_, response, count) => {
      if (count === 1) return give(response, content);
      return response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 123_456), () => setTimeout(() => response.destroy(), 50));
    });
    const { received, error } = await receive(server.host);
    expect(error).toBeUndefined();
    expect(Buffer.compare(received, content)).toBe(0);
  });

  it('does not go on with another range than it needs', async () => {
    await using server = await startEdge((_, response, count) => {
      if (count === 1) return response.writeHead(206, { 'content-range': 'bytes 7-299999/300000' }).end(content.subarray(7));
      return response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    expect((await receive(server.host)).error).toMatchObject({ code: 'protocol', expected: 'the bytes from 100000 on', found: 'bytes 7-299999/300000' });
  });

  it('that always breaks is given up, and says how far it came', async () => {
    await using server = await startEdge((_, response, count) => {
      if (count > 0) return response.destroy();
      return response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    expect((await receive(server.host)).error).toMatchObject({ code: 'unreachable', found: `the connection to ${server.host} broke` });
  });

  it('that is shorter than its descriptor says, without announcing it, is asked for again and then corrupt', async () => {
    await using server = await startEdge((request, response) => {
      if (request.headers.range !== undefined) return response.writeHead(416).end();
      response.writeHead(200);
      return response.end(content.subarray(0, 1000));
    });
    expect((await receive(server.host)).error).toMatchObject({ code: 'corrupt', expected: '300000 bytes', found: '1000 bytes' });
  });

  it('is not asked for before it is read, and its connection ends with the reading', async () => {
    let closed = false;
    await using server = await startEdge((_, response) => {
      response.on('close', () => void (closed = true));
      endless(response);
    });
    const pieces = createRegistry().blob({ repository: `${server.host}/x`, descriptor: { ...descriptor, size: 1e12 } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.seen).toEqual([]);
    for await (const piece of pieces) if (piece.length > 0) break;
    await expect.poll(() => closed).toBe(true);
  });
});

async function receive(host: string): Promise<{ readonly received: Buffer; readonly error: unknown }> {
  const pieces: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const piece of createRegistry({ clock: patientClock() }).blob({ repository: `${host}/x`, descriptor })) pieces.push(piece);
  } catch (caught) {
    error = caught;
  }
  return { received: Buffer.concat(pieces), error };
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': mediaTypes.ociIndex });
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
