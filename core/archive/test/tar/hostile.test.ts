import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArchiveError, createEntry, readTar, writeTar } from '../../src/index.ts';
import { collect, inChunks, readAll } from '../streams.ts';

const plain = await collect(writeTar([createEntry({ path: 'a' }, 'x'.repeat(1000)), createEntry({ path: 'b'.repeat(120) }, 'y')]));

async function failure(bytes: Uint8Array, options = {}): Promise<ArchiveError> {
  try {
    for await (const entry of readTar(inChunks(bytes, 100), options)) await collect(entry.body);
  } catch (error) {
    if (error instanceof ArchiveError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Changes a header field and corrects the checksum. */
function patch(bytes: Buffer, block: number, at: number, text: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(text, block * 512 + at, 'latin1');
  copy.write('        ', block * 512 + 148, 'latin1');
  let sum = 0;
  for (let position = 0; position < 512; position++) sum += copy[block * 512 + position]!;
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, block * 512 + 148, 'latin1');
  return copy;
}

test('an archive that is cut off anywhere is an error that says where', async () => {
  for (const length of [0, 1, 511, 512, 600, 1511, 1512, 1536, 2047, 2048, 2100, 3000, plain.length - 1024]) {
    const error = await failure(plain.subarray(0, length));
    expect([length, error.code, error.offset]).toEqual([length, 'truncated', length]);
  }
  expect((await failure(plain.subarray(0, 700))).message).toBe('The archive ends inside "a", an entry of 1000 bytes (at byte 700)');
});

test('a body that is not read is still checked for its end', async () => {
  const list = async (): Promise<void> => {
    for await (const _ of readTar(inChunks(plain.subarray(0, 900)))) continue;
  };
  await expect(list()).rejects.toMatchObject({ code: 'truncated' });
});

test('one zero block at the very end is accepted as the end', async () => {
  expect(await readAll(inChunks(plain.subarray(0, plain.length - 512)))).toHaveLength(2);
});

test('bytes that are no archive are refused by their checksum', async () => {
  expect(await failure(Buffer.alloc(2048, 'text'))).toMatchObject({ code: 'corrupt', offset: 0 });
});

test('a flipped bit in a header is found', async () => {
  const flipped = Buffer.from(plain);
  flipped[3] = 1;
  expect(await failure(flipped)).toMatchObject({ code: 'corrupt', offset: 0 });
});

test.each([
  ['letters in the size', 124, '0000000zzzz\0', 'corrupt', /size field/],
  ['a negative size', 124, '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe', 'corrupt', /negative size/],
  ['a size beyond 2^53', 124, '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', 'corrupt', /beyond 2\^53/],
  ['an unknown type', 156, 'Q', 'unsupported', /unknown type "Q"/],
  ['a directory with content', 156, '5', 'corrupt', /states 1000 bytes of content/],
])('%s is refused', async (_, at, text, code, message) => {
  expect(await failure(patch(plain, 0, at, text))).toMatchObject({ code, message: expect.stringMatching(message), offset: 0 });
});

test('an extended header larger than the limit is refused before it is read', async () => {
  const big = await collect(writeTar([createEntry({ path: 'x', xattrs: new Map([['user.big', Buffer.alloc(3000)]]) })]));
  expect(await failure(big, { maxHeaderBytes: 2000 })).toMatchObject({ code: 'limit', offset: 0 });
  expect(await readAll(inChunks(big))).toHaveLength(1);
  expect(await failure(patch(big, 0, 124, '77777777777\0'))).toMatchObject({ code: 'limit' });
});

test('extended headers without end are refused', async () => {
  const one = (await collect(writeTar([createEntry({ path: 'b'.repeat(120) })]))).subarray(0, 1024);
  expect(await failure(Buffer.concat(Array.from({ length: 100 }, () => one)))).toMatchObject({ code: 'limit' });
});

test('an extended header before the end mark is refused', async () => {
  const long = await collect(writeTar([createEntry({ path: 'b'.repeat(120) })]));
  expect(await failure(Buffer.concat([long.subarray(0, 1024), Buffer.alloc(1024)]))).toMatchObject({ code: 'corrupt' });
});

test.each([['0 path=x\n'], ['99 path=xxxxxxxxxxxxx\n'], ['8 path=x\n'], ['path=x\n'], ['1000000000000000000 path=x\n'], ['8 =abcd\n'], ['12 path=a\0b\n'], ['12 size=abc\n']])('the malformed record %j is refused', async (record) => {
  const long = await collect(writeTar([createEntry({ path: 'b'.repeat(120) })]));
  const bytes = patch(long, 0, 124, `${record.length.toString(8).padStart(11, '0')}\0`);
  bytes.fill(0, 512, 1024);
  bytes.write(record, 512, 'latin1');
  expect(await failure(bytes)).toMatchObject({ code: 'corrupt' });
});

test('random damage gives entries or an error of ours, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(plain.length - 1), fc.nat(255)), { maxLength: 4 }), async (damage) => {
      const bytes = Buffer.from(plain);
      for (const [at, value] of damage) bytes[at] = value;
      await readAll(inChunks(bytes, 300)).catch((error: unknown) => expect(error).toBeInstanceOf(ArchiveError));
    }),
    { numRuns: 300 },
  );
});

test('leaving the loop early closes the source', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* inChunks(plain, 512);
    } finally {
      closed = true;
    }
  }
  for await (const _ of readTar(source())) break;
  expect(closed).toBe(true);
});

test('an error of the source passes through unchanged', async () => {
  const problem = new Error('the network went away');
  async function* source(): AsyncGenerator<Uint8Array> {
    yield plain.subarray(0, 600);
    throw problem;
  }
  await expect(readAll(source())).rejects.toBe(problem);
});
