import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalCache, type LocalCache } from '../../src/cache/local.ts';
import { prune } from '../../src/cache/prune.ts';
import type { CacheEntry } from '../../src/cache/cache.ts';
import { asDigest, asFingerprint } from '../../src/model/identity.ts';
import { createRunId } from '../../src/process/liveness.ts';

let root = '';
let time = 0;
let cache: LocalCache;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cos-prune-'));
  time = 1_000_000;
  cache = createLocalCache({ folder: root, runId: createRunId(), storageOf: () => 'file', now: () => new Date((time += 1000)) });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const size = 1024 * 1024;

async function put(name: string, contents: readonly string[]): Promise<CacheEntry> {
  const outputs: Record<string, CacheEntry['outputs'][string]> = {};
  for (const content of contents) {
    const file = join(root, 'given');
    writeFileSync(file, Buffer.alloc(size, content));
    const digest = asDigest(`sha256:${createHash('sha256').update(Buffer.alloc(size, content)).digest('hex')}`);
    await cache.blobs.putFile(digest, file, 'copy');
    outputs[content] = { kind: 'file', digest, meta: {} };
  }
  const fingerprint = asFingerprint(createHash('sha256').update(name).digest('hex'));
  const entry: CacheEntry = {
    format: 1,
    fingerprint,
    record: { format: 1, plugin: 'p', stage: 's', stageVersion: 1, options: {}, pluginOptions: {}, inputs: {}, tools: {}, env: {}, platform: null, sourceDateEpoch: 0 },
    outputs,
    durationMs: 0,
  };
  await cache.set(entry);
  await cache.get(fingerprint);
  return entry;
}

const isHit = async (entry: CacheEntry) => (await cache.get(entry.fingerprint)) !== undefined;

test('nothing is removed while there is room', async () => {
  const a = await put('a', ['a']);
  expect(prune(cache, 10 * size)).toMatchObject({ entries: 0, blobs: 0 });
  expect(await isHit(a)).toBe(true);
});

test('what was not used for the longest time goes first', async () => {
  const a = await put('a', ['a']);
  const b = await put('b', ['b']);
  const c = await put('c', ['c']);
  await cache.get(a.fingerprint);
  expect(prune(cache, 2.5 * size)).toMatchObject({ entries: 1, blobs: 1 });
  expect([await isHit(a), await isHit(b), await isHit(c)]).toEqual([true, false, true]);
});

test('bytes that another entry needs stay, and count', async () => {
  const a = await put('a', ['shared', 'only a']);
  const b = await put('b', ['shared']);
  prune(cache, 1.5 * size);
  expect([await isHit(a), await isHit(b)]).toEqual([false, true]);
  expect(existsSync(cache.blobs.path(a.outputs['only a']!.digest))).toBe(false);
});

test('bytes that no entry names go, damaged entries too', async () => {
  const a = await put('a', ['a']);
  const b = await put('b', ['b']);
  writeFileSync(join(root, 'entries', a.fingerprint.slice(0, 2), `${a.fingerprint}.json`), '{');
  expect(prune(cache, 1.5 * size)).toMatchObject({ entries: 0, blobs: 1 });
  expect(existsSync(cache.blobs.path(a.outputs['a']!.digest))).toBe(false);
  expect(await isHit(b)).toBe(true);
});
