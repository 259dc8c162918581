import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, readTar, rootfsDigest, writeTar } from '@cos/archive';
import { formatPackageDockerfile } from '@cos/luet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/engine/build-image.ts';
import { inspectImage, referenceOf } from '../../src/engine/images.ts';
import { packageSteps } from '../../src/package-steps.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { parseRecipe } from '../../src/recipe.ts';
import type { ImageStore } from '../../src/store/image-store.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { engineNames, never, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';
import { newStore } from '../rig/store.ts';

let engine: TestEngine;
let images: TestImages;
let folder: string;
let store: ImageStore;

const stores: ImageStore[] = [];
/** Each is as in a process of its own. */
function freshStore(): ImageStore {
  const made = newStore(images.client, images.repository, { imageRepository: `${images.repository}-luet`, folder, listings: join(folder, `listings${stores.length}`) });
  stores.push(made);
  return made;
}

let count = 0;
async function build(...steps: readonly string[]): Promise<string> {
  const recipe = parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1', steps }));
  const dockerfile = formatPackageDockerfile({ package: recipe, spec: recipe, from: referenceOf(images.name('base')), copies: [] });
  return buildImage(images.client, {
    subject: 'p', steps: packageSteps(dockerfile), dockerfileName: 'd', tag: referenceOf(images.name(`build${count++}`)), network: 'none', buildArgs: {}, signal: never,
    onLine: () => undefined, context: writeTar([createEntry({ path: 'd' }, dockerfile.text)]),
  });
}

interface Found {
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  readonly content: string;
  readonly link: string;
}

async function contentOf(tar: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for await (const entry of readTar(tar)) {
    const chunks: Uint8Array[] = [];
    if (entry.size < 1000) for await (const chunk of entry.body) chunks.push(chunk);
    found.set(entry.path, { type: entry.type, mode: entry.mode.toString(8), owner: `${entry.uid}:${entry.gid}`, content: Buffer.concat(chunks).toString(), link: entry.linkName });
  }
  return found;
}

describe.each(engineNames)('the store of container images in %s', (name) => {
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    folder = await mkdtemp(join(tmpdir(), 'cos-image-store-'));
    store = freshStore();
    await images.base();
  });
  afterAll(async () => {
    for (const made of stores.splice(0)) await made.close();
    await images.remove();
    await rm(folder, { recursive: true });
    await engine.stop();
  });

  it('keeps an image under its digest and gives back what was imported', async () => {
    const digest = await store.import(referenceOf(images.name('base')), never);
    expect(await store.has(digest, never)).toBe(true);
    expect((await inspectImage(images.client, store.referenceOf(digest), never))?.id).toBe((await inspectImage(images.client, referenceOf(images.name('base')), never))?.id);
    expect(await rootfsDigest(store.read(digest, never))).toBe(await rootfsDigest(busyboxTar()));
  });

  it('gives the image\'s own files at the places where the engine lays files over containers', async () => {
    const digest = await store.import(referenceOf(images.name('base')), never);
    const found = await contentOf(store.read(digest, never));
    expect(found.get('etc/hosts')?.content).toBe('127.0.0.1 of-the-image\n');
    expect(found.get('etc/hostname')?.content).toBe('of-the-image\n');
    expect(found.get('etc/resolv.conf')).toMatchObject({ type: 'symlink', link: '../run/resolv.conf' });
    for (const path of ['.dockerenv', 'dev', 'dev/console', 'etc/mtab', 'proc', 'sys']) expect(found.has(path)).toBe(false);
  });

  it('keeps links, owners, modes, fifos and deletions of all layers', async () => {
    const digest = await store.import(await build(
      'mkdir /d && echo one > /d/a && ln /d/a /d/b && ln -s a /d/c && mkfifo /d/f && chmod 4755 /d/a && chown -h 7:8 /d/c /d/f && rm /etc/hosts 2>/dev/null || true',
      'rm -r /tmp && mkdir /tmp && chmod 700 /tmp && rm /d/c',
    ), never);
    const found = await contentOf(store.read(digest, never));
    expect(found.get('d/a')).toMatchObject({ type: 'file', mode: '4755', content: 'one\n' });
    expect(found.get('d/b')).toMatchObject({ type: 'link', link: 'd/a' });
    expect(found.get('d/f')).toMatchObject({ type: 'fifo', owner: '7:8' });
    expect(found.has('d/c')).toBe(false);
    expect(found.get('tmp')).toMatchObject({ mode: '700' });
  });

  it('has one digest for two builds of the same content, whose ids differ', async () => {
    const first = await build('echo x > /x');
    const again = await build('echo x > /y', 'mv /y /x');
    const [one, two] = [await store.digestOf(first, never), await store.digestOf(again, never)];
    expect(first).not.toBe(again);
    // The second Dockerfile lies in /luetbuild of its image.
    expect(one).not.toBe(two);
    const third = await build('rm -r /luetbuild', 'echo x > /x');
    const fourth = await build('rm -r /luetbuild', 'echo x > /y; mv /y /x');
    expect(third).not.toBe(fourth);
    expect(await store.digestOf(third, never)).toBe(await store.digestOf(fourth, never));
  });

  it('tells images of equal content apart when commands would behave differently in them', async () => {
    const make = async (tag: string, config: { readonly env?: Record<string, string>; readonly labels?: Record<string, string> }): Promise<string> =>
      importImage(images.client, { rootfs: busyboxTar(), name: images.name(tag), env: {}, ...config, platform: 'linux/amd64', signal: never });
    const made = [await make('env1', { env: { A: '1' } }), await make('env2', { env: { A: '2' } }), await build('rm -r /luetbuild'), await make('label', { labels: { a: '1' } }), await make('none', { labels: { a: '2' } })];
    const digests = made.map(async (id) => store.digestOf(id, never));
    const [one, two, user, label, none] = await Promise.all(digests);
    expect(new Set([one, two, user, label]).size).toBe(4);
    expect(label).toBe(none);
  });

  it('has nothing after remove, also under other names of the repository', async () => {
    const digest = await store.import(await build('echo removed > /removed'), never);
    await store.remove(digest, never);
    expect(await store.has(digest, never)).toBe(false);
    await store.remove(digest, never);
    await expect(store.import(store.referenceOf(digest), never)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_IMAGE_GONE' }] });
  });

  it('asks the engine for layers once, also when several read at the same time, and leaves no file in its folder', async () => {
    const fresh = freshStore();
    const reference = await build('echo parallel > /parallel');
    const digest = await fresh.import(reference, never);
    const digests = await Promise.all([1, 2, 3].map(async () => rootfsDigest(fresh.read(digest, never))));
    expect(new Set(digests).size).toBe(1);
    expect((await readdir(folder)).filter((name) => !name.startsWith('listings'))).toEqual([]);
  });

  it('stops reading when it is aborted', async () => {
    const digest = await store.import(referenceOf(images.name('base')), never);
    const abort = new AbortController();
    abort.abort(new Error('stopped'));
    await expect(rootfsDigest(freshStore().read(digest, abort.signal))).rejects.toThrow('stopped');
  });
});
