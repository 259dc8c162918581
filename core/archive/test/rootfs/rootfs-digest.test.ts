import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalize, createEntry, rootfsDigest, writeTar } from '../../src/index.ts';
import type { TarEntryInit } from '../../src/index.ts';
import { arbitraryOrder, arbitraryRootfs } from '../arbitrary-entry.ts';
import { collect, inChunks } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();

test('the digest depends neither on the order nor on the times, and is that of the canonical form', async () => {
  const orders = arbitraryRootfs.chain((entries) => fc.tuple(fc.constant(entries), arbitraryOrder(entries)));
  await fc.assert(
    fc.asyncProperty(orders, fc.nat(), async ([entries, shuffled], mtime) => {
      const digest = await rootfsDigest(writeTar(entries));
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(await rootfsDigest(writeTar(shuffled.map((entry) => ({ ...entry, mtime, mtimeNanoseconds: 5 }))))).toBe(digest);
      expect(await rootfsDigest(canonicalize(writeTar(shuffled), { scratch, epoch: mtime }))).toBe(digest);
    }),
    { numRuns: 100 },
  );
});

test('everything but times changes the digest', async () => {
  const base: TarEntryInit = { path: 'dir/file' };
  const variants: [TarEntryInit, string][] = [
    [base, 'content'],
    [base, 'other'],
    [{ ...base, path: 'dir/filf' }, 'content'],
    [{ ...base, mode: 0o755 }, 'content'],
    [{ ...base, uid: 1 }, 'content'],
    [{ ...base, gid: 1 }, 'content'],
    [{ ...base, xattrs: new Map([['user.a', Buffer.from('1')]]) }, 'content'],
    [{ ...base, xattrs: new Map([['user.a', Buffer.from('2')]]) }, 'content'],
    [{ ...base, xattrs: new Map([['user.a', Buffer.from('1')], ['user.b', Buffer.from('')]]) }, 'content'],
    [base, ''],
    [{ ...base, type: 'fifo' }, ''],
    [{ ...base, type: 'directory' }, ''],
    [{ ...base, type: 'symlink', linkName: 'a' }, ''],
    [{ ...base, type: 'symlink', linkName: 'b' }, ''],
    [{ ...base, type: 'character', devMajor: 1 }, ''],
    [{ ...base, type: 'block', devMajor: 1 }, ''],
    [{ ...base, type: 'character', devMinor: 1 }, ''],
  ];
  const digests = await Promise.all(variants.map(([init, content]) => rootfsDigest(writeTar([createEntry(init, content)]))));
  expect(new Set(digests).size).toBe(variants.length);
});

test('hard links differ from copies, and only the grouping counts', async () => {
  const copies = await rootfsDigest(writeTar([createEntry({ path: 'a' }, 'x'), createEntry({ path: 'b' }, 'x')]));
  const linked = await rootfsDigest(writeTar([createEntry({ path: 'a' }, 'x'), createEntry({ path: 'b', type: 'link', linkName: 'a' })]));
  const turned = await rootfsDigest(writeTar([createEntry({ path: 'b' }, 'x'), createEntry({ path: 'a', type: 'link', linkName: 'b' })]));
  expect(linked).not.toBe(copies);
  expect(turned).toBe(linked);
});

test('the size of the chunks does not matter, and a known archive has a known digest', async () => {
  const bytes = await collect(writeTar([createEntry({ path: 'etc', type: 'directory' }), createEntry({ path: 'etc/passwd' }, 'root\n'.repeat(500))]));
  const digests = await Promise.all([1, 7, 1000, bytes.length].map((size) => rootfsDigest(inChunks(bytes, size))));
  expect(new Set(digests)).toEqual(new Set(['0e5230c1c2cc42c51db4985bb6d44ae3c7885d371aa6ddd40fb479b00144c3f1']));
});
