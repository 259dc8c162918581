import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import type { ArtifactStore } from '../model/artifact.ts';
import { asDigest, isDigest, type Digest } from '../model/identity.ts';
import type { ConformanceCase } from './conformance.ts';

// The contract of a store of an external kind.

export interface StoreSubject {
  readonly store: ArtifactStore;
  /** Makes an artifact in the foreign program and answers its locator. Equal content twice gives two locators, where the program has such. */
  readonly make: (content: string) => Promise<string>;
  /** Another client of the same program, as another process would be. */
  readonly reopen: () => Promise<ArtifactStore>;
}

export const storeCases: readonly ConformanceCase<StoreSubject>[] = [
  {
    title: 'what was imported is there, also for another process',
    check: async (make) => {
      const subject = await make();
      const digest = await subject.store.import(await subject.make('one'), signal());
      ok(isDigest(digest));
      equal(await subject.store.has(digest, signal()), true);
      equal(await (await subject.reopen()).has(digest, signal()), true);
    },
  },
  {
    title: 'what was never imported is not there',
    check: async (make) => {
      const { store } = await make();
      equal(await store.has(asDigest(`sha256:${'0'.repeat(64)}`), signal()), false);
    },
  },
  {
    title: 'digests are of the content: equal for equal content, whatever its id, else different',
    check: async (make) => {
      const { store, make: artifact } = await make();
      const first = await store.import(await artifact('same'), signal());
      equal(await store.import(await artifact('same'), signal()), first);
      notEqual(await store.import(await artifact('other'), signal()), first);
    },
  },
  {
    title: 'reading twice gives equal bytes, and different ones for different content',
    check: async (make) => {
      const { store, make: artifact } = await make();
      const one = await store.import(await artifact('one'), signal());
      const two = await store.import(await artifact('two'), signal());
      const bytes = await collect(store.read(one, signal()));
      ok(bytes.length > 0);
      deepEqual(await collect(store.read(one, signal())), bytes);
      ok(!(await collect(store.read(two, signal()))).equals(bytes));
    },
  },
  {
    title: 'what was removed is not there; removing it again is no error; it can be imported again',
    check: async (make) => {
      const { store, make: artifact } = await make();
      const digest = await store.import(await artifact('one'), signal());
      await store.remove(digest, signal());
      equal(await store.has(digest, signal()), false);
      await store.remove(digest, signal());
      equal(await store.import(await artifact('one'), signal()), digest);
      equal(await store.has(digest, signal()), true);
    },
  },
  {
    title: 'reading what is not there rejects',
    check: async (make) => {
      const { store } = await make();
      await rejects(() => collect(store.read(asDigest(`sha256:${'0'.repeat(64)}`), signal())));
    },
  },
  {
    title: 'what can be listed has a list that differs with the content, and is refused when it is not there',
    check: async (make) => {
      const { store, make: artifact } = await make();
      if (store.list === undefined) return;
      const list = async (digest: Digest): Promise<Buffer> => collect(store.list?.(digest, signal()) ?? nothing());
      const one = await store.import(await artifact('one'), signal());
      const two = await store.import(await artifact('two'), signal());
      deepEqual(await list(one), await list(one));
      ok(!(await list(two)).equals(await list(one)));
      await rejects(() => list(asDigest(`sha256:${'0'.repeat(64)}`)));
    },
  },
  {
    title: 'an aborted signal ends every call',
    check: async (make) => {
      const { store, make: artifact } = await make();
      const locator = await artifact('one');
      const digest = await store.import(locator, signal());
      await rejects(() => store.import(locator, AbortSignal.abort()));
      await rejects(() => store.has(digest, AbortSignal.abort()));
      await rejects(() => collect(store.read(digest, AbortSignal.abort())));
    },
  },
];

function signal(): AbortSignal {
  return new AbortController().signal;
}

function nothing(): never {
  throw new Error('Internal error: the store cannot list');
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
