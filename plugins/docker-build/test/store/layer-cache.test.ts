import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, writeTar } from '@cos/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LayerCache, type LayerCacheOptions } from '../../src/store/layer-cache.ts';
import { ListingFolder } from '../../src/store/listing-folder.ts';
import { never } from '../rig/engine.ts';

let folder: string;
const caches: LayerCache[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-layers-'));
});
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
  await rm(folder, { recursive: true });
});

function newCache(limits: Partial<LayerCacheOptions> = {}): LayerCache {
  const cache = new LayerCache({ folder, listings: new ListingFolder({ folder: join(folder, 'listings'), limit: 1e9 }), limit: 1e9, layerLimit: 1e9, ...limits });
  caches.push(cache);
  return cache;
}

const layer = (content: string, path = 'file'): AsyncIterable<Uint8Array> => writeTar([createEntry({ path }, content), createEntry({ path: 'etc/hosts' }, '::1 x\n')]);
const small = { contents: 'small', signal: never } as const;

describe('the cache of layers', () => {
  it('knows a layer by the digest of its archive', async () => {
    const hash = createHash('sha256');
    for await (const chunk of layer('one')) hash.update(chunk);
    const cache = newCache();
    const digest = await cache.add(layer('one'), small);
    expect(digest).toBe(`sha256:${hash.digest('hex')}`);
    expect(cache.find(digest)?.listing.entries.map(({ header }) => header.path)).toEqual(['file', 'etc/hosts']);
  });

  it('knows it in another process, with the contents of files that an engine hides and no others', async () => {
    const digest = await newCache().add(layer('one'), small);
    const other = newCache();
    const known = other.find(digest);
    expect(known?.listing.entries.map(({ content }) => content?.bytes === undefined ? undefined : Buffer.from(content.bytes).toString())).toEqual([undefined, '::1 x\n']);
    const [first] = known?.listing.entries ?? [];
    expect(other.lease([digest]).has(first!.content!)).toBe(false);
  });

  it('keeps contents of small layers only, unless all are wanted', async () => {
    const cache = newCache({ layerLimit: 1000 });
    const [little, large, wanted] = [await cache.add(layer('x'), small), await cache.add(layer('y'.repeat(5000)), small), await cache.add(layer('z'.repeat(5000)), { contents: 'all', signal: never })];
    const kept = [little, large, wanted].map((digest) => cache.lease([digest]).has(cache.find(digest)!.listing.entries[0]!.content!));
    expect(kept).toEqual([true, false, true]);
  });

  it('lets contents go when there are more than the limit, those in use last, and leaves no file', async () => {
    const cache = newCache({ limit: 8000 });
    const first = await cache.add(layer('a'.repeat(5000)), small);
    const content = cache.find(first)!.listing.entries[0]!.content!;
    const lease = cache.lease([first]);
    const second = await cache.add(layer('b'.repeat(5000)), small);
    expect(lease.has(content)).toBe(true);
    await lease.release();
    expect(cache.lease([first]).has(content)).toBe(false);
    expect(cache.lease([second]).has(cache.find(second)!.listing.entries[0]!.content!)).toBe(true);
    expect(await readdir(folder)).toEqual(['listings']);
  });

  it('believes nothing of a layer that breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      for await (const chunk of layer('x'.repeat(5000))) {
        yield chunk.subarray(0, 3000);
        throw new Error('the connection broke');
      }
    }
    await expect(newCache().add(broken(), small)).rejects.toThrow('the connection broke');
    expect(await readdir(folder)).toEqual([]);
  });
});
