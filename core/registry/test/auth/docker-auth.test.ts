import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createRegistry, dockerAuth, type Credentials } from '../../src/index.ts';
import { startEdge } from '../rig/edge-server.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-registry-docker-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const signal = new AbortController().signal;

async function find(content: unknown, server: string, repository = 'team/x'): Promise<Credentials | undefined> {
  await writeFile(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return dockerAuth({ env: { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env['PATH']}` } }).find({ registry: server, repository }, { signal });
}

function auth(text: string): { auth: string } {
  return { auth: Buffer.from(text).toString('base64') };
}

/** A credential helper that notes what it was asked. */
async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\nread server\necho "$* $server" >> '${folder}/asked'\n${script}\n`);
  await chmod(path, 0o755);
}

describe('the file of docker', () => {
  test.each<[string, Record<string, unknown>, string, Credentials | undefined]>([
    ['a host', { 'r.example:5000': auth('u:p:q') }, 'r.example:5000', { kind: 'password', username: 'u', password: 'p:q' }],
    ['an address', { 'https://r.example/v2/': auth('u:p') }, 'r.example', { kind: 'password', username: 'u', password: 'p' }],
    ['an address of version 1', { 'http://r.example/v1/': auth('u:p') }, 'r.example', { kind: 'password', username: 'u', password: 'p' }],
    ['Docker Hub', { 'https://index.docker.io/v1/': auth('u:p') }, 'docker.io', { kind: 'password', username: 'u', password: 'p' }],
    ['Docker Hub by its short name', { 'docker.io': auth('u:p') }, 'docker.io', { kind: 'password', username: 'u', password: 'p' }],
    ['a user and a password', { 'r.example': { username: 'u', password: 'p' } }, 'r.example', { kind: 'password', username: 'u', password: 'p' }],
    ['an identity token, which counts more than a user', { 'r.example': { ...auth('u:'), identitytoken: 'i' } }, 'r.example', { kind: 'identity-token', token: 'i' }],
    ['a token of the registry', { 'r.example': { registrytoken: 't' } }, 'r.example', { kind: 'registry-token', token: 't' }],
    ['an entry without anything', { 'r.example': {} }, 'r.example', undefined],
    ['another port', { 'r.example': auth('u:p') }, 'r.example:5000', undefined],
    ['another host that ends alike', { 'example': auth('u:p') }, 'r.example', undefined],
    ['the longest path', { 'r.example': auth('a:1'), 'r.example/team': auth('b:2'), 'r.example/team/x/y': auth('c:3') }, 'r.example', { kind: 'password', username: 'b', password: '2' }],
    ['a name of objects', {}, 'constructor', undefined],
  ])('is understood: %s', async (_, auths, server, expected) => {
    expect(await find({ auths }, server)).toEqual(expected);
  });

  it('may be missing or empty', async () => {
    expect(await dockerAuth({ env: { DOCKER_CONFIG: join(folder, 'none'), HOME: folder } }).find({ registry: 'r.example', repository: 'x' }, { signal })).toBeUndefined();
    expect(await find('', 'r.example')).toBeUndefined();
    expect(await find({}, 'r.example')).toBeUndefined();
    expect(await dockerAuth({ env: {} }).find({ registry: 'r.example', repository: 'x' }, { signal })).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"auths": {"r.example": {"auth": "c2VjcmV0"', 'a JSON object'],
    ['a list', '["c2VjcmV0"]', 'a JSON object'],
    ['credentials that are no pair', { auths: { 'r.example': auth('secret') } }, 'user:password in base64 as "auth" of r.example'],
    ['a helper that lies elsewhere', { credHelpers: { 'r.example': '../../bin/x' } }, 'the name of a credential helper, made of A-Z a-z 0-9 _ . -'],
  ])('with %s is an error that names the file and shows nothing of it', async (_, content, expected) => {
    const error: unknown = await find(content, 'r.example').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'credentials', summary: `The credentials in ${join(folder, 'config.json')} cannot be used.`, expected });
    expect(String(error)).not.toMatch(/c2VjcmV0|secret/);
  });

  it('that cannot be read is an error', async () => {
    await mkdir(join(folder, 'config.json'));
    await expect(dockerAuth({ env: { DOCKER_CONFIG: folder } }).find({ registry: 'r.example', repository: 'x' }, { signal })).rejects.toMatchObject({ code: 'credentials', found: 'EISDIR' });
  });

  it('is looked for in the home; podman’s files count after it, the one that is named before it', async () => {
    const write = async (path: string, user: string, servers: readonly string[]): Promise<void> => {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), JSON.stringify({ auths: Object.fromEntries(servers.map((server) => [server, auth(`${user}:p`)])) }));
    };
    await write('named.json', 'named', ['a']);
    await write('.docker/config.json', 'docker', ['a', 'b']);
    await write('run/containers/auth.json', 'podman', ['a', 'b', 'c']);
    await write('.config/containers/auth.json', 'podman home', ['a', 'b', 'c', 'd']);
    const provider = dockerAuth({ env: { HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run'), REGISTRY_AUTH_FILE: join(folder, 'named.json') } });
    const users = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (registry) => provider.find({ registry, repository: 'x' }, { signal })));
    expect(users.map((found) => (found?.kind === 'password' ? found.username : undefined))).toEqual(['named', 'docker', 'podman', 'podman home', undefined]);
  });
});

describe('a credential helper', () => {
  it('is asked for the registry on its standard input, and counts more than the file', async () => {
    await helper('own', 'echo \'{"ServerURL":"x","Username":"u","Secret":"s"}\'');
    await helper('all', 'echo \'{"Username":"<token>","Secret":"t"}\'');
    const content = { auths: { 'r.example': auth('file:p') }, credsStore: 'all', credHelpers: { 'r.example': 'own' } };
    expect(await find(content, 'r.example')).toEqual({ kind: 'password', username: 'u', password: 's' });
    expect(await find(content, 'other.example')).toEqual({ kind: 'identity-token', token: 't' });
    expect(await find(content, 'docker.io')).toEqual({ kind: 'identity-token', token: 't' });
    expect(await readFile(join(folder, 'asked'), 'utf8')).toBe('get r.example\nget other.example\nget https://index.docker.io/v1/\n');
  });

  it('that has nothing leaves it to the file', async () => {
    await helper('all', 'echo "credentials not found in native keychain"; exit 1');
    expect(await find({ auths: { 'r.example': auth('u:p') }, credsStore: 'all' }, 'r.example')).toEqual({ kind: 'password', username: 'u', password: 'p' });
    expect(await find({ credsStore: 'all' }, 'r.example')).toBeUndefined();
  });

  it('that is not installed is an error that says what to do', async () => {
    await expect(find({ credsStore: 'absent' }, 'r.example')).rejects.toMatchObject({ code: 'credentials', registry: 'r.example', expected: 'a program in PATH', found: 'none', hint: `Install docker-credential-absent, or take it out of ${join(folder, 'config.json')}.` });
  });

  it.each([
    ['fails', 'echo "the store is locked"; exit 3', 'status 3: the store is locked'],
    ['fails with credentials', 'echo \'{"Secret":"top"}\'; exit 1', 'status 1'],
    ['prints something else', 'echo top', 'something else'],
    ['prints without end', 'while :; do echo toptoptoptoptoptoptoptoptoptoptoptoptoptoptoptop; done', 'a program that had to be killed'],
  ])('that %s is an error without what it printed in confidence', async (_, script, found) => {
    await helper('bad', script);
    const error: unknown = await find({ credsStore: 'bad' }, 'r.example').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'credentials', found, hint: 'Try: echo r.example | docker-credential-bad get' });
    expect(String(error)).not.toContain('top');
  });

  it('is not waited for after an abort', async () => {
    await helper('slow', 'sleep 60; true');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'slow' }));
    await using edge = await startEdge((_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    const controller = new AbortController();
    const reason = new Error('enough');
    const env = { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const asked = createRegistry({ auth: dockerAuth({ env }) }).resolve(`${edge.host}/x:1`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 300);
    await expect(asked).rejects.toBe(reason);
  });

  it('is asked once for many requests, and never where a registry wants no credentials', async () => {
    await helper('all', 'echo \'{"Username":"u","Secret":"s"}\'');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'all' }));
    const env = { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const registry = createRegistry({ auth: dockerAuth({ env }) });
    await using open = await startEdge((_, response) => void response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end());
    await registry.resolve(`${open.host}/x:1`);
    await using closed = await startEdge((request, response) => (request.headers.authorization === undefined ? response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end() : response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end()));
    await Promise.all([1, 2, 3].map((tag) => registry.resolve(`${closed.host}/x:${tag}`)));
    expect(await readFile(join(folder, 'asked'), 'utf8')).toBe(`get ${closed.host}\n`);
  });
});
