import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createWorkspace, runStage } from '@cos/core/testing';
import type { Digest } from '@cos/core';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOrigin } from '../../src/cache/image-origin.ts';
import { inspectImage, listTags, untagImage } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { dockerBuild } from '../../src/index.ts';
import type { ImageStore } from '../../src/store/image-store.ts';
import { writeImageTags, type ImageTagsFile } from '../../src/tags/image-tags.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { connect, never, TestImages } from '../rig/engine.ts';
import { newStore } from '../rig/store.ts';

let images: TestImages;
let store: ImageStore;
let builder: Digest;
let image: Digest;

beforeAll(async () => {
  images = new TestImages(await connect());
  store = newStore(images.client, images.repository, { imageRepository: `${images.repository}-luet` });
  const make = async (tag: string, A: string): Promise<Digest> => store.import(await importImage(images.client, { rootfs: busyboxTar(), name: images.name(tag), env: { A }, platform: 'linux/amd64', signal: never }), never);
  builder = await make('a', '1');
  image = await make('b', '2');
});
afterAll(async () => {
  for (const name of await listTags(images.client, `${images.repository}-luet`, '', never)) await untagImage(images.client, name, never);
  await store.close();
  await images.remove();
});

const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const tags: ImageTagsFile = {
  pull: [],
  images: { 'p-t-1.0@x': { package: 'p-t-1.0', packages: [hex('one'), hex('two')], builders: [`builder-${md5('b')}`, hex('plain')] } },
  joins: { 'os-t-1.0': md5('join') },
};

async function name(origins: { readonly image: Digest; readonly builder: Digest | undefined }, options: { readonly images: string[]; readonly joins: string[] }) {
  const workspace = await createWorkspace();
  const write = async (file: string, text: string) => {
    await writeFile(workspace.join(file), text);
    return { path: workspace.join(file), meta: {} };
  };
  const origin = await write('origin', writeOrigin({ key: hex('key'), made: 'built', ...origins }));
  return runStage(dockerBuild({ repository: images.repository }), 'name', {
    workspace,
    inputs: { tags: await write('tags', writeImageTags(tags)), images: options.images.map(() => origin), joins: options.joins.map(() => origin) },
    options: { repository: `${images.repository}-luet`, ...options },
  });
}

const idOf = async (reference: string) => (await inspectImage(images.client, reference, never))?.id;

describe('names of luet in the engine', () => {
  it('are all tags of an image and of its builder image', async () => {
    await using named = await name({ image, builder }, { images: ['p-t-1.0@x'], joins: [] });
    expect(named.text).toBe('');
    const found = [...tags.images['p-t-1.0@x']!.packages, ...tags.images['p-t-1.0@x']!.builders].map((tag) => idOf(`${images.repository}-luet:${tag}`));
    const [own, below] = [await idOf(store.referenceOf(image)), await idOf(store.referenceOf(builder))];
    expect(own).not.toBe(below);
    expect(await Promise.all(found)).toEqual([own, own, below, below]);
    const lines = readFileSync(named.outputs.names.path, 'utf8').trimEnd().split('\n');
    expect(lines).toEqual([...lines].sort());
    expect(lines).toContain(`${images.repository}-luet:${hex('one')} ${image}`);
  });

  it('are also those of assembled bases', async () => {
    await using named = await name({ image, builder: undefined }, { images: [], joins: ['os-t-1.0'] });
    expect(named.text).toBe('');
    expect(await idOf(`${images.repository}-luet:${md5('join')}`)).toBe(await idOf(store.referenceOf(image)));
  });

  it('move to the image that was built last', async () => {
    await using first = await name({ image, builder }, { images: ['p-t-1.0@x'], joins: [] });
    await using second = await name({ image: builder, builder }, { images: ['p-t-1.0@x'], joins: [] });
    expect([first.outcome, second.outcome]).toEqual(['built', 'built']);
    expect(await idOf(`${images.repository}-luet:${hex('one')}`)).toBe(await idOf(store.referenceOf(builder)));
  });

  it('are not given to an image that the engine has lost, and nothing is built for their sake', async () => {
    const gone = `sha256:${hex('gone')}` as Digest;
    await using named = await name({ image: gone, builder }, { images: ['p-t-1.0@x'], joins: [] });
    expect(named.outcome).toBe('built');
    expect(named.lines).toEqual([`the engine has no image ${store.referenceOf(gone)} any more: it gets no name`]);
    expect(readFileSync(named.outputs.names.path, 'utf8')).not.toContain(gone);
  });

  it('go with the image when the store forgets it', async () => {
    const digest = await store.import(await importImage(images.client, { rootfs: busyboxTar(), name: images.name('c'), env: { A: '3' }, platform: 'linux/amd64', signal: never }), never);
    await using named = await name({ image: digest, builder: undefined }, { images: [], joins: ['os-t-1.0'] });
    expect(named.outcome).toBe('built');
    await store.remove(digest, never);
    expect(await inspectImage(images.client, `${images.repository}-luet:${md5('join')}`, never)).toBeUndefined();
  });

  it('are not in the engine when there is no such image in the plan', async () => {
    await using named = await name({ image, builder }, { images: ['q-t-1.0'], joins: ['q-t-1.0'] });
    expect(readFileSync(named.outputs.names.path, 'utf8')).toBe('');
  });
});
