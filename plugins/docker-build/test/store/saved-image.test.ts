import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createEntry, joinLayers, writeTar, type TarEntry } from '@cos/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LayerCache } from '../../src/store/layer-cache.ts';
import { keepSavedImage } from '../../src/store/saved-image.ts';
import { never } from '../rig/engine.ts';

let folder: string;
let cache: LayerCache;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-saved-'));
  cache = new LayerCache({ folder, limit: 1e9 });
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

/** The configuration of an image with these layers. */
const configOf = (...layers: readonly Uint8Array[]): string => JSON.stringify({ rootfs: { type: 'layers', diff_ids: layers.map((bytes) => `sha256:${digestOf(bytes)}`) } });

async function pathsOf(digests: readonly string[], saved: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const { lease } = await keepSavedImage(saved, digests, cache, never);
  const text = (await collect(joinLayers(lease.layers).read())).toString();
  await lease.release();
  return ['one', 'two', 'three'].filter((name) => text.includes(`content of ${name}`));
}

describe('a saved image', () => {
  it('is read in the form of Docker up to version 24, layers in any order and equal ones as links', async () => {
    const one = await layer(file('one', 'content of one'));
    const two = await layer(file('two', 'content of two'));
    const saved = writeTar([
      createEntry({ path: 'a'.repeat(64), type: 'directory' }), file(`${'a'.repeat(64)}/VERSION`, '1.0'), file(`${'a'.repeat(64)}/json`, '{}'), file(`${'a'.repeat(64)}/layer.tar`, two),
      file(`${'b'.repeat(64)}/layer.tar`, one), createEntry({ path: `${'c'.repeat(64)}/layer.tar`, type: 'symlink', linkName: `../${'b'.repeat(64)}/layer.tar` }),
      file(`${'d'.repeat(64)}.json`, configOf(one, two, one)), file('manifest.json', '[]'),
    ]);
    expect(await pathsOf([`sha256:${digestOf(one)}`, `sha256:${digestOf(two)}`, `sha256:${digestOf(one)}`], saved)).toEqual(['one', 'two']);
  });

  it('is read in the form of the OCI image layout, whose layers may be compressed', async () => {
    const layers = await Promise.all(['one', 'two', 'three'].map(async (name) => layer(file(name, `content of ${name}`))));
    const blobs = [layers[0]!, gzipSync(layers[1]!), zstdCompressSync(layers[2]!), Buffer.from('{"schemaVersion":2}'), Buffer.from(configOf(...layers))];
    const saved = writeTar([...blobs.map((blob) => file(`blobs/sha256/${digestOf(blob)}`, blob)), file('index.json', '{}'), file('oci-layout', '{}')]);
    expect(await pathsOf(layers.map((bytes) => `sha256:${digestOf(bytes)}`), saved)).toEqual(['one', 'two', 'three']);
  });

  it('is refused when a layer is missing, another one, or no archive, or when the configuration is missing', async () => {
    const one = await layer(file('one', 'content of one'));
    const name = `${'a'.repeat(64)}/layer.tar`;
    const wanted = [`sha256:${digestOf(one)}`];
    for (const saved of [writeTar([]), writeTar([file(name, await layer(file('one', 'something else')))]), writeTar([file(name, 'no archive')]), writeTar([file(name, one)])]) {
      await expect(keepSavedImage(saved, wanted, cache, never)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_IMAGE_CORRUPT' }] });
    }
  });

  it('has the content of the digest that is asked for, also when the engine gives an old name to another layer', async () => {
    const one = await layer(file('one', 'content of one'));
    const two = await layer(file('two', 'content of two'));
    const name = `${'a'.repeat(64)}/layer.tar`;
    expect(await pathsOf([`sha256:${digestOf(one)}`], writeTar([file(name, one), file(`${'d'.repeat(64)}.json`, configOf(one))]))).toEqual(['one']);
    await expect(keepSavedImage(writeTar([file(name, two)]), [`sha256:${digestOf(two)}`], cache, never)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_IMAGE_CORRUPT' }] });
  });

  it('leaves its folder empty, and layers go when there are more than the limit', async () => {
    const small = new LayerCache({ folder, limit: 10 });
    const one = await layer(file('one', 'content of one'));
    const { lease } = await keepSavedImage(writeTar([file(`${'a'.repeat(64)}/layer.tar`, one), file(`${'d'.repeat(64)}.json`, configOf(one))]), [`sha256:${digestOf(one)}`], small, never);
    expect(small.has(`sha256:${digestOf(one)}`)).toBe(true);
    await lease.release();
    expect(small.has(`sha256:${digestOf(one)}`)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });
});
