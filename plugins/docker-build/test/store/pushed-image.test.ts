import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/engine/build-image.ts';
import { inspectImage, type ImageInfo } from '../../src/engine/images.ts';
import { createProcessName } from '../../src/process-identity.ts';
import { PushNames } from '../../src/store/push-names.ts';
import { LayerCache } from '../../src/store/layer-cache.ts';
import { ListingFolder } from '../../src/store/listing-folder.ts';
import { addPushedLayers } from '../../src/store/pushed-image.ts';
import { openUploadDoor } from '../../src/store/upload-door.ts';
import { connect, never, TestImages } from '../rig/engine.ts';

let images: TestImages;
let folder: string;
let image: ImageInfo;

beforeAll(async () => {
  images = new TestImages(await connect());
  folder = await mkdtemp(join(tmpdir(), 'cos-pushed-'));
  const base = await images.base();
  const steps = Array.from({ length: 7 }, (_, index) => `RUN echo ${index} ${process.pid} > /layer${index}`);
  const text = [`FROM ${base}`, ...steps].join('\n');
  const id = await buildImage(images.client, {
    subject: 'p', steps: [], dockerfileName: 'd', tag: `${images.repository}:built`, network: 'none', buildArgs: {}, signal: never, onLine: () => undefined, context: writeTar([createEntry({ path: 'd' }, text)]),
  });
  image = (await inspectImage(images.client, id, never))!;
});
afterAll(async () => {
  await images.remove();
  await rm(folder, { recursive: true });
  await rm(`${folder}-pushes`, { recursive: true, force: true });
});

let count = 0;
function newCache(): LayerCache {
  return new LayerCache({ folder, listings: new ListingFolder({ folder: join(folder, `listings${count++}`), limit: 1e9 }), limit: 1e9, layerLimit: 1e9 });
}

const names = (): PushNames => new PushNames(`${folder}-pushes`, images.client.endpoint);

async function pushed(cache: LayerCache, wanted: readonly string[], knownHeads: readonly string[] = []): Promise<readonly string[]> {
  return [...(await addPushedLayers(cache, { client: images.client, names: names(), image: image.id, wanted: new Set(wanted), knownHeads: new Set(knownHeads), tag: createProcessName(), contents: 'small', signal: never }))];
}

async function doorTags(): Promise<readonly string[]> {
  return (await inspectImage(images.client, image.id, never))!.tags.filter((tag) => tag.startsWith('127.0.0.1:'));
}

describe('layers that the engine pushes', () => {
  it('are those on top, which come with the digests that the engine states', async () => {
    const cache = newCache();
    const top = image.layers.slice(-2);
    expect(await pushed(cache, top)).toEqual([]);
    expect(top.map((digest) => cache.find(digest)?.listing.entries.map(({ header }) => header.path))).toEqual([['layer5'], ['layer6']]);
    expect(await doorTags()).toEqual([]);
    await cache.close();
  });

  it('come all, when all are wanted and there are more than the engine pushes at once', async () => {
    const cache = newCache();
    expect(await pushed(cache, image.layers)).toEqual([]);
    expect(cache.find(image.layers[0]!)?.listing.entries.map(({ header }) => header.path)).toContain('bin/busybox');
    await cache.close();
  });

  it('come although all of them begin like one that is known', async () => {
    const first = newCache();
    await pushed(first, image.layers);
    const heads = image.layers.map((digest) => first.find(digest)!.head);
    await first.close();
    const cache = newCache();
    expect(await pushed(cache, image.layers.slice(0, 1), heads)).toEqual([]);
    await cache.close();
  });

  it('are missing when the image has none of that digest', async () => {
    const cache = newCache();
    const other = `sha256:${'0'.repeat(64)}`;
    expect(await pushed(cache, [other])).toEqual([other]);
    expect(await doorTags()).toEqual([]);
    await cache.close();
  });

  it('end with the signal, and leave neither a name in the engine nor a file', async () => {
    const cache = newCache();
    const abort = new AbortController();
    const work = addPushedLayers(cache, { client: images.client, names: names(), image: image.id, wanted: new Set([`sha256:${'0'.repeat(64)}`]), knownHeads: new Set(), tag: createProcessName(), contents: 'small', signal: abort.signal });
    setTimeout(() => abort.abort(new Error('stopped')), 30);
    await expect(work).rejects.toThrow('stopped');
    expect(await doorTags()).toEqual([]);
    await cache.close();
    expect((await readdir(folder)).filter((name) => !name.startsWith('listings'))).toEqual([]);
    expect(await readdir(`${folder}-pushes`)).toEqual([]);
  });
});

describe('the door for pushed layers', () => {
  async function send(url: string, method: string, body?: Uint8Array): Promise<{ readonly status: number; readonly location: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, ...(body === undefined ? {} : { headers: { 'Content-Length': body.length } }) }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '' }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  const layer = async (...entries: readonly TarEntry[]): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeTar(entries)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  it('takes a blob by PATCH and PUT, or by PUT alone, and knows it afterwards', async () => {
    const taken: number[] = [];
    const door = await openUploadDoor(async (blob) => {
      let size = 0;
      for await (const chunk of blob) size += chunk.length;
      taken.push(size);
    });
    const base = `http://${door.repository.replace('/', '/v2/')}/blobs/`;
    const blob = gzipSync(await layer(createEntry({ path: 'a' }, 'content')));
    const { location } = await send(`${base}uploads/`, 'POST');
    expect((await send(new URL(location, base).href, 'PATCH', blob)).status).toBe(202);
    expect((await send(`${base}sha256:1`, 'HEAD')).status).toBe(404);
    expect((await send(`${new URL(location, base).href}?digest=sha256:1`, 'PUT')).status).toBe(201);
    expect((await send(`${base}sha256:1`, 'HEAD')).status).toBe(200);
    const second = await send(`${base}uploads/`, 'POST');
    expect((await send(`${new URL(second.location, base).href}?digest=sha256:2`, 'PUT', blob)).status).toBe(201);
    expect(taken).toEqual([blob.length, blob.length]);
    door.close();
  });

  it('knows no other repository than its own', async () => {
    const door = await openUploadDoor(() => Promise.reject(new Error('taken')));
    const host = door.repository.split('/')[0] ?? '';
    expect((await send(`http://${host}/v2/other/blobs/uploads/`, 'POST')).status).toBe(404);
    expect((await send(`http://${host}/etc/passwd`, 'GET')).status).toBe(404);
    door.close();
  });
});
