import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Spool, type Extent } from '../../src/rootfs/spool.ts';
import { collect } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const MEGA = 1024 * 1024;
const folder = useTemporaryFolder();

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A spool with these contents. */
async function fill(contents: readonly Uint8Array[]): Promise<{ readonly spool: Spool; readonly extents: readonly Extent[] }> {
  const spool = await Spool.create(folder);
  const extents: Extent[] = [];
  for (const content of contents) extents.push(await spool.append(once(content)));
  return { spool, extents };
}

const contents = [10, 0, 3 * MEGA + 5, 7000, 20, MEGA, MEGA - 1, 300].map((size) => randomBytes(size));

test('contents come back in any order, before and after the end of appending', async () => {
  const { spool, extents } = await fill(contents);
  for (const order of [[0, 1, 2, 3, 4, 5, 6, 7], [7, 3, 2, 5, 0, 4, 1, 6]]) {
    for (const index of order) expect((await collect(spool.read(extents[index]!))).equals(contents[index]!)).toBe(true);
    await spool.finish();
  }
  await spool.close();
});

test('readers that read at once do not disturb each other, also where one uses its memory again', async () => {
  const { spool, extents } = await fill(contents);
  await spool.finish();
  const readers = [{ transient: true }, { transient: true }, { transient: false }].map((options) => spool.createReader(options));
  const read = async (order: readonly number[], turn: number): Promise<void> => {
    for (const index of order) {
      const pieces: Buffer[] = [];
      for await (const piece of spool.read(extents[index]!, readers[turn])) {
        // The others read in between.
        await new Promise(setImmediate);
        pieces.push(Buffer.from(piece));
      }
      expect(Buffer.concat(pieces).equals(contents[index]!)).toBe(true);
    }
  };
  await Promise.all([read([0, 1, 2, 3, 4, 5, 6, 7], 0), read([7, 6, 5, 4, 3, 2, 1, 0], 1), read([2, 0, 3, 6, 4, 7], 2)]);
  await spool.close();
});

test('a reader that uses its memory again takes one piece of it for a large content', async () => {
  const { spool, extents } = await fill([Buffer.alloc(20 * MEGA, 7)]);
  await spool.finish();
  const memories = new Set<ArrayBufferLike>();
  for await (const piece of spool.read(extents[0]!, spool.createReader({ transient: true }))) memories.add(piece.buffer);
  expect(memories.size).toBe(1);
  await spool.close();
});
