import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createLocalCache, entryPath, type LocalCache } from '../../src/cache/local.ts';
import { asDigest } from '../../src/model/identity.ts';
import { createRunId, isAlive } from '../../src/process/liveness.ts';
import { cacheCases, type CacheSubject } from '../../src/testing/cache-cases.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cos-cache-'));
  folders.push(folder);
  return folder;
}

const open = (folder: string, over: Partial<Parameters<typeof createLocalCache>[0]> = {}): LocalCache =>
  createLocalCache({ folder, runId: createRunId(), storageOf: (kind) => (kind === 'file' ? 'file' : kind === 'image' ? 'external' : undefined), ...over });

async function makeSubject(): Promise<CacheSubject> {
  const folder = makeFolder();
  const cache = open(folder);
  let counter = 0;
  await Promise.resolve();
  return {
    cache,
    reopen: () => Promise.resolve(open(folder)),
    putBytes: async (content) => {
      const digest = asDigest(`sha256:${createHash('sha256').update(content).digest('hex')}`);
      counter += 1;
      const file = join(folder, `given-${counter}`);
      writeFileSync(file, content);
      await cache.blobs.putFile(digest, file, 'move');
      return { kind: 'file', digest };
    },
    loseBytes: async (digest) => {
      cache.blobs.remove(digest);
      await Promise.resolve();
    },
    damage: async (entry, how) => {
      const path = entryPath(folder, entry.fingerprint);
      writeFileSync(path, how(readFileSync(path, 'utf8')));
      await Promise.resolve();
    },
    interruptSet: async (entry) => {
      mkdirSync(join(folder, 'tmp'), { recursive: true });
      mkdirSync(dirname(entryPath(folder, entry.fingerprint)), { recursive: true });
      writeFileSync(join(folder, 'tmp', '00000000-1-1-1.1'), JSON.stringify(entry).slice(0, 40));
      await Promise.resolve();
    },
  };
}

describe('the local cache keeps the contract', () => {
  for (const { title, check } of cacheCases) test(title, () => check(makeSubject));
});

describe('the local cache', () => {
  const entryWith = async (kind: string) => {
    const subject = await makeSubject();
    const { digest } = await subject.putBytes('x');
    const { fingerprint, record } = await sample(subject);
    return { subject, entry: { format: 1, fingerprint, record, outputs: { out: { kind, digest, meta: {} } }, durationMs: 1 } as const };
  };
  const sample = async (subject: CacheSubject) => {
    let seen: Parameters<CacheSubject['cache']['set']>[0] | undefined;
    const spy: CacheSubject = { ...subject, cache: { get: (fingerprint) => subject.cache.get(fingerprint), set: (entry) => ((seen = entry), subject.cache.set(entry)) } };
    await cacheCases[1]!.check(() => Promise.resolve(spy));
    return seen!;
  };

  test('takes bytes of external kinds for granted, and knows nothing of kinds that nobody brings', async () => {
    for (const [kind, hit] of [['image', true], ['file', true], ['forgotten', false]] as const) {
      const { subject, entry } = await entryWith(kind);
      if (kind === 'image') await subject.loseBytes(entry.outputs.out.digest);
      await subject.cache.set(entry);
      expect((await subject.cache.get(entry.fingerprint)) !== undefined).toBe(hit);
    }
  });

  test('stamps an entry when it is used', async () => {
    const folder = makeFolder();
    const { entry } = await entryWith('image');
    await open(folder).set(entry);
    await open(folder, { now: () => new Date(1_000_000) }).get(entry.fingerprint);
    expect(statSync(entryPath(folder, entry.fingerprint)).mtimeMs).toBe(1_000_000);
  });

  test('sweeps what dead runs were writing, and nothing else', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'tmp', '00000000-1-1-1.7'), { recursive: true });
    writeFileSync(join(folder, 'tmp', '00000000-1-1-1.8'), '');
    const mine = join(folder, 'tmp', `${createRunId()}.1`);
    writeFileSync(mine, '');
    open(folder).sweep(isAlive);
    expect(statSync(mine).isFile()).toBe(true);
    expect(() => statSync(join(folder, 'tmp', '00000000-1-1-1.7'))).toThrow();
    expect(() => statSync(join(folder, 'tmp', '00000000-1-1-1.8'))).toThrow();
  });
});
