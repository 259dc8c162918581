import { expect, test } from 'vitest';
import { mergeArchives, writeTar } from '../../src/index.ts';
import type { TarEntry } from '../../src/index.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect, outline, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
const merge = (...archives: TarEntry[][]): AsyncIterable<Uint8Array> => mergeArchives(archives.map((entries) => writeTar(entries)), { scratch, epoch: 0 });

test('the later archive wins, directories are joined', async () => {
  const merged = merge([directory('etc', 0o700), file('etc/a', '1'), file('etc/b', '1')], [directory('etc', 0o750), file('etc/b', '2'), file('etc/c', '2')]);
  expect((await readAll(merged)).map((entry) => [entry.path, entry.mode, entry.content.toString()])).toEqual([
    ['etc', 0o750, ''],
    ['etc/a', 0o644, '1'],
    ['etc/b', 0o644, '2'],
    ['etc/c', 0o644, '2'],
  ]);
});

test('a file replaces a directory with its content, and a directory a file', async () => {
  expect(await outline(merge([directory('a'), file('a/b'), file('c')], [file('a'), directory('c'), file('c/d')]))).toEqual({ a: 'a', c: 'directory', 'c/d': 'c/d' });
});

test('a missing parent in a later archive does not change the properties of an earlier one', async () => {
  const [parent] = await readAll(merge([directory('tmp', 0o1777)], [file('tmp/x')]));
  expect(parent).toMatchObject({ path: 'tmp', mode: 0o1777 });
});

test('hard links are joined as they were in each archive', async () => {
  expect(await outline(merge([file('a', '1'), link('b', 'a')], [file('b', '2'), link('c', 'b')]))).toEqual({ a: '1', b: '2', c: 'link b' });
  expect(await outline(merge([file('a', '1')], [link('b', 'a'), file('a', '2')]))).toEqual({ a: '2', b: '1' });
});

test('a package for a system with merged folders goes through the link without replacing it', async () => {
  const base = [directory('usr'), directory('usr/lib'), file('usr/lib/libc.so'), symlink('lib', 'usr/lib')];
  expect(await outline(merge(base, [file('lib/modules/x')]))).toMatchObject({ lib: 'symlink usr/lib', 'usr/lib/libc.so': 'usr/lib/libc.so', 'usr/lib/modules/x': 'lib/modules/x' });
});

test('names that look like whiteouts are kept', async () => {
  expect(await outline(merge([file('a')], [file('.wh.a', '')]))).toEqual({ '.wh.a': '', a: 'a' });
});

test('no archive at all gives an empty archive', async () => {
  expect(await collect(merge())).toEqual(Buffer.alloc(1024));
});
