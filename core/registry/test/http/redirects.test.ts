import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRegistry, digestOf, fixedAuth } from '../../src/index.ts';
import { readLocation } from '../../src/http/location.ts';
import { startEdge } from '../rig/edge-server.ts';
import { collect } from '../rig/image.ts';
import { patientClock } from '../rig/patient-clock.ts';

const content = randomBytes(1000);
const descriptor = { digest: digestOf(content), size: content.length };

describe('a registry that sends elsewhere', () => {
  it('is followed, but its credentials and cookies stay with it', async () => {
    await using store = await startEdge((_, response) => void response.end(content));
    await using server = await startEdge((request, response) => {
      if (request.headers.authorization === undefined) return response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
      return response.writeHead(307, { location: `http://${store.host}/bucket/blob?signature=abc` }).end();
    });
    const registry = createRegistry({ auth: fixedAuth({ [server.host]: { kind: 'password', username: 'user', password: 'password' } }) });
    expect(await collect(registry.blob({ repository: `${server.host}/x`, descriptor }))).toEqual(content);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Basic dXNlcjpwYXNzd29yZA==']);
    expect(store.seen).toMatchObject([{ method: 'GET', url: '/bucket/blob?signature=abc', headers: { 'accept-encoding': 'identity' } }]);
    expect(store.seen[0]!.headers).not.toHaveProperty('authorization');
  });

  it('to itself gets the credentials again', async () => {
    await using server = await startEdge((request, response) => {
      if (request.headers.authorization === undefined) return response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
      return request.url === '/moved' ? void response.end(content) : void response.writeHead(302, { location: '/moved' }).end();
    });
    const registry = createRegistry({ auth: fixedAuth({ [server.host]: { kind: 'password', username: 'user', password: 'password' } }) });
    expect(await collect(registry.blob({ repository: `${server.host}/x`, descriptor }))).toEqual(content);
    expect(server.seen.at(-1)).toMatchObject({ url: '/moved', headers: { authorization: 'Basic dXNlcjpwYXNzd29yZA==' } });
  });

  it('to a server that asks for credentials gives none and says who refused, without the query of the address', async () => {
    await using store = await startEdge((_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="store"' }).end());
    await using server = await startEdge((_, response) => void response.writeHead(307, { location: `http://${store.host}/blob?signature=abcdef` }).end());
    const registry = createRegistry({ auth: fixedAuth({ [server.host]: { kind: 'password', username: 'user', password: 'password' } }) });
    const error: unknown = await collect(registry.blob({ repository: `${server.host}/x`, descriptor })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized', registry: server.host, found: `status 401 from ${store.host}` });
    expect(String(error)).not.toContain('abcdef');
    expect(store.seen).toHaveLength(1);
  });

  it.each([
    ['http://r.example/x', 'https://r.example/', [], 'http://r.example'],
    ['http://127.0.0.1:1/x', 'https://r.example/', [], 'http://127.0.0.1:1'],
    ['http://plain.example/x', 'https://r.example/', ['plain.example'], undefined],
    ['http://127.0.0.1:1/x', 'https://localhost:2/', [], undefined],
    ['https://other.example/x', 'https://r.example/', [], undefined],
    ['/x', 'https://r.example/y', [], undefined],
  ])('to %s from %s, where %j are insecure: found %s', (location, from, insecure, found) => {
    const read = (): string => readLocation(location, { from: new URL(from), insecure, subject: {}, summary: '' }).href;
    if (found === undefined) expect(read()).toBe(new URL(location, from).href);
    else expect(read).toThrow(expect.objectContaining({ code: 'protocol', expected: 'an address by https', found }));
  });

  it.each([
    ['itself without end', '', { expected: 'at most 10 redirects', found: 'more' }],
    ['a file', 'file:///etc/passwd', { expected: 'an address by http or https', found: 'file:' }],
    ['what is no address', 'http://[', { expected: 'an address by http or https', found: 'none' }],
    ['an address with a user', 'http://user:secret@127.0.0.1:9/', { expected: 'an address without a user', found: 'a user for 127.0.0.1:9' }],
  ])('to %s is not followed', async (_, location, problem) => {
    await using server = await startEdge((request, response) => void response.writeHead(307, { location: location === '' ? request.url : location }).end());
    const clock = patientClock();
    await expect(collect(createRegistry({ clock }).blob({ repository: `${server.host}/x`, descriptor }))).rejects.toMatchObject({ code: 'protocol', ...problem });
    expect(clock.waits).toEqual([]);
  });
});
