import { readdir } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { createEntry, flattenLayers, joinLayers, LayerIndex, rootfsDigest, writeTar } from '../../src/index.ts';
import type { TarEntry } from '../../src/index.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
const open: LayerIndex[] = [];
afterEach(async () => {
  for (const layer of open.splice(0)) await layer.close();
});

async function index(entries: readonly TarEntry[]): Promise<LayerIndex> {
  const layer = await LayerIndex.create(writeTar(entries), { scratch });
  open.push(layer);
  return layer;
}

const whiteout = (path: string): TarEntry => file(path, '');
const large = file('large', 'x'.repeat(3_000_000));
const images: Readonly<Record<string, readonly (readonly TarEntry[])[]>> = {
  'one layer': [[directory('d'), file('d/a'), file('empty', ''), symlink('l', 'd'), large]],
  'whiteouts, opaque ones too': [[directory('d'), file('d/a'), file('d/b'), directory('e'), file('e/x')], [whiteout('d/.wh.a'), directory('e'), whiteout('e/.wh..wh..opq'), file('e/y')]],
  'hard links across layers': [[file('a'), link('b', 'a')], [link('c', 'a'), whiteout('.wh.a')]],
  'changed types and owners': [[file('a'), directory('b'), file('b/c')], [directory('a'), file('b'), createEntry({ path: 'n', uid: 7, xattrs: new Map([['security.capability', Uint8Array.of(1, 0x80)]]) }, '')]],
  'no layers': [],
};

for (const [name, layers] of Object.entries(images)) {
  test(`layers that were indexed make the same bytes and digest as layers that are flattened: ${name}`, async () => {
    const flat = await collect(flattenLayers(layers.map((entries) => writeTar(entries)), { scratch, epoch: 5 }));
    const joined = joinLayers(await Promise.all(layers.map(index)));
    expect((await collect(joined.read({ epoch: 5 }))).equals(flat)).toBe(true);
    expect(joined.digest()).toBe(await rootfsDigest(flattenLayers(layers.map((entries) => writeTar(entries)), { scratch })));
  });
}

test('one index is part of several images, which are read at the same time', async () => {
  const base = await index([directory('d'), large, ...Array.from({ length: 50 }, (_, number) => file(`d/${number}`))]);
  const one = joinLayers([base, await index([whiteout('d/.wh.1')])]);
  const two = joinLayers([base, await index([file('d/1', 'other')])]);
  const alone = [await collect(one.read()), await collect(two.read()), await collect(one.read())];
  const together = await Promise.all([collect(one.read()), collect(two.read()), collect(one.read())]);
  together.forEach((bytes, at) => expect(bytes.equals(alone[at]!)).toBe(true));
});

test('an index leaves no file in its folder, whether its layer is good or not', async () => {
  await index([file('a')]);
  await expect(LayerIndex.create(collectHalf([large]), { scratch })).rejects.toMatchObject({ code: 'truncated' });
  expect(await readdir(scratch)).toEqual([]);
});

async function* collectHalf(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  const whole = await collect(writeTar(entries));
  yield whole.subarray(0, whole.length / 2);
}
