import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEntry, decodeName, encodeName, writeTar } from '../../src/index.ts';
import { arbitraryDirectory, arbitraryLeaf, arbitraryPath } from '../arbitrary-entry.ts';
import { collect, inChunks, readAll } from '../streams.ts';

test('what is written is read back, whatever the size of the chunks', async () => {
  const entry = arbitraryPath.chain((path) => fc.oneof(arbitraryLeaf(path), arbitraryDirectory(path)));
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), fc.integer({ min: 1, max: 3000 }), async (entries, size) => {
      const bytes = await collect(writeTar(entries));
      const read = await readAll(inChunks(bytes, size));
      expect(read.map((entry) => ({ ...entry, content: undefined }))).toEqual(entries.map((entry) => ({ ...entry, body: undefined })));
      expect(read.map((entry) => entry.content)).toEqual(await Promise.all(entries.map((entry) => collect(entry.body))));
    }),
    { numRuns: 150 },
  );
});

test('any bytes make a name and come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(encodeName(decodeName(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('equal entries give equal bytes, however the content is cut', async () => {
  const content = Buffer.alloc(300_000, 'content');
  const whole = createEntry({ path: 'a' }, content);
  const cut = { ...whole, body: inChunks(content, 1000) };
  expect(await collect(writeTar([cut]))).toEqual(await collect(writeTar([whole])));
});

test('chunks that are used again are the same bytes for whoever uses each up before the next', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 }), fc.integer({ min: 500, max: 40_000 }), async (sizes, cut) => {
      const entries = sizes.map((size, index) => ({ path: `f${index}`, bytes: Buffer.alloc(size, `content ${index} `) }));
      const archive = (transient: boolean) => writeTar(entries.map(({ path, bytes }) => ({ ...createEntry({ path }, bytes), body: inChunks(bytes, cut) })), { transient });
      const kept: Buffer[] = [];
      for await (const chunk of archive(true)) kept.push(Buffer.from(chunk));
      expect(Buffer.concat(kept).equals(await collect(archive(false)))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('the order of extended attributes does not show', async () => {
  const a: [string, Uint8Array] = ['user.a', Buffer.from('1')];
  const b: [string, Uint8Array] = ['user.b', Buffer.from('2')];
  const one = await collect(writeTar([createEntry({ path: 'x', xattrs: new Map([a, b]) })]));
  const other = await collect(writeTar([createEntry({ path: 'x', xattrs: new Map([b, a]) })]));
  expect(one).toEqual(other);
});

test('a size beyond eight gigabytes is written as a pax record and read back', async () => {
  const size = 8 ** 11 + 5;
  const piece = Buffer.alloc(64 * 1024 * 1024);
  async function* zeros(): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece;
  }
  const archive = writeTar([{ ...createEntry({ path: 'big' }), size, body: zeros() }]);
  const { readTar } = await import('../../src/index.ts');
  const sizes: number[] = [];
  for await (const entry of readTar(archive)) sizes.push(entry.size);
  expect(sizes).toEqual([size]);
});

test.each([
  ['a body that is too short', { ...createEntry({ path: 'x' }, 'abc'), size: 4 }, /states 4 bytes, but its content has only 3/],
  ['a body that is too long', { ...createEntry({ path: 'x' }, 'abc'), size: 2 }, /has more/],
  ['an empty path', createEntry({ path: '' }), /it has no path/],
  ['a zero byte in a path', createEntry({ path: 'a\0b' }), /zero byte/],
  ['a link without a target', createEntry({ path: 'x', type: 'symlink' }), /link without a target/],
  ['a mode beyond 0o7777', createEntry({ path: 'x', mode: 0o10000 }), /its mode is 4096/],
  ['a fractional time', createEntry({ path: 'x', mtime: 1.5 }), /whole number of seconds/],
  ['an attribute name with an equals sign', createEntry({ path: 'x', xattrs: new Map([['user.a=b', Buffer.of()]]) }), /name that pax cannot hold/],
])('the writer refuses %s', async (_, entry, message) => {
  await expect(collect(writeTar([entry]))).rejects.toMatchObject({ code: 'invalid-entry', message: expect.stringMatching(message) });
});

test('the writer refuses a name with a surrogate that stands for no byte', async () => {
  await expect(collect(writeTar([createEntry({ path: 'a\uD800' })]))).rejects.toMatchObject({ code: 'unsafe-path' });
});
