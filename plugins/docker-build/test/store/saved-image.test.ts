import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createEntry, joinLayers, writeTar, type TarEntry } from '@cos/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEAD_LENGTH, LayerCache } from '../../src/store/layer-cache.ts';
import { ListingFolder } from '../../src/store/listing-folder.ts';
import { addSavedLayers, readSavedConfig } from '../../src/store/saved-image.ts';
import { never } from '../rig/engine.ts';

let folder: string;
let cache: LayerCache;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-saved-'));
  cache = new LayerCache({ folder, listings: new ListingFolder({ folder: join(folder, 'listings'), limit: 1e9 }), limit: 1e9, layerLimit: 1e9 });
});
afterEach(async () => {
  await cache.close();
  await rm(folder, { recursive: true });
});

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const layer = async (...entries: readonly TarEntry[]): Promise<Buffer> => collect(writeTar(entries));
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const file = (path: string, content: Uint8Array | string): TarEntry => createEntry({ path }, content);

async function readSaved(digests: readonly string[], saved: AsyncIterable<Uint8Array>, knownHeads: readonly string[] = []): Promise<{ readonly missing: readonly string[]; readonly found: readonly string[] }> {
  const missing = await addSavedLayers(cache, { saved, wanted: new Set(digests), knownHeads: new Set(knownHeads), contents: 'small', signal: never });
  const lease = cache.lease(digests);
  const listings = digests.flatMap((digest) => cache.find(digest)?.listing ?? []);
  const text = (await collect(joinLayers(listings).archive((content) => lease.open(content, { transient: false })))).toString();
  await lease.release();
  return { missing: [...missing], found: ['one', 'two', 'three'].filter((name) => text.includes(`content of ${name}`)) };
}

describe('a saved image', () => {
  it('is read in the form of Docker up to version 24, layers in any order and equal ones as links', async () => {
    const one = await layer(file('one', 'content of one'));
    const two = await layer(file('two', 'content of two'));
    const saved = writeTar([
      createEntry({ path: 'a'.repeat(64), type: 'directory' }), file(`${'a'.repeat(64)}/VERSION`, '1.0'), file(`${'a'.repeat(64)}/json`, '{}'), file(`${'a'.repeat(64)}/layer.tar`, two),
      file(`${'b'.repeat(64)}/layer.tar`, one), createEntry({ path: `${'c'.repeat(64)}/layer.tar`, type: 'symlink', linkName: `../${'b'.repeat(64)}/layer.tar` }),
      file(`${'d'.repeat(64)}.json`, '{}'), file('manifest.json', '[]'),
    ]);
    expect(await readSaved([`sha256:${digestOf(one)}`, `sha256:${digestOf(two)}`, `sha256:${digestOf(one)}`], saved)).toEqual({ missing: [], found: ['one', 'two'] });
  });

  it('is read in the form of the OCI image layout, whose layers may be compressed', async () => {
    const layers = await Promise.all(['one', 'two', 'three'].map(async (name) => layer(file(name, `content of ${name}`))));
    const blobs = [layers[0]!, gzipSync(layers[1]!), zstdCompressSync(layers[2]!), Buffer.from('{"schemaVersion":2}')];
    const saved = writeTar([...blobs.map((blob) => file(`blobs/sha256/${digestOf(blob)}`, blob)), file('index.json', '{}'), file('oci-layout', '{}')]);
    expect(await readSaved(layers.map((bytes) => `sha256:${digestOf(bytes)}`), saved)).toEqual({ missing: [], found: ['one', 'two', 'three'] });
  });

  it('is read from memory that is used again for each piece, as downloads come', async () => {
    const layers = await Promise.all(['one', 'two', 'three'].map(async (name) => layer(file(name, `content of ${name}`), file(`${name}-noise`, Buffer.from(Array.from({ length: 30_000 }, (_, at) => (at * at * 31) % 251))))));
    const blobs = [layers[0]!, gzipSync(layers[1]!), zstdCompressSync(layers[2]!)];
    const bytes = await collect(writeTar(blobs.map((blob) => file(`blobs/sha256/${digestOf(blob)}`, blob))));
    const download = async function* (): AsyncGenerator<Uint8Array> {
      const memory = Buffer.alloc(1000);
      for (let at = 0; at < bytes.length; at += memory.length) yield memory.subarray(0, bytes.copy(memory, 0, at, at + memory.length));
    };
    expect(await readSaved(layers.map((one) => `sha256:${digestOf(one)}`), download())).toEqual({ missing: [], found: ['one', 'two', 'three'] });
  });

  it('lacks a layer when another one comes in its place, and is refused when something comes that is no archive', async () => {
    const one = await layer(file('one', 'content of one'));
    const name = `${'a'.repeat(64)}/layer.tar`;
    const wanted = [`sha256:${digestOf(one)}`];
    for (const saved of [writeTar([]), writeTar([file(name, await layer(file('one', 'something else')))])]) expect((await readSaved(wanted, saved)).missing).toEqual(wanted);
    await expect(readSaved(wanted, writeTar([file(name, 'no archive')]))).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_IMAGE_CORRUPT' }] });
  });

  it('is read no further than to the last layer that is wanted', async () => {
    const one = await layer(file('one', 'content of one'));
    const saved = async function* (): AsyncGenerator<Uint8Array> {
      const bytes = await collect(writeTar([file(`${'a'.repeat(64)}/layer.tar`, one), file(`${'b'.repeat(64)}/layer.tar`, Buffer.alloc(5_000_000))]));
      yield bytes.subarray(0, 100_000);
      throw new Error('read on');
    };
    expect(await readSaved([`sha256:${digestOf(one)}`], saved())).toEqual({ missing: [], found: ['one'] });
  });

  it('is passed over where a layer begins as one that is known', async () => {
    const known = await layer(file('known', 'k'.repeat(20_000)));
    const one = await layer(file('one', 'content of one'));
    const head = digestOf(known.subarray(0, HEAD_LENGTH));
    const saved = writeTar([file(`${'a'.repeat(64)}/layer.tar`, known), file(`${'b'.repeat(64)}/layer.tar`, one)]);
    expect(await readSaved([`sha256:${digestOf(one)}`], saved, [head])).toEqual({ missing: [], found: ['one'] });
    expect(cache.find(`sha256:${digestOf(known)}`)).toBeUndefined();
  });
});

describe('the configuration of a saved image', () => {
  const layers = ['sha256:1', 'sha256:2'];
  const config = JSON.stringify({ config: { User: 'me', OnBuild: ['RUN true'] }, rootfs: { type: 'layers', diff_ids: layers }, history: [{}, { created_by: 'RUN x', comment: 'buildkit.dockerfile.v0' }] });
  const other = JSON.stringify({ config: { User: 'other' }, rootfs: { diff_ids: ['sha256:1'] } });

  it.each([
    ['Docker up to version 24', [file(`${'a'.repeat(64)}/json`, '{}'), file(`${'a'.repeat(64)}/layer.tar`, Buffer.alloc(1024)), file(`${'b'.repeat(64)}.json`, config), file('manifest.json', '[]')]],
    ['the OCI image layout', [file(`blobs/sha256/${'a'.repeat(64)}`, 'x'.repeat(2000)), file(`blobs/sha256/${'b'.repeat(64)}`, other), file(`blobs/sha256/${'c'.repeat(64)}`, '{broken'), file(`blobs/sha256/${'d'.repeat(64)}`, config)]],
  ])('is that of the layers, in the form of %s', async (_, entries) => {
    expect(await readSavedConfig(writeTar(entries), layers, never)).toMatchObject({ config: { user: 'me', onBuild: ['RUN true'] }, makers: ['other', 'buildkit'] });
  });

  it('is missed when it does not come', async () => {
    for (const entries of [[], [file(`${'b'.repeat(64)}.json`, other)]]) await expect(readSavedConfig(writeTar(entries), layers, never)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_IMAGE_CORRUPT' }] });
  });
});
