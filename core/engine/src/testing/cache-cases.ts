import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { Cache, CacheEntry } from '../cache/cache.ts';
import { fingerprintOf } from '../fingerprint/fingerprint.ts';
import type { TaskRecord } from '../model/task-record.ts';
import type { Digest } from '../model/identity.ts';
import type { ConformanceCase } from './conformance.ts';

// The contract of a cache of task records.

export interface CacheSubject {
  readonly cache: Cache;
  /** Another client of the same storage, as another process would be. */
  readonly reopen: () => Promise<Cache>;
  /** Makes bytes present, the way the implementation keeps them, and answers the kind under which they are kept and their digest. */
  readonly putBytes: (content: string) => Promise<{ readonly kind: string; readonly digest: Digest }>;
  /** Removes bytes behind the cache's back. */
  readonly loseBytes: (digest: Digest) => Promise<void>;
  /** Replaces the stored form of an entry. Undefined when the storage has no such form. */
  readonly damage?: (entry: CacheEntry, how: (text: string) => string) => Promise<void>;
  /** What a process that was killed while writing an entry leaves. Undefined when there is no such state. */
  readonly interruptSet?: (entry: CacheEntry) => Promise<void>;
}

export const cacheCases: readonly ConformanceCase<CacheSubject>[] = [
  {
    title: 'what was never set is a miss',
    check: async (make) => {
      const { cache } = await make();
      equal(await cache.get(entryOf('a', {}).fingerprint), undefined);
    },
  },
  {
    title: 'what was set is a hit, field by field, also for another process',
    check: async (make) => {
      const subject = await make();
      const entry = await store(subject, 'a', 'bytes');
      deepEqual((await subject.cache.get(entry.fingerprint))?.entry, entry);
      deepEqual((await (await subject.reopen()).get(entry.fingerprint))?.entry, entry);
    },
  },
  {
    title: 'entries of different fingerprints do not touch each other',
    check: async (make) => {
      const subject = await make();
      const a = await store(subject, 'a', 'one');
      const b = await store(subject, 'b', 'two');
      notEqual(a.fingerprint, b.fingerprint);
      deepEqual((await subject.cache.get(a.fingerprint))?.entry, a);
      deepEqual((await subject.cache.get(b.fingerprint))?.entry, b);
    },
  },
  {
    title: 'the last entry of a fingerprint wins',
    check: async (make) => {
      const subject = await make();
      await store(subject, 'a', 'one');
      const last = await store(subject, 'a', 'two');
      deepEqual((await subject.cache.get(last.fingerprint))?.entry, last);
    },
  },
  {
    title: 'an entry without outputs is a hit',
    check: async (make) => {
      const { cache } = await make();
      const entry = entryOf('a', {});
      ok(await cache.set(entry));
      deepEqual((await cache.get(entry.fingerprint))?.entry, entry);
    },
  },
  {
    title: 'an entry whose bytes are lost is a miss, and a hit again when they are back',
    check: async (make) => {
      const subject = await make();
      const entry = await store(subject, 'a', 'bytes');
      const digest = entry.outputs['out']?.digest;
      if (digest !== undefined) await subject.loseBytes(digest);
      equal(await subject.cache.get(entry.fingerprint), undefined);
      await subject.putBytes('bytes');
      deepEqual((await subject.cache.get(entry.fingerprint))?.entry, entry);
    },
  },
  {
    title: 'a damaged entry is a miss, never an error, and can be set again',
    check: async (make) => {
      const subject = await make();
      const damages: readonly ((text: string) => string)[] = [() => '', (text) => text.slice(0, text.length / 2), () => 'null', () => '[]', () => '{"format":1}', (text) => text.replace('"format":1', '"format":99'), (text) => text.replaceAll('sha256:', 'md5:')];
      for (const how of damages) {
        const entry = await store(subject, 'a', 'bytes');
        if (subject.damage === undefined) return;
        await subject.damage(entry, how);
        equal(await subject.cache.get(entry.fingerprint), undefined);
        ok(await subject.cache.set(entry));
        deepEqual((await subject.cache.get(entry.fingerprint))?.entry, entry);
      }
    },
  },
  {
    title: 'an entry under the name of another fingerprint is a miss',
    check: async (make) => {
      const subject = await make();
      const a = await store(subject, 'a', 'one');
      const b = await store(subject, 'b', 'two');
      if (subject.damage === undefined) return;
      await subject.damage(a, () => JSON.stringify(b));
      equal(await subject.cache.get(a.fingerprint), undefined);
    },
  },
  {
    title: 'a process that was killed while it wrote an entry left nothing to believe',
    check: async (make) => {
      const subject = await make();
      const { kind, digest } = await subject.putBytes('bytes');
      const entry = entryOf('a', { out: { kind, digest, meta: {} } });
      if (subject.interruptSet === undefined) return;
      await subject.interruptSet(entry);
      equal(await subject.cache.get(entry.fingerprint), undefined);
      ok(await subject.cache.set(entry));
      deepEqual((await subject.cache.get(entry.fingerprint))?.entry, entry);
    },
  },
  {
    title: 'many clients at once read whole entries only',
    check: async (make) => {
      const subject = await make();
      const clients = await Promise.all(Array.from({ length: 4 }, () => subject.reopen()));
      const { kind, digest } = await subject.putBytes('bytes');
      const variants = Array.from({ length: 20 }, (_, index) => ({ ...entryOf('a', { out: { kind, digest, meta: { padding: 'x'.repeat(index * 500) } } }), durationMs: index }));
      const written = clients.flatMap((client) => variants.map((entry) => client.set(entry)));
      const reads = clients.flatMap((client) => variants.map(({ fingerprint }) => client.get(fingerprint)));
      for (const hit of await Promise.all(reads)) if (hit !== undefined) deepEqual(hit.entry, variants[hit.entry.durationMs]);
      await Promise.all(written);
      ok(await subject.cache.get(variants[0]?.fingerprint ?? entryOf('a', {}).fingerprint));
    },
  },
];

async function store(subject: CacheSubject, name: string, content: string): Promise<CacheEntry> {
  const { kind, digest } = await subject.putBytes(content);
  const entry = entryOf(name, { out: { kind, digest, meta: { title: content } } });
  ok(await subject.cache.set(entry), 'an entry was declined');
  return entry;
}

function entryOf(name: string, outputs: CacheEntry['outputs']): CacheEntry {
  const record: TaskRecord = {
    format: 1,
    plugin: 'test',
    stage: 'step',
    stageVersion: 1,
    options: { name },
    pluginOptions: {},
    inputs: {},
    tools: { sh: '1' },
    env: { UNSET: null },
    platform: null,
    sourceDateEpoch: 0,
  };
  return { format: 1, fingerprint: fingerprintOf(record), record, outputs, durationMs: 12 };
}
