import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MEGA = 1024 ** 2;

/** Megabytes for new objects in a process that has kept 100 MB of small ones. */
async function sizeAfterGrowth(call: string, flags: readonly string[] = []): Promise<number> {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { boundYoungGeneration } from ${JSON.stringify(new URL('../../src/cli/young-generation.ts', import.meta.url).href)};
    ${call};
    const kept = [];
    for (let turn = 0; turn < 100; turn += 1) {
      for (let index = 0; index < 10_000; index += 1) kept.push({ turn, index, list: [index] });
      await new Promise(setImmediate);
    }
    console.log(JSON.stringify([kept.length, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size]));
    process.exit(0);
  `;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '--eval', program], { env: {} });
  const [kept, size] = JSON.parse(stdout) as [number, number];
  expect([kept, stderr]).toEqual([1_000_000, '']);
  return size / MEGA;
}

test('the part of the heap for new objects stays small, however much a run keeps', async () => {
  expect(await sizeAfterGrowth('boundYoungGeneration()')).toBeLessThanOrEqual(17);
  expect(await sizeAfterGrowth('')).toBeGreaterThan(30);
});

test('a size that the user gives counts, and so does what an unknown V8 does', async () => {
  expect(await sizeAfterGrowth('boundYoungGeneration()', ['--max-semi-space-size=32'])).toBeGreaterThan(30);
  expect(await sizeAfterGrowth('boundYoungGeneration({ version: "15.0.1" })')).toBeGreaterThan(30);
});
