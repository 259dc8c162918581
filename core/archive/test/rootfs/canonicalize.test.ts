import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readdirSync } from 'node:fs';
import { canonicalize, comparePaths, createEntry, writeTar } from '../../src/index.ts';
import type { TarEntry } from '../../src/index.ts';
import { arbitraryOrder, arbitraryRootfs } from '../arbitrary-entry.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect, inChunks, outline, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
const canonical = (entries: TarEntry[], options = {}): AsyncIterable<Uint8Array> => canonicalize(writeTar(entries), { scratch, ...options });

test('the canonical form does not depend on the order of the entries, and applying it again changes nothing', async () => {
  const orders = arbitraryRootfs.chain((entries) => fc.tuple(fc.constant(entries), arbitraryOrder(entries)));
  await fc.assert(
    fc.asyncProperty(orders, fc.option(fc.nat({ max: 2_000_000_000 }), { nil: undefined }), async ([entries, shuffled], epoch) => {
      const options = epoch === undefined ? {} : { epoch };
      const bytes = await collect(canonical(entries, options));
      expect(await collect(canonical(shuffled, options))).toEqual(bytes);
      expect(await collect(canonicalize(inChunks(bytes), { scratch, ...options }))).toEqual(bytes);
      const paths = (await readAll(inChunks(bytes))).map((entry) => entry.path);
      expect(paths).toEqual([...paths].sort(comparePaths));
    }),
    { numRuns: 100 },
  );
});

test('entries come in the order of a walk by the bytes of names, names are cleaned, and the root has no entry', async () => {
  const entries = [directory('./'), file('./b'), directory('./a/'), file('a/z'), file('/a-b'), file('a//./y'), file('\u{1F600}'), file('\uFFFD')];
  expect((await readAll(canonical(entries))).map((entry) => entry.path)).toEqual(['a', 'a/y', 'a/z', 'a-b', 'b', '\uFFFD', '\u{1F600}']);
});

test('times after the epoch become the epoch, fractions go', async () => {
  const entries = [createEntry({ path: 'old', mtime: 50, mtimeNanoseconds: 5 }), createEntry({ path: 'young', mtime: 500 }), createEntry({ path: 'd/x', mtime: -5, mtimeNanoseconds: 1 })];
  const times = async (options: object): Promise<unknown> => Object.fromEntries((await readAll(canonical(entries, options))).map((entry) => [entry.path, [entry.mtime, entry.mtimeNanoseconds]]));
  expect(await times({ epoch: 100 })).toEqual({ d: [100, 0], 'd/x': [-5, 0], old: [50, 0], young: [100, 0] });
  expect(await times({ epoch: 100, times: 'set' })).toEqual({ d: [100, 0], 'd/x': [100, 0], old: [100, 0], young: [100, 0] });
  expect(await times({})).toEqual({ d: [0, 0], 'd/x': [-5, 0], old: [50, 0], young: [500, 0] });
  await expect(times({ epoch: 1.5 })).rejects.toMatchObject({ code: 'invalid-option' });
});

test('of several entries with one path the last counts', async () => {
  expect(await outline(canonical([file('a', 'one'), file('./a', 'two')]))).toEqual({ a: 'two' });
  expect(await outline(canonical([directory('a'), file('a/b'), file('a', 'now a file')]))).toEqual({ a: 'now a file' });
  expect(await outline(canonical([file('a'), directory('a'), file('a/b')]))).toEqual({ a: 'directory', 'a/b': 'a/b' });
});

test('a directory over a directory changes its properties and keeps its content', async () => {
  const entries = await readAll(canonical([directory('a', 0o755), file('a/b'), directory('a', 0o700)]));
  expect(entries.map(({ path, mode }) => [path, mode])).toEqual([['a', 0o700], ['a/b', 0o644]]);
});

test('missing parents are made', async () => {
  const [parent] = await readAll(canonical([file('a/b')], { epoch: 7 }));
  expect(parent).toMatchObject({ path: 'a', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 7 });
});

test('the first path of a group of hard links is the file, with the extended attributes', async () => {
  const xattrs = new Map([['security.capability', Uint8Array.of(1, 0x80)]]);
  const [a, b, c] = await readAll(canonical([createEntry({ path: 'c', uid: 5, xattrs }, 'content'), link('b', 'c'), link('./a', './b')]));
  expect(a).toMatchObject({ path: 'a', type: 'file', uid: 5, size: 7, xattrs });
  expect(b).toMatchObject({ path: 'b', type: 'link', linkName: 'a', uid: 5, size: 0 });
  expect(c).toMatchObject({ path: 'c', type: 'link', linkName: 'a' });
});

test('a hard link keeps its content when the name that it was made from is replaced', async () => {
  expect(await outline(canonical([file('a', 'old'), link('b', 'a'), file('a', 'new')]))).toEqual({ a: 'new', b: 'old' });
});

test('hard links to symbolic links and devices stay links', async () => {
  const entries = [symlink('s', 'nowhere'), link('t', 's'), createEntry({ path: 'd', type: 'block', devMajor: 8, devMinor: 1 }), link('e', 'd')];
  expect(await outline(canonical(entries))).toEqual({ d: 'block', e: 'link d', s: 'symlink nowhere', t: 'link s' });
});

test('what lies below a symbolic link goes where it leads, and never out of the root', async () => {
  const entries = [directory('usr'), directory('usr/lib'), symlink('lib', 'usr/lib'), file('lib/x'), symlink('up', '../../../usr'), file('up/y'), symlink('usr/abs', '/usr/lib'), file('usr/abs/z'), link('l', 'lib/x')];
  expect(await outline(canonical(entries))).toEqual({
    l: 'lib/x', lib: 'symlink usr/lib', up: 'symlink ../../../usr', usr: 'directory', 'usr/abs': 'symlink /usr/lib', 'usr/lib': 'directory', 'usr/lib/x': 'link l', 'usr/lib/z': 'usr/abs/z', 'usr/y': 'up/y',
  });
});

test('a directory over a symbolic link replaces it, or goes through it when asked to', async () => {
  const entries = [directory('usr/lib'), symlink('lib', 'usr/lib'), directory('lib'), file('lib/x')];
  expect(await outline(canonical(entries))).toEqual({ lib: 'directory', 'lib/x': 'lib/x', usr: 'directory', 'usr/lib': 'directory' });
  expect(await outline(canonical(entries, { directoryOverSymlink: 'keep' }))).toEqual({ lib: 'symlink usr/lib', usr: 'directory', 'usr/lib': 'directory', 'usr/lib/x': 'lib/x' });
});

test.each([
  ['a path that leads out', [file('a/../../etc/passwd')], 'unsafe-path'],
  ['a hard link that leads out', [link('a', '../../etc/passwd')], 'unsafe-path'],
  ['an entry below a file', [file('a'), file('a/b')], 'path-conflict'],
  ['an entry below links in a circle', [symlink('a', 'b'), symlink('b', 'a'), file('a/x')], 'path-conflict'],
  ['a hard link to nothing', [link('a', 'b')], 'missing-target'],
  ['hard links in a circle', [link('a', 'b'), link('b', 'a')], 'missing-target'],
  ['a hard link to a directory', [directory('d'), link('a', 'd')], 'path-conflict'],
  ['a hard link to a later directory', [link('a', 'd'), directory('d')], 'path-conflict'],
  ['an endless path', [file(`${'a/'.repeat(3000)}x`)], 'limit'],
])('%s is refused', async (_, entries, code) => {
  await expect(collect(canonical(entries))).rejects.toMatchObject({ code, path: expect.any(String) });
});

test('large contents pass through the spool unchanged, and nothing stays in the scratch folder', async () => {
  const contents = [3_000_000, 1024 * 1024, 1, 70_000, 0].map((size, index) => Buffer.alloc(size, `${index}-content`));
  const entries = contents.map((content, index) => createEntry({ path: `f${9 - index}` }, content));
  const read = await readAll(canonical(entries));
  expect(read.map((entry) => entry.content.equals(contents[9 - Number(entry.path.slice(1))]!))).toEqual([true, true, true, true, true]);
  await expect(collect(canonical([...entries, link('a', 'b')]))).rejects.toThrow();
  for await (const _ of canonical(entries)) break;
  expect(readdirSync(scratch)).toEqual([]);
});
