import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/engine/client.ts';
import { findEndpoint, type Endpoint } from '../../src/engine/endpoint.ts';
import { never } from '../rig/engine.ts';

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-endpoint-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function listen(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

async function find(env: Readonly<Record<string, string>> = {}, socket?: string): Promise<Endpoint> {
  return findEndpoint({ socket, env, home: join(folder, 'home'), root: join(folder, 'root') });
}

async function writeContext(name: string, host: string): Promise<void> {
  const file = join(folder, 'home/.docker/contexts/meta', createHash('sha256').update(name).digest('hex'), 'meta.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

describe('the endpoint of the engine', () => {
  it('is the option before DOCKER_HOST before the context before the usual sockets', async () => {
    await listen(join(folder, 'root/var/run/docker.sock'));
    await writeContext('far', 'tcp://far.example:2375');
    expect(await find({ DOCKER_HOST: 'unix:///a', DOCKER_CONTEXT: 'far' }, '/b')).toMatchObject({ kind: 'socket', path: '/b' });
    expect(await find({ DOCKER_HOST: 'unix:///a', DOCKER_CONTEXT: 'far' })).toMatchObject({ kind: 'socket', path: '/a' });
    expect(await find({ DOCKER_CONTEXT: 'far' })).toMatchObject({ kind: 'tcp', host: 'far.example', port: 2375 });
    expect(await find()).toMatchObject({ kind: 'socket', path: join(folder, 'root/var/run/docker.sock') });
  });

  it('follows the current context of the configuration, and not the one called default', async () => {
    const socket = await listen(join(folder, 'root/var/run/docker.sock'));
    await writeContext('mine', 'unix:///run/user/5/docker.sock');
    await writeFile(join(folder, 'home/.docker/config.json'), JSON.stringify({ currentContext: 'mine' }));
    expect(await find()).toMatchObject({ path: '/run/user/5/docker.sock', origin: 'the context "mine"' });
    expect(await find({ DOCKER_CONTEXT: 'default' })).toMatchObject({ path: socket });
  });

  it('is Docker before Podman, and the user\'s own where the system has none', async () => {
    const runtime = join(folder, 'runtime');
    const podman = await listen(join(runtime, 'podman/podman.sock'));
    expect(await find({ XDG_RUNTIME_DIR: runtime })).toMatchObject({ path: podman });
    const docker = await listen(join(runtime, 'docker.sock'));
    expect(await find({ XDG_RUNTIME_DIR: runtime })).toMatchObject({ path: docker });
  });

  it('is encrypted where DOCKER_TLS_VERIFY is set, with the certificates of DOCKER_CERT_PATH', async () => {
    await mkdir(join(folder, 'certificates'));
    await writeFile(join(folder, 'certificates/ca.pem'), 'CA');
    expect(await find({ DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'certificates') })).toEqual({
      kind: 'tcp', host: 'h', port: 2376, tls: { ca: 'CA', cert: undefined, key: undefined }, origin: 'DOCKER_HOST',
    });
  });

  it.each([
    ['no engine is installed', {}, 'COS_DOCKER_NO_ENGINE'],
    ['the context does not exist', { DOCKER_CONTEXT: 'gone' }, 'COS_DOCKER_CONTEXT_UNKNOWN'],
    ['DOCKER_HOST is behind SSH', { DOCKER_HOST: 'ssh://user@host' }, 'COS_DOCKER_ENDPOINT_FORM'],
    ['DOCKER_HOST is no address', { DOCKER_HOST: 'unix://relative' }, 'COS_DOCKER_ENDPOINT_FORM'],
  ])('is told to be missing with what to do when %s', async (_, env, code) => {
    const error: unknown = await find(env).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ diagnostics: [{ code, hint: expect.stringMatching(/\w/) as unknown }] });
  });

  it('is told to be unreachable when nothing listens there', async () => {
    const client = createClient(await find({}, join(folder, 'nothing.sock')));
    await expect(client.ask({ method: 'GET', path: '/_ping', signal: never })).rejects.toMatchObject({
      diagnostics: [{ code: 'COS_DOCKER_ENGINE_UNREACHABLE', message: `No container engine answers at ${join(folder, 'nothing.sock')} (ENOENT).`, notes: [{ message: 'The address comes from the option "socket".' }] }],
    });
  });
});
