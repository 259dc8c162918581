import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, readManifest, readTar, writeTar, type TarEntry } from '@cos/archive';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '@cos/core';
import { buildImage } from '../../src/engine/build-image.ts';
import type { EngineClient, EngineRequest } from '../../src/engine/client.ts';
import { inspectImage, tagImage, untagImage } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { createProcessName } from '../../src/process-identity.ts';
import { ImageStore } from '../../src/store/image-store.ts';
import { PushNames } from '../../src/store/push-names.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { connect, never, TestImages } from '../rig/engine.ts';

// Two stores are two processes: what the second knows is what the first left in the folder of listings.

let images: TestImages;
let folder: string;
let requests: string[] = [];
beforeAll(async () => {
  images = new TestImages(await connect());
  folder = await mkdtemp(join(tmpdir(), 'cos-content-'));
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await images.remove();
  await rm(folder, { recursive: true });
});

/** Notes what the engine is asked for. */
function watched(client: EngineClient): EngineClient {
  const note = ({ method, path }: EngineRequest): void => void requests.push(`${method} ${path.replace(/[0-9a-f]{64}/g, 'ID').replace(/127\.0\.0\.1:\S*(?=\/push)/, 'DOOR')}`);
  return {
    endpoint: client.endpoint,
    ask: async (request) => (note(request), client.ask(request)),
    find: async (request) => (note(request), client.find(request)),
    stream: async (request) => (note(request), client.stream(request)),
    download: (path, signal) => (note({ method: 'GET', path, signal }), client.download(path, signal)),
  };
}

/** Questions about what the engine has, which take no time. */
const isLook = (request: string): boolean => /^GET \/(?:images\/\S+\/(?:json|history)|images\/json|version)$/.test(request);

const stores: ImageStore[] = [];
function newStore(listings: string, mayPush = true): ImageStore {
  const store = new ImageStore({ client: watched(images.client), repository: images.repository, folder, listings: join(folder, listings), pushes: join(folder, 'pushes'), mayPush: () => Promise.resolve(mayPush) });
  stores.push(store);
  return store;
}

async function importTar(tag: string, ...extra: readonly TarEntry[]): Promise<string> {
  return importImage(images.client, { rootfs: busyboxTar(extra), name: images.name(tag), env: { PATH: '/bin' }, platform: 'linux/amd64', signal: never });
}

async function build(base: string, ...steps: readonly string[]): Promise<string> {
  const text = [`FROM ${base}`, ...steps.map((step) => `RUN ${step}`)].join('\n');
  return buildImage(images.client, {
    subject: 'p', steps: [], dockerfileName: 'd', tag: `${images.repository}:built${stores.length}`, network: 'none', buildArgs: {}, signal: never, onLine: () => undefined, context: writeTar([createEntry({ path: 'd' }, text)]),
  });
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* copied(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

async function textsOf(store: ImageStore, digest: Digest, only?: ReadonlySet<string>): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { path, body, type, linkName, mode } of readTar(store.read(digest, never, only === undefined ? {} : { only }))) {
    const text = (await collect(body)).toString('latin1');
    texts[path] = type === 'file' ? (text.length > 100 ? `${text.length} bytes` : text) : type === 'directory' ? mode.toString(8) : `${type} ${linkName}`;
  }
  return texts;
}

const containers = (): string => execFileSync('docker', ['container', 'ls', '--all', '--format', '{{.Names}}'], { encoding: 'utf8' });

describe('an image whose layers were listed by another process', () => {
  it('is read from a container, with its own files where the engine has others there, and leaves no container', async () => {
    const capability = new Map([['security.capability', Uint8Array.of(1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]]);
    const id = await build(
      await importTar('masked', createEntry({ path: 'etc/mtab' }, 'of the image'), createEntry({ path: 'dev', type: 'directory', mode: 0o700, uid: 5 }), createEntry({ path: 'dev/console' }, 'no device'),
        createEntry({ path: 'proc', type: 'directory', mode: 0o555 }), createEntry({ path: 'cap', xattrs: capability }, 'capable'), createEntry({ path: 'big' }, Buffer.alloc(3_000_000, 'x'))),
      'mkdir /d && echo one > /d/a && ln /d/a /d/b && chmod 4711 /bin/busybox && echo z > /etc/zz && rm /cap && ln /d/a /etc/a',
    );
    const first = newStore('a');
    const digest = await first.import(id, never);
    const expected = await collect(first.read(digest, never));
    requests = [];
    const second = newStore('a');
    expect((await collect(second.read(digest, never))).equals(expected)).toBe(true);
    expect((await collect(copied(second.read(digest, never, { transient: true })))).equals(expected)).toBe(true);
    expect(requests.filter((request) => !isLook(request))).toEqual([
      'GET /containers/json', 'POST /containers/create', 'GET /containers/ID/export', 'DELETE /containers/ID', 'POST /containers/create', 'GET /containers/ID/export', 'DELETE /containers/ID',
    ]);
    expect(await textsOf(second, digest)).toMatchObject({
      'etc/hosts': '127.0.0.1 of-the-image\n', 'etc/hostname': 'of-the-image\n', 'etc/mtab': 'of the image', 'dev/console': 'no device', proc: '555', 'd/b': 'link d/a', 'etc/a': 'link d/a', big: '3000000 bytes',
    });
    expect(containers()).not.toContain('cos-read-');
  });

  it('is listed and digested without a request for content', async () => {
    const id = await build(await importTar('listed'), 'echo listed > /listed');
    const digest = await newStore('b').import(id, never);
    requests = [];
    const second = newStore('b');
    expect(await second.digestOf(id, never)).toBe(digest);
    const paths: string[] = [];
    for await (const { path } of readManifest(second.list(digest, never))) paths.push(path);
    expect(paths).toEqual(expect.arrayContaining(['bin/busybox', 'etc/hosts', 'listed']));
    expect(requests.every(isLook)).toBe(true);
  });

  it('gives some of its paths alone, those of small layers by layers and without a container', async () => {
    const base = await importTar('parts', createEntry({ path: 'big' }, Buffer.alloc(30_000_000, 'x')));
    const id = await build(base, 'echo part > /part && ln /part /part2');
    const digest = await newStore('c').import(id, never);
    requests = [];
    expect(await textsOf(newStore('c'), digest, new Set(['part2']))).toEqual({ part2: 'part\n' });
    expect(requests.some((request) => request.startsWith('POST /containers'))).toBe(false);
    expect(requests).toContain('POST /images/DOOR/push');
    requests = [];
    expect(await textsOf(newStore('c', false), digest, new Set(['part2', 'etc', 'etc/hosts']))).toEqual({ etc: '755', 'etc/hosts': '127.0.0.1 of-the-image\n', part2: 'part\n' });
    expect(requests).toContain('POST /containers/create');
  });

  it('gives a large file where the engine has another one', async () => {
    const id = await importTar('hidden', createEntry({ path: 'etc/mtab' }, Buffer.alloc(5_000_000, 'h')));
    const digest = await newStore('d').import(id, never);
    expect(await textsOf(newStore('d'), digest, new Set(['etc/mtab']))).toEqual({ 'etc/mtab': '5000000 bytes' });
    expect(await textsOf(newStore('d', false), digest)).toMatchObject({ 'etc/mtab': '5000000 bytes' });
  });

  it('can be read by several at once, and left before its end', async () => {
    const id = await importTar('several', createEntry({ path: 'big' }, Buffer.alloc(3_000_000, 'x')));
    const digest = await newStore('e').import(id, never);
    const store = newStore('e');
    const [one, two] = await Promise.all([collect(store.read(digest, never)), collect(store.read(digest, never))]);
    expect(one.equals(two)).toBe(true);
    for await (const _ of store.read(digest, never)) break;
    const abort = new AbortController();
    await expect(
      (async () => {
        for await (const _ of store.read(digest, abort.signal)) abort.abort(new Error('stopped'));
      })(),
    ).rejects.toThrow('stopped');
    expect(containers()).not.toContain('cos-read-');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

it('a layer on top of a large image is pushed; saving the image is not asked for', async () => {
  const base = await importTar('large', createEntry({ path: 'big' }, Buffer.alloc(60_000_000, 'x')));
  const store = newStore('f');
  const digest = await store.import(base, never);
  const id = await build(store.referenceOf(digest), 'echo top > /top');
  requests = [];
  await store.import(id, never);
  expect(requests.filter((request) => /push|get$/.test(request))).toEqual(['POST /images/DOOR/push']);
});

it('containers and names of dead processes are removed before anything is read, those of others stay', async () => {
  const id = await importTar('swept');
  const digest = await newStore('g').import(id, never);
  const make = async (name: string): Promise<void> => void (await images.client.ask({ method: 'POST', path: '/containers/create', query: { name }, json: { Image: id, Cmd: ['/'] }, signal: never }));
  // A process of this machine that is long gone.
  const gone = createProcessName().replace(/-\d+(?=-\d+-\d+-\d+-[0-9a-f]+$)/, '-4194305');
  const [dead, other] = [`cos-read-${gone}`, 'cos-read-of-somebody-else'];
  await make(dead);
  await make(other);
  const doors = [gone, createProcessName()].map((tag) => ({ repository: '127.0.0.1:1/cos-0123456789abcdef', tag }));
  const pushes = join(folder, 'pushes');
  const names = new PushNames(pushes, images.client.endpoint);
  for (const door of doors) {
    names.note(door);
    await tagImage(images.client, id, door, never);
  }
  try {
    await collect(newStore('g').read(digest, never));
    expect(containers()).not.toContain(dead);
    expect(containers()).toContain(other);
    expect((await inspectImage(images.client, id, never))?.tags.filter((tag) => tag.startsWith('127.'))).toEqual([`127.0.0.1:1/cos-0123456789abcdef:${doors[1]?.tag}`]);
    expect(await readdir(pushes)).toEqual([doors[1]?.tag]);
  } finally {
    for (const door of doors) await untagImage(images.client, door, never);
    await images.client.find({ method: 'DELETE', path: `/containers/${other}`, signal: never });
  }
});
