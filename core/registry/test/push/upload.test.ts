import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesContent, createRegistry, digestOf, type Registry } from '../../src/index.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { forward, startEdge, type EdgeServer } from '../rig/edge-server.ts';
import { collect } from '../rig/image.ts';
import { startResumable } from '../rig/resumable-registry.ts';
import { patientClock } from '../rig/patient-clock.ts';

// A real registry behind a server that breaks connections, loses answers, and forgets.

const content = randomBytes(6 << 20);
const digest = digestOf(content);
let server: TestRegistry;

beforeAll(async () => {
  server = await startRegistry();
});
afterAll(async () => {
  await server.close();
});

/** What the registry itself has of the blob, byte for byte. */
async function stored(name: string): Promise<boolean> {
  const direct = createRegistry();
  if (!(await direct.hasBlob({ repository: `${server.host}/${name}`, digest }))) return false;
  return Buffer.compare(await collect(direct.blob({ repository: `${server.host}/${name}`, descriptor: { digest, size: content.length } })), content) === 0;
}

/** Uploads that the registry has begun and neither ended nor forgotten. */
function leftovers(name: string): readonly string[] {
  const folder = join(server.folder, 'docker/registry/v2/repositories', name, '_uploads');
  return readdirSync(folder).filter((each) => existsSync(join(folder, each, 'data')));
}

function impatient(): Registry {
  return createRegistry({ clock: patientClock() });
}

function bodies(edge: EdgeServer): readonly string[] {
  return edge.seen.filter(({ method }) => method === 'PATCH').map(({ headers }) => `${headers['content-range'] ?? 'all'} ${headers['content-length']}`);
}

describe('an upload', () => {
  it('goes on from what has arrived after the connection broke, as often as something arrives', async () => {
    await using edge = await startResumable({ breaks: [1_500_000, 700_000, 600_000, 500_000, 400_000, 300_000] });
    const opened: number[] = [];
    const slow = {
      open(offset: number) {
        opened.push(offset);
        return bytesContent(content).open(offset);
      },
    };
    const descriptor = { mediaType: 'x', digest, size: content.length };
    expect(await createRegistry({ clock: patientClock(), retries: { attempts: 2 } }).pushBlob({ repository: `${edge.host}/broken`, content: slow, descriptor })).toEqual({ descriptor, outcome: 'uploaded' });
    expect(opened).toEqual([0, 1_500_000, 2_200_000, 2_800_000, 3_300_000, 3_700_000, 4_000_000]);
    expect(bodies(edge).slice(0, 2)).toEqual([`all ${content.length}`, `1500000-6291455 ${content.length - 1_500_000}`]);
    expect(Buffer.compare(edge.blobs.get(digest)!, content)).toBe(0);
  });

  it('in parts goes on within a part', async () => {
    await using edge = await startResumable({ breaks: [2_000_000, 1_000_000] });
    await impatient().pushBlob({ repository: `${edge.host}/broken`, content, chunkBytes: 2_500_000 });
    expect(bodies(edge)).toEqual(['0-2499999 2500000', '2000000-4499999 2500000', '3000000-5499999 2500000', '5500000-6291455 791456']);
    expect(Buffer.compare(edge.blobs.get(digest)!, content)).toBe(0);
  });

  it('whose content changes between two readings is refused by the registry, not stored', async () => {
    await using edge = await startResumable({ breaks: [2_000_000] });
    let times = 0;
    const changing = {
      open(offset: number) {
        times += 1;
        return bytesContent(times === 1 ? content : Buffer.alloc(content.length)).open(offset);
      },
    };
    await expect(impatient().pushBlob({ repository: `${edge.host}/changing`, content: changing, descriptor: { mediaType: 'x', digest, size: content.length } })).rejects.toMatchObject({ code: expect.stringMatching(/^(?:corrupt|content)$/) });
    expect(edge.blobs.size).toBe(0);
  });

  it('begins anew where the registry keeps nothing of a broken part', async () => {
    let patches = 0;
    await using edge = await startEdge((request, response) => {
      if (request.method !== 'PATCH') return forward(request, response, { host: server.host });
      patches += 1;
      forward(request, response, { host: server.host, ...(patches < 3 ? { takeBytes: 1_500_000 } : {}) });
    });
    const sent: number[] = [];
    await impatient().pushBlob({ repository: `${edge.host}/broken`, content, onProgress: (bytes) => sent.push(bytes) });
    expect(await stored('broken')).toBe(true);
    expect(bodies(edge)).toEqual(Array.from({ length: 3 }, () => `all ${content.length}`));
    expect(sent.at(-1)).toBe(content.length);
  });

  it('is found to be complete where only the answer to its end was lost', async () => {
    await using edge = await startEdge((request, response) => {
      if (request.method !== 'PUT') return forward(request, response, { host: server.host });
      const lost = Object.assign(response, { writeHead: () => request.socket.destroy() });
      forward(request, lost, { host: server.host });
    });
    expect(await impatient().pushBlob({ repository: `${edge.host}/lost`, content })).toMatchObject({ outcome: 'uploaded' });
    expect(await stored('lost')).toBe(true);
    expect(edge.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('begins anew where the registry has forgotten it', async () => {
    await using edge = await startEdge((request, response) => {
      const isFirst = edge.seen.filter(({ method }) => method === 'POST').length === 1;
      if (request.method === 'PATCH' && isFirst) return request.resume().on('end', () => response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}'));
      if (request.method === 'GET' && isFirst) return response.writeHead(404).end();
      return forward(request, response, { host: server.host });
    });
    await impatient().pushBlob({ repository: `${edge.host}/forgotten`, content });
    expect(await stored('forgotten')).toBe(true);
    expect(edge.seen.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PATCH', 'GET', 'DELETE', 'POST', 'PATCH', 'PUT']);
  });

  it('begins anew where the registry does not say clearly how much has arrived', async () => {
    let patches = 0;
    await using edge = await startEdge((request, response) => {
      if (request.method === 'PATCH') patches += 1;
      if (request.method === 'GET') return forward(request, response, { host: server.host, headers: { range: '0-0' } });
      return forward(request, response, { host: server.host, ...(request.method === 'PATCH' && patches === 1 ? { takeBytes: 1_000_000 } : {}) });
    });
    await impatient().pushBlob({ repository: `${edge.host}/unclear`, content });
    expect(await stored('unclear')).toBe(true);
    expect(bodies(edge)).toEqual([`all ${content.length}`, `all ${content.length}`]);
    expect(edge.seen.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PATCH', 'GET', 'DELETE', 'POST', 'PATCH', 'PUT']);
  });

  it('waits while the registry is unavailable, and gives up where it stays so', async () => {
    let isDown = true;
    await using edge = await startEdge((request, response) => {
      if (request.method === 'PATCH' && isDown) {
        isDown = false;
        return request.resume().on('end', () => response.writeHead(503).end());
      }
      if (request.url?.includes('/stays/') === true && request.method !== 'HEAD') return request.resume().on('end', () => response.writeHead(503).end());
      return forward(request, response, { host: server.host });
    });
    await impatient().pushBlob({ repository: `${edge.host}/down`, content });
    expect(await stored('down')).toBe(true);
    const clock = patientClock();
    await expect(createRegistry({ clock }).pushBlob({ repository: `${edge.host}/stays`, content })).rejects.toMatchObject({ code: 'unavailable', status: 503, repository: 'stays', reference: digest });
    expect(clock.waits).toHaveLength(4);
  });

  it('survives a registry that crashes and comes back', async () => {
    await using first = await startRegistry();
    let second: Promise<TestRegistry> | undefined;
    const slow = {
      async *open(offset: number) {
        yield content.subarray(offset, 1_000_000);
        if (second === undefined) {
          await first.kill();
          second = new Promise((resolve) => setTimeout(() => resolve(startRegistry({ folder: first.folder, port: first.port })), 300));
        }
        yield content.subarray(Math.max(offset, 1_000_000));
      },
    };
    const descriptor = { mediaType: 'x', digest, size: content.length };
    expect(await createRegistry().pushBlob({ repository: `${first.host}/crashed`, content: slow, descriptor })).toMatchObject({ outcome: 'uploaded' });
    await using again = await second!;
    expect(Buffer.compare(await collect(createRegistry().blob({ repository: `${again.host}/crashed`, descriptor })), content)).toBe(0);
  });

  it('that makes no progress is given up, and the registry is told', async () => {
    await using edge = await startEdge((request, response) => {
      if (request.method === 'PATCH') return request.once('data', () => request.socket.destroy());
      return forward(request, response, { host: server.host });
    });
    const clock = patientClock();
    await expect(createRegistry({ clock, retries: { attempts: 3 } }).pushBlob({ repository: `${edge.host}/stuck`, content })).rejects.toMatchObject({ code: 'unreachable', reference: digest });
    expect(clock.waits).toHaveLength(2);
    expect(edge.seen.at(-1)?.method).toBe('DELETE');
  });

  it('in parts has parts of the wanted size, or of the least that the registry wants', async () => {
    await using edge = await startEdge((request, response) => forward(request, response, { host: server.host, headers: request.url?.includes('/least/') === true ? { 'oci-chunk-min-length': '4000000' } : {} }));
    await impatient().pushBlob({ repository: `${edge.host}/parts`, content, chunkBytes: 3_000_000 });
    expect(bodies(edge)).toEqual(['0-2999999 3000000', '3000000-5999999 3000000', '6000000-6291455 291456']);
    expect(await stored('parts')).toBe(true);
    await impatient().pushBlob({ repository: `${edge.host}/least`, content, chunkBytes: 1_000_000 });
    expect(bodies(edge).slice(3)).toEqual(['0-3999999 4000000', '4000000-6291455 2291456']);
  });

  it('that is aborted ends with the reason of the abort, and the registry forgets it', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const slow = {
      async *open(offset: number) {
        yield content.subarray(offset, 3_000_000);
        setTimeout(() => controller.abort(reason), 100);
        await new Promise(() => {});
      },
    };
    const upload = createRegistry().pushBlob({ repository: `${server.host}/aborted`, content: slow, descriptor: { mediaType: 'x', digest, size: content.length }, signal: controller.signal });
    await expect(upload).rejects.toBe(reason);
    await expect.poll(() => leftovers('aborted')).toEqual([]);
  });

  it('closes what it opens of the content, also where the registry does not want it', async () => {
    let open = 0;
    const counted = {
      async *open(offset: number) {
        open += 1;
        try {
          for (let at = offset; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
        } finally {
          open -= 1;
        }
      },
    };
    await using edge = await startEdge((request, response) => (request.method === 'PATCH' ? response.writeHead(503).end() : forward(request, response, { host: server.host })));
    await expect(impatient().pushBlob({ repository: `${edge.host}/closed`, content: counted, descriptor: { mediaType: 'x', digest, size: content.length } })).rejects.toMatchObject({ code: expect.stringMatching(/^(?:unavailable|unreachable)$/) });
    await expect.poll(() => open).toBe(0);
  });

  it('to a registry that stores something else is an error', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    await using edge = await startEdge((request, response) => forward(request, response, { host: server.host, headers: request.method === 'PUT' ? { 'docker-content-digest': other } : {} }));
    await expect(impatient().pushBlob({ repository: `${edge.host}/changed`, content: randomBytes(10) })).rejects.toMatchObject({ code: 'corrupt', found: other });
  });

  it('does not follow a session to where it must not go', async () => {
    await using edge = await startEdge((request, response) => (request.method === 'POST' ? void response.writeHead(202, { location: 'ftp://127.0.0.1/x' }).end() : void response.writeHead(404).end()));
    await expect(impatient().pushBlob({ repository: `${edge.host}/x`, content })).rejects.toMatchObject({ code: 'protocol', found: 'ftp:' });
    await using silent = await startEdge((request, response) => void response.writeHead(request.method === 'POST' ? 202 : 404).end());
    await expect(impatient().pushBlob({ repository: `${silent.host}/x`, content })).rejects.toMatchObject({ code: 'protocol', found: 'none' });
  });

  it('that is too large for a proxy says so', async () => {
    await using edge = await startEdge((request, response) => (request.method === 'PATCH' ? void request.resume().on('end', () => response.writeHead(413).end()) : forward(request, response, { host: server.host })));
    await expect(impatient().pushBlob({ repository: `${edge.host}/proxy`, content })).rejects.toMatchObject({ code: 'too-large', status: 413 });
    expect(leftovers('proxy')).toEqual([]);
  });
});
