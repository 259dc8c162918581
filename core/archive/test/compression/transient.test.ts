import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { compress } from '../../src/index.ts';
import { collect } from '../streams.ts';

const MEGA = 1024 * 1024;

/** Bytes that shrink little. */
async function* noise(bytes: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < times; at++) yield bytes;
}

test.each(['zstd', 'gzip', 'none'] as const)('%s gives the same bytes to who uses them up at once', async (format) => {
  const bytes = randomBytes(MEGA);
  const kept = await collect(compress(noise(bytes, 5), { format }));
  const used: Uint8Array[] = [];
  for await (const chunk of compress(noise(bytes, 5), { format, transient: true })) used.push(Buffer.from(chunk));
  expect(Buffer.concat(used).equals(kept)).toBe(true);
});

test.each([64 * 1024, 512 * 1024, 2 * MEGA])('with blocks of %i bytes, too', async (blockSize) => {
  const bytes = randomBytes(MEGA);
  const kept = await collect(compress(noise(bytes, 3), { format: 'zstd', blockSize }));
  const used: Uint8Array[] = [];
  for await (const chunk of compress(noise(bytes, 3), { format: 'zstd', blockSize, transient: true })) used.push(Buffer.from(chunk));
  expect(Buffer.concat(used).equals(kept)).toBe(true);
});

test('memory of what was compressed is given back, without waiting for the collector', async () => {
  const memories = new Set<ArrayBufferLike>();
  for await (const chunk of compress(noise(randomBytes(MEGA), 100), { format: 'zstd', concurrency: 2, transient: true })) memories.add(chunk.buffer);
  expect(memories.size).toBeGreaterThan(100);
  // Each of the two compressors has one that is not full.
  expect([...memories].filter((memory) => memory.byteLength > 0).length).toBeLessThanOrEqual(2);
});
