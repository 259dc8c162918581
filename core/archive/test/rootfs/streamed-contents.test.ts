import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinLayers, readLayer, StreamedContents, writeTar } from '../../src/index.ts';
import type { LayerContent, RootListing, TarEntry } from '../../src/index.ts';
import { arbitraryOrder, arbitraryRootfs } from '../arbitrary-entry.ts';
import { directory, file, link } from '../entries.ts';
import { collect } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();

function wantedOf(root: RootListing<LayerContent>): Map<string, LayerContent> {
  return new Map(root.places.flatMap(({ path, inode }) => (inode?.content === undefined ? [] : [[path, inode.content] as const])));
}

/** The archive of `root` with contents from an archive of the same files. */
async function through(root: RootListing<LayerContent>, source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const contents = new StreamedContents({ source, wanted: wantedOf(root), scratch });
  try {
    return await collect(root.archive((content) => contents.open(content), { epoch: 0 }));
  } finally {
    await contents.close();
  }
}

test('contents of an archive in whatever order make the canonical archive', async () => {
  const orders = arbitraryRootfs.chain((entries) => fc.tuple(fc.constant(entries), arbitraryOrder(entries)));
  await fc.assert(
    fc.asyncProperty(orders, async ([entries, shuffled]) => {
      const root = joinLayers([await readLayer(writeTar(entries))]);
      const expected = await through(root, writeTar(entries));
      expect((await through(root, writeTar(shuffled))).equals(expected)).toBe(true);
    }),
    { numRuns: 60 },
  );
  expect(readdirSync(scratch)).toEqual([]);
});

test('a file whose wanted name comes later than the name that has its content waits for it', async () => {
  const entries = [file('a', 'content'), file('b', 'x'.repeat(3_000_000)), link('c', 'a')];
  const root = joinLayers([await readLayer(writeTar(entries))]);
  const contents = new StreamedContents({ source: writeTar(entries), wanted: wantedOf(root), scratch });
  const part = root.select(new Set(['b', 'c']));
  const text = (await collect(part.archive((content) => contents.open(content)))).toString('latin1');
  await contents.close();
  expect(text).toContain('content');
});

const broken: readonly (readonly [string, readonly TarEntry[]])[] = [
  ['another content of the same size', [file('a', 'abc'), file('b', 'xyz')]],
  ['another size', [file('a', 'abc'), file('b', 'de')]],
  ['no such file', [file('a', 'abc')]],
  ['a folder in its place', [file('a', 'abc'), directory('b')]],
];
test.each(broken)('an archive that has %s is refused', async (_, entries) => {
  const root = joinLayers([await readLayer(writeTar([file('a', 'abc'), file('b', 'def')]))]);
  await expect(through(root, writeTar(entries))).rejects.toMatchObject({ code: 'changed' });
  expect(readdirSync(scratch)).toEqual([]);
});
