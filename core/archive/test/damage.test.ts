// Whatever happened to an archive on its way, what reads it answers with an error of this library, and never with an archive that is less than it was.
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArchiveError, canonicalize, compress, decompress, flattenLayers, joinLayers, listArchive, readLayer, readManifest, rootfsDigest, writeManifest, writeTar } from '../src/index.ts';
import { arbitraryRootfs } from './arbitrary-entry.ts';
import { all, collect, inChunks } from './streams.ts';

type Damage = (bytes: Buffer) => Buffer;

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const position = (bytes: Buffer, where: number): number => Math.floor(bytes.length * where);
const arbitraryDamage: fc.Arbitrary<Damage> = fc.oneof(
  at.map((where): Damage => (bytes) => bytes.subarray(0, position(bytes, where))),
  fc.array(fc.tuple(at, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 5 }).map((flips): Damage => (bytes) => {
    const copy = Buffer.from(bytes);
    for (const [where, mask] of flips) copy[position(bytes, where)]! ^= mask;
    return copy;
  }),
  fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 700 })).map(([where, more]): Damage => (bytes) => Buffer.concat([bytes.subarray(0, position(bytes, where)), more, bytes.subarray(position(bytes, where))])),
  fc.tuple(at, at).map(([from, to]): Damage => (bytes) => Buffer.concat([bytes.subarray(0, position(bytes, Math.min(from, to))), bytes.subarray(position(bytes, Math.max(from, to)))])),
  fc.tuple(at, fc.integer({ min: 1, max: 4 })).map(([where, blocks]): Damage => (bytes) => {
    const copy = Buffer.from(bytes);
    const start = position(bytes, where) & ~511;
    return copy.fill(0, start, Math.min(copy.length, start + blocks * 512));
  }),
);

const formats = fc.constantFrom('none' as const, 'gzip' as const, 'zstd' as const);
const options = { scratch: tmpdir(), epoch: 0 };

const readers: readonly (readonly [name: string, read: (bytes: AsyncIterable<Uint8Array>) => Promise<unknown>])[] = [
  ['a list', async (bytes) => all(listArchive(bytes))],
  ['a digest', async (bytes) => rootfsDigest(bytes)],
  ['the canonical form', async (bytes) => collect(canonicalize(bytes, options))],
  ['a root filesystem of layers', async (bytes) => collect(flattenLayers([bytes], options))],
  ['a listing of layers', async (bytes) => joinLayers([await readLayer(bytes)]).digest()],
];

async function outcome(work: Promise<unknown>): Promise<ArchiveError | 'accepted'> {
  return work.then(() => 'accepted' as const, (error: unknown) => {
    if (error instanceof ArchiveError) return error;
    throw error;
  });
}

describe.each(readers)('%s of a damaged archive', (_, read) => {
  test('is made, or refused with an error of this library', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRootfs, formats, arbitraryDamage, fc.integer({ min: 1, max: 5000 }), async (entries, format, damage, size) => {
        const bytes = damage(await collect(compress(writeTar(entries), { format })));
        const result = await outcome(read(decompress(inChunks(bytes, size))));
        if (result !== 'accepted') expect(result.message).not.toBe('');
      }),
      { numRuns: 60 },
    );
  });

  test('is refused when any of its end is missing but the last empty block', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRootfs, formats, at, async (entries, format, where) => {
        const whole = await collect(compress(writeTar(entries), { format }));
        const bytes = whole.subarray(0, position(whole.subarray(0, whole.length - (format === 'none' ? 1023 : 0)), where));
        expect(await outcome(read(decompress(inChunks(bytes, 777))))).toMatchObject({ code: expect.stringMatching(/^(truncated|corrupt)$/) as unknown });
      }),
      { numRuns: 40 },
    );
  });
});

test('a damaged manifest is read, or refused with an error of this library', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, arbitraryDamage, async (entries, damage) => {
      const bytes = damage(await collect(writeManifest(listArchive(writeTar(entries)))));
      await outcome(all(readManifest(inChunks(bytes, 300))));
    }),
    { numRuns: 200 },
  );
});
