import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compress, decompress, describeCompression, detectCompression } from '../../src/index.ts';
import type { ArchiveError, CompressOptions } from '../../src/index.ts';
import { collect, inChunks } from '../streams.ts';

const formats = ['gzip', 'zstd'] as const;
const blockSize = 64 * 1024;

/** Bytes that compress somewhat and differ everywhere. */
function sample(size: number): Buffer {
  let state = 1;
  return Buffer.from(Uint8Array.from({ length: size }, () => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16) & 0x3f));
}

test.each(['none', ...formats] as const)('%s: what is compressed is decompressed, however it is cut', async (format) => {
  const sizes = fc.integer({ min: 1, max: 100_000 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300_000 }), sizes, sizes, async (size, cut, cutAgain) => {
      const data = sample(size);
      const packed = await collect(compress(inChunks(data, cut), { format, blockSize }));
      expect((await collect(decompress(inChunks(packed, cutAgain)))).equals(data)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test.each(formats)('%s: the result depends neither on the number of threads nor on the chunks', async (format) => {
  const data = sample(1_000_000);
  const one = await collect(compress(inChunks(data), { format, blockSize, concurrency: 1 }));
  expect((await collect(compress(inChunks(data, 999), { format, blockSize, concurrency: 7 }))).equals(one)).toBe(true);
  expect((await collect(compress(inChunks(data), { format, blockSize: 2 * blockSize }))).equals(one)).toBe(false);
});

test.each([['gzip', 'gzip'], ['zstd', 'zstd']] as const)('%s: the real program reads it and finds nothing wrong', async (format, program) => {
  const data = sample(700_000);
  const packed = await collect(compress(inChunks(data), { format, blockSize }));
  execFileSync(program, ['--test'], { input: packed });
  expect(execFileSync(program, ['--decompress', '--stdout'], { input: packed, maxBuffer: 1e7 }).equals(data)).toBe(true);
  expect((await collect(decompress(inChunks(execFileSync(program, ['--stdout'], { input: data, maxBuffer: 1e7 }), 5000)))).equals(data)).toBe(true);
});

test('known bytes, so that a change of the format does not pass unseen', async () => {
  const gzipped = await collect(compress(inChunks(Buffer.from('cos')), { format: 'gzip' }));
  expect(gzipped.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  const empty = await collect(compress(inChunks(Buffer.alloc(0)), { format: 'zstd' }));
  expect(empty.toString('hex')).toBe('28b52ffd240001000099e9d851');
});

test.each(formats)('%s: input that is cut off anywhere is an error', async (format) => {
  const packed = await collect(compress(inChunks(sample(200_000)), { format, blockSize }));
  const second = packed.indexOf(packed.subarray(0, 4), 1);
  for (const length of [4, 5, 12, 1000, second - 1, second + 1, second + 4, second + 9, packed.length - 5, packed.length - 1]) {
    const outcome = await collect(decompress(inChunks(packed.subarray(0, length), 700))).then(() => 'accepted', (error: ArchiveError) => error.code);
    expect([length, outcome]).toEqual([length, 'truncated']);
  }
});

test.each(formats)('%s: a flipped byte in the content is an error', async (format) => {
  const packed = await collect(compress(inChunks(sample(200_000)), { format, blockSize }));
  packed[packed.length >> 1]! ^= 0xff;
  await expect(collect(decompress(inChunks(packed)))).rejects.toMatchObject({ code: 'corrupt' });
});

test('something else after the last frame is an error', async () => {
  const packed = zstdCompressSync(sample(100));
  await expect(collect(decompress(inChunks(Buffer.concat([packed, Buffer.from('more')]))))).rejects.toMatchObject({ code: 'corrupt', offset: packed.length });
  await expect(collect(decompress(inChunks(Buffer.concat([gzipSync('x'), Buffer.from('more')]))))).rejects.toMatchObject({ code: 'corrupt' });
});

test('frames without content size, with checksums, of every kind of block, and skippable frames are read', async () => {
  const zeros = Buffer.alloc(1_000_000);
  const skippable = Buffer.from('5a2a4d1803000000616263', 'hex');
  const streamed = execFileSync('zstd', ['--stdout', '--check'], { input: zeros });
  const incompressible = Buffer.concat(Array.from({ length: 5000 }, (_, index) => createHash('sha256').update(String(index)).digest()));
  const packed = Buffer.concat([skippable, streamed, zstdCompressSync(incompressible), skippable, zstdCompressSync(Buffer.alloc(0))]);
  expect((await collect(decompress(inChunks(packed, 13)))).equals(Buffer.concat([zeros, incompressible]))).toBe(true);
});

test('xz, bzip2 and lz4 are recognised and refused', async () => {
  const xz = execFileSync('xz', ['--stdout'], { input: 'x' });
  await expect(collect(decompress(inChunks(xz)))).rejects.toMatchObject({ code: 'unsupported', message: 'The data is compressed by xz, which is not supported; use zstd or gzip (at byte 0)' });
  expect(detectCompression(Buffer.from('BZh91AY&SY'))).toBe('bzip2');
  expect(detectCompression(Buffer.from('BZhello'))).toBe('none');
  expect(detectCompression(Buffer.from('04224d18', 'hex'))).toBe('lz4');
  expect(detectCompression(Buffer.alloc(0))).toBe('none');
});

test('a bound on the size stops a bomb', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  await expect(collect(decompress(inChunks(bomb), { maxBytes: 1_000_000 }))).rejects.toMatchObject({ code: 'limit' });
});

test.each([
  [{ format: 'gzip', level: 10 }, /gzip level is 10, but it must be a whole number from 1 to 9/],
  [{ format: 'zstd', level: 0 }, /zstd level is 0/],
  [{ format: 'zstd', blockSize: 1000 }, /block size is 1000/],
  [{ format: 'xz' }, /must be none, gzip or zstd/],
])('options out of range are refused: %j', async (options, message) => {
  await expect(collect(compress(inChunks(Buffer.of(1)), options as CompressOptions))).rejects.toMatchObject({ code: 'invalid-option', message: expect.stringMatching(message) });
});

test('the description names what the bytes depend on', () => {
  expect(describeCompression({ format: 'zstd' })).toBe(`zstd level 3 blocks of 2097152 by ${process.versions['zstd']}`);
  expect(describeCompression({ format: 'gzip', level: 9, concurrency: 3 })).toBe(`gzip level 9 blocks of 1048576 by ${process.versions.zlib}`);
});

test('an error of the source passes through, and leaving early closes it', async () => {
  const problem = new Error('disk gone');
  const packed = await collect(compress(inChunks(sample(500_000)), { format: 'zstd', blockSize }));
  let closed = 0;
  async function* source(fails: boolean): AsyncGenerator<Uint8Array> {
    try {
      yield* inChunks(packed.subarray(0, 200_000), 1000);
      if (fails) throw problem;
      yield* inChunks(packed.subarray(200_000), 1000);
    } finally {
      closed++;
    }
  }
  await expect(collect(decompress(source(true)))).rejects.toBe(problem);
  for await (const _ of decompress(source(false))) break;
  expect(closed).toBe(2);
  await expect(collect(compress(source(true), { format: 'gzip', blockSize }))).rejects.toBe(problem);
});
