import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, fixedAuth, type Credentials, type Registry, type RegistryOptions } from '../../src/index.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { makeAuthority } from '../rig/certificates.ts';
import { startEdge } from '../rig/edge-server.ts';
import { collect, pushImage } from '../rig/image.ts';
import { patientClock } from '../rig/patient-clock.ts';
import { startTokenServer, type TokenServerRig } from '../rig/token-server.ts';

let folder: string;
let tokens: TokenServerRig;
let server: TestRegistry;
let asked: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-registry-token-'));
  tokens = await startTokenServer({
    pair: makeAuthority(folder, 'tokens'),
    users: {
      '': { password: '', may: (repository) => (repository.startsWith('public/') ? ['pull'] : []) },
      reader: { password: 'reads', may: () => ['pull'] },
      writer: { password: 'writes', may: () => ['pull', 'push', 'delete'] },
    },
    identityTokens: { 'identity-of-writer': 'writer' },
    expiresIn: 60,
  });
  server = await startRegistry({ config: tokens.config });
  await pushImage(as(writer), `${server.host}/public/x:1`);
  await pushImage(as(writer), `${server.host}/private/x:1`);
});
beforeEach(() => {
  asked = tokens.seen.length;
});
afterAll(async () => {
  await server.close();
  await tokens.close();
  await rm(folder, { recursive: true });
});

const writer: Credentials = { kind: 'password', username: 'writer', password: 'writes' };
const reader: Credentials = { kind: 'password', username: 'reader', password: 'reads' };

function as(credentials: Credentials, options: RegistryOptions = {}): Registry {
  return createRegistry({ auth: fixedAuth({ [server.host]: credentials }), ...options });
}

/** What the token server was asked since the test began. */
function questions(): readonly string[] {
  return tokens.seen.slice(asked).map(({ method, url }) => `${method} ${[...new URL(url, 'http://x').searchParams].map(([name, value]) => `${name}=${value}`).join(' ')}`.trim());
}

describe('a registry with tokens', () => {
  it('gives everybody what is public', async () => {
    expect(await createRegistry().resolve(`${server.host}/public/x:1`)).toBeDefined();
    expect(questions()).toEqual(['GET service=test service scope=repository:public/x:pull']);
    expect(tokens.seen.at(-1)!.headers).not.toHaveProperty('authorization');
  });

  it('asks for a login for what is not', async () => {
    await expect(createRegistry().resolve(`${server.host}/private/x:1`)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('gives a user what the user may read, and refuses the rest', async () => {
    expect(await as(reader).resolve(`${server.host}/private/x:1`)).toBeDefined();
    expect(questions()).toEqual(['GET service=test service scope=repository:private/x:pull account=reader']);
    await expect(as(reader).pushBlob({ repository: `${server.host}/private/x`, content: Buffer.from('new') })).rejects.toMatchObject({ code: 'denied', hint: 'Use an account that may do this.' });
    await expect(as({ ...reader, password: 'wrong-one' }).resolve(`${server.host}/private/x:1`)).rejects.toMatchObject({
      code: 'unauthorized',
      summary: `The token server ${tokens.host} of ${server.host} gives no token.`,
      registryMessage: 'incorrect username or password',
      message: expect.not.stringContaining('wrong-one'),
    });
  });

  it('is asked with one token for many requests, which is fetched once even where they come together', async () => {
    const registry = as(reader);
    await Promise.all(Array.from({ length: 5 }, () => registry.resolve(`${server.host}/private/x:1`)));
    await registry.config(`${server.host}/private/x:1`);
    expect(questions()).toHaveLength(1);
  });

  it('is asked with a token for each need: another repository, pushing, mounting', async () => {
    const registry = as(writer);
    const image = await pushImage(registry, `${server.host}/private/needs:1`);
    await registry.resolve(`${server.host}/private/x:1`);
    expect(await registry.pushBlob({ repository: `${server.host}/private/other`, content: image.layer, mountFrom: [`${server.host}/private/needs`] })).toMatchObject({ outcome: 'mounted' });
    await registry.delete(`${server.host}/private/needs@${image.descriptor.digest}`);
    const scopes = questions().map((question) => question.replace(/^GET service=test service | ?account=writer/g, ''));
    expect(scopes).toEqual([
      'scope=repository:private/needs:pull,push',
      'scope=repository:private/x:pull',
      'scope=repository:private/other:pull,push',
      'scope=repository:private/needs:pull scope=repository:private/other:pull,push',
      'scope=repository:private/needs:pull',
      'scope=repository:private/needs:delete,pull',
    ]);
  });

  it('is asked with a new token before the old one expires', async () => {
    const clock = patientClock();
    const registry = as(reader, { clock });
    await registry.resolve(`${server.host}/private/x:1`);
    clock.pass(49_000);
    await registry.resolve(`${server.host}/private/x:1`);
    expect(questions()).toHaveLength(1);
    clock.pass(2000);
    await registry.resolve(`${server.host}/private/x:1`);
    expect(questions()).toHaveLength(2);
  });

  it('takes an identity token, which is sent in the body of a POST', async () => {
    expect(await as({ kind: 'identity-token', token: 'identity-of-writer' }).resolve(`${server.host}/private/x:1`)).toBeDefined();
    expect(questions()).toEqual(['POST']);
    expect(Object.fromEntries(tokens.forms.at(-1)!)).toEqual({ grant_type: 'refresh_token', refresh_token: 'identity-of-writer', client_id: 'cos-registry', service: 'test service', scope: 'repository:private/x:pull' });
    const error: unknown = await as({ kind: 'identity-token', token: 'identity-of-nobody' }).resolve(`${server.host}/private/x:1`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(inspect(error, { depth: 20 })).not.toContain('identity-of-nobody');
  });

  it('takes a token that is its own', async () => {
    const { host } = tokens;
    const answer = await fetch(`http://${host}/token?service=test+service&scope=repository:private/x:pull`, { headers: { authorization: `Basic ${Buffer.from('reader:reads').toString('base64')}` } });
    const { token } = (await answer.json()) as { token: string };
    asked = tokens.seen.length;
    expect(await as({ kind: 'registry-token', token }).resolve(`${server.host}/private/x:1`)).toBeDefined();
    expect(questions()).toEqual([]);
  });

  it('gives a blob whose token expired while it was read: the next request gets a new one', async () => {
    const clock = patientClock();
    const registry = as(reader, { clock });
    const { image } = await registry.config(`${server.host}/private/x:1`);
    clock.pass(100_000);
    expect(await collect(registry.blob({ repository: `${server.host}/private/x`, descriptor: image.manifest.layers[0]! }))).toHaveLength(64);
  });
});

describe('a token server', () => {
  const bearer = (realm: string): string => `Bearer realm="${realm}",service="x",scope="repository:a:pull"`;

  it('that refuses a token anew is asked once more, not again and again', async () => {
    await using issuer = await startEdge((_, response, count) => void response.end(JSON.stringify({ token: `token-${count}` })));
    await using edge = await startEdge((_, response) => void response.writeHead(401, { 'www-authenticate': bearer(`http://${issuer.host}/t`) }).end());
    await expect(createRegistry().resolve(`${edge.host}/a:1`)).rejects.toMatchObject({ code: 'unauthorized' });
    expect([edge.seen.length, issuer.seen.length]).toEqual([2, 1]);
  });

  it('whose token is refused before it expires gives another one', async () => {
    let revoked = '';
    await using issuer = await startEdge((_, response, count) => void response.end(JSON.stringify({ token: `token-${count}` })));
    await using edge = await startEdge((request, response) => {
      const { authorization } = request.headers;
      if (authorization === undefined || authorization === revoked) return response.writeHead(401, { 'www-authenticate': bearer(`http://${issuer.host}/t`) }).end();
      return response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end();
    });
    const registry = createRegistry();
    await registry.resolve(`${edge.host}/a:1`);
    revoked = 'Bearer token-0';
    expect(await registry.resolve(`${edge.host}/a:1`)).toBeUndefined();
    expect(issuer.seen).toHaveLength(2);
  });

  it('that is unavailable is asked again', async () => {
    await using issuer = await startEdge((_, response, count) => (count === 0 ? response.writeHead(503).end() : response.end(JSON.stringify({ access_token: 'good' }))));
    await using edge = await startEdge((request, response) => (request.headers.authorization === 'Bearer good' ? response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end() : response.writeHead(401, { 'www-authenticate': bearer(`http://${issuer.host}/t`) }).end()));
    const clock = patientClock();
    expect(await createRegistry({ clock }).resolve(`${edge.host}/a:1`)).toBeUndefined();
    expect(clock.waits).toHaveLength(1);
  });

  it.each([
    ['nothing', '{}', 'JSON without a usable one'],
    ['no JSON', '<html>', 'no JSON object'],
    ['a token that breaks out of its header', JSON.stringify({ token: 'a\r\nx: y' }), 'JSON without a usable one'],
  ])('that answers %s is told from others', async (_, body, found) => {
    await using issuer = await startEdge((_request, response) => void response.end(body));
    await using edge = await startEdge((_request, response) => void response.writeHead(401, { 'www-authenticate': bearer(`http://${issuer.host}/t`) }).end());
    await expect(createRegistry().resolve(`${edge.host}/a:1`)).rejects.toMatchObject({ code: 'protocol', registry: edge.host, expected: 'JSON with a token', found });
  });

  it.each([
    ['http://tokens.example/t', 'http://tokens.example'],
    ['ftp://127.0.0.1/t', 'ftp://127.0.0.1'],
    ['/t', '"/t"'],
    ['https://user@tokens.example/t', 'https://tokens.example'],
  ])('at %s gets no credentials', async (realm, found) => {
    await using edge = await startEdge((_, response) => void response.writeHead(401, { 'www-authenticate': bearer(realm) }).end());
    await expect(createRegistry().resolve(`${edge.host}/a:1`)).rejects.toMatchObject({ code: 'protocol', summary: `${edge.host} names a token server that is not asked.`, found });
  });

  it('is not waited for by a request that is aborted, but by the others', async () => {
    await using issuer = await startEdge((_, response) => void setTimeout(() => response.end(JSON.stringify({ token: 'good' })), 300));
    await using edge = await startEdge((request, response) => (request.headers.authorization === 'Bearer good' ? response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end() : response.writeHead(401, { 'www-authenticate': bearer(`http://${issuer.host}/t`) }).end()));
    const registry = createRegistry();
    const controller = new AbortController();
    const reason = new Error('enough');
    const [first, second] = [registry.resolve(`${edge.host}/a:1`, { signal: controller.signal }), registry.resolve(`${edge.host}/a:1`)];
    setTimeout(() => controller.abort(reason), 100);
    await expect(first).rejects.toBe(reason);
    expect(await second).toBeUndefined();
    expect(issuer.seen).toHaveLength(1);
  });
});
