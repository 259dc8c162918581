import { readdir } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { createEntry, flattenLayers, joinLayers, LayerContents, readLayer, rootfsDigest, writeTar } from '../../src/index.ts';
import type { LayerContent, LayerListing, RootListing, TarEntry } from '../../src/index.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
const contentsOf = new Map<LayerListing, LayerContents>();
afterEach(async () => {
  for (const contents of contentsOf.values()) await contents.close();
  contentsOf.clear();
});

async function list(entries: readonly TarEntry[]): Promise<LayerListing> {
  const contents = await LayerContents.create(scratch);
  const listing = await readLayer(writeTar(entries), { contents });
  contentsOf.set(listing, contents);
  return listing;
}

const open = (content: LayerContent): AsyncIterable<Uint8Array> => contentsOf.get(content.listing)!.open(content);
const bytesOf = async (root: RootListing<LayerContent>, epoch = 5): Promise<Buffer> => collect(root.archive(open, { epoch }));

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
  test(`layers that were listed make the same bytes and digest as layers that are flattened: ${name}`, async () => {
    const flat = await collect(flattenLayers(layers.map((entries) => writeTar(entries)), { scratch, epoch: 5 }));
    const joined = joinLayers(await Promise.all(layers.map(list)));
    expect((await bytesOf(joined)).equals(flat)).toBe(true);
    expect(joined.digest()).toBe(await rootfsDigest(flattenLayers(layers.map((entries) => writeTar(entries)), { scratch })));
  });
}

test('one layer is part of several images, which are read at the same time', async () => {
  const base = await list([directory('d'), large, ...Array.from({ length: 50 }, (_, number) => file(`d/${number}`))]);
  const one = joinLayers([base, await list([whiteout('d/.wh.1')])]);
  const two = joinLayers([base, await list([file('d/1', 'other')])]);
  const alone = [await bytesOf(one), await bytesOf(two), await bytesOf(one)];
  const together = await Promise.all([bytesOf(one), bytesOf(two), bytesOf(one)]);
  together.forEach((bytes, at) => expect(bytes.equals(alone[at]!)).toBe(true));
});

test('a part of an image is a whole archive: a link whose first name is left out becomes the file', async () => {
  const joined = joinLayers([await list([directory('d'), file('d/a', 'content'), link('d/b', 'd/a'), link('e', 'd/a')])]);
  const part = joined.select(new Set(['d', 'd/b', 'e']));
  expect([...part.manifest()].map(({ path, type, linkName }) => `${path} ${type} ${linkName}`)).toEqual(['d directory ', 'd/b file ', 'e link d/b']);
  expect((await bytesOf(part)).toString('latin1')).toContain('content');
});

test('contents that the reader is asked for are kept with the listing', async () => {
  const listing = await readLayer(writeTar([file('a', 'one'), file('b', 'two'), large]), { keeps: ({ path, size }) => path !== 'a' && size < 1000 });
  expect(listing.entries.map(({ content }) => content?.bytes?.toString())).toEqual([undefined, 'two', undefined]);
});

test('contents leave no file in their folder, whether their layer is good or not', async () => {
  await list([file('a')]);
  const contents = await LayerContents.create(scratch);
  await expect(readLayer(collectHalf([large]), { contents })).rejects.toMatchObject({ code: 'truncated' });
  expect(await readdir(scratch)).toEqual([]);
  await contents.close();
});

async function* collectHalf(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  const whole = await collect(writeTar(entries));
  yield whole.subarray(0, whole.length / 2);
}
