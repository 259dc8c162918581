import { expect, test } from 'vitest';
import { createEntry, flattenLayers, readWhiteout, writeTar } from '../../src/index.ts';
import type { TarEntry } from '../../src/index.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect, outline, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
const flatten = (...layers: TarEntry[][]): AsyncIterable<Uint8Array> => flattenLayers(layers.map((entries) => writeTar(entries)), { scratch });
const whiteout = (path: string): TarEntry => file(path, '');

test('a whiteout removes the file or the whole directory of older layers', async () => {
  const lower = [directory('d'), file('d/a'), file('d/b'), directory('e'), file('e/f/g'), file('h')];
  expect(await outline(flatten(lower, [whiteout('d/.wh.a'), whiteout('.wh.e')]))).toEqual({ d: 'directory', 'd/b': 'd/b', h: 'h' });
});

test('a whiteout does not touch its own layer, wherever it stands', async () => {
  const lower = [directory('d'), file('d/old')];
  const expected = { d: 'directory', 'd/new': 'd/new' };
  expect(await outline(flatten(lower, [whiteout('.wh.d'), directory('d'), file('d/new')]))).toEqual(expected);
  expect(await outline(flatten(lower, [directory('d'), file('d/new'), whiteout('.wh.d')]))).toEqual(expected);
});

test('an opaque whiteout empties the directory of older layers and keeps its own properties', async () => {
  const lower = [directory('d', 0o700), file('d/old'), file('d/sub/old')];
  const expected = { d: 'directory', 'd/new': 'd/new', 'd/sub': 'directory', 'd/sub/new': 'd/sub/new' };
  const opaque = whiteout('d/.wh..wh..opq');
  expect(await outline(flatten(lower, [directory('d'), opaque, file('d/new'), file('d/sub/new')]))).toEqual(expected);
  expect(await outline(flatten(lower, [directory('d'), file('d/sub/new'), file('d/new'), opaque]))).toEqual(expected);
  const [kept] = await readAll(flatten(lower, [opaque]));
  expect(kept).toMatchObject({ path: 'd', mode: 0o700 });
});

test('an opaque whiteout at the root empties everything', async () => {
  expect(await outline(flatten([file('a'), file('b/c')], [whiteout('.wh..wh..opq'), file('x')]))).toEqual({ x: 'x' });
});

test('a whiteout for something that does not exist changes nothing', async () => {
  expect(await outline(flatten([file('a')], [whiteout('.wh.b'), whiteout('c/.wh.d'), whiteout('a/.wh.x'), whiteout('z/.wh..wh..opq')]))).toEqual({ a: 'a' });
});

test('types change between layers', async () => {
  const lower = [file('a'), directory('b'), file('b/c'), symlink('l', 'b')];
  expect(await outline(flatten(lower, [directory('a'), file('a/x'), file('b'), file('l')]))).toEqual({ a: 'directory', 'a/x': 'a/x', b: 'b', l: 'l' });
});

test('a removed file may come back in a later layer', async () => {
  expect(await outline(flatten([file('a', '1')], [whiteout('.wh.a')], [file('a', '3')]))).toEqual({ a: '3' });
});

test('hard links reach into older layers and survive the removal of their target', async () => {
  expect(await outline(flatten([file('a')], [link('b', 'a')]))).toEqual({ a: 'a', b: 'link a' });
  expect(await outline(flatten([file('a')], [link('b', 'a'), whiteout('.wh.a')]))).toEqual({ b: 'a' });
  expect(await outline(flatten([file('a'), link('b', 'a')], [whiteout('.wh.a')]))).toEqual({ b: 'a' });
  expect(await outline(flatten([file('a'), link('b', 'a')], [file('a', 'changed')]))).toEqual({ a: 'changed', b: 'a' });
});

test('properties of a directory come from the newest layer that has it', async () => {
  const owner = createEntry({ path: 'd', type: 'directory', uid: 7, mode: 0o1777 });
  const [entry] = await readAll(flatten([directory('d'), file('d/a')], [owner]));
  expect(entry).toMatchObject({ uid: 7, mode: 0o1777 });
});

test('leftovers of the AUFS driver are passed over', async () => {
  expect(await outline(flatten([file('.wh..wh.aufs', ''), directory('.wh..wh.plnk'), file('.wh..wh.plnk/12.34'), file('a')]))).toEqual({ a: 'a' });
});

test.each(['.wh.', 'd/.wh.', '.wh..', 'd/.wh...'])('the whiteout %s names nothing and is refused', async (name) => {
  await expect(collect(flatten([file('d/a')], [whiteout(name)]))).rejects.toMatchObject({ code: 'unsafe-path' });
});

test('a name that only contains .wh. is an ordinary name', () => {
  expect(readWhiteout('a.wh.b')).toBeUndefined();
  expect(readWhiteout('./d/.wh.x')).toEqual({ kind: 'remove', path: 'd/x' });
});

test('layers are opened one after the other', async () => {
  const opened: number[] = [];
  async function* layers(): AsyncGenerator<AsyncIterable<Uint8Array>> {
    for (const index of [1, 2]) {
      opened.push(index);
      yield writeTar([file(`f${index}`)]);
      expect(opened).toHaveLength(index);
    }
  }
  expect(await outline(flattenLayers(layers(), { scratch }))).toEqual({ f1: 'f1', f2: 'f2' });
});
