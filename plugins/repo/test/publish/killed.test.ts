import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeMetadata } from '@cos/luet';
import { startRegistry } from '@cos/registry/testing';
import { expect, test } from 'vitest';
import { fromFolder, fromImages, installByHand, type Source } from '../independent-reader.ts';
import { temporaryFolder, type SamplePackage } from '../rig.ts';
import { list, samples } from './rig.ts';

/** How often; more in the long repetitions. */
const rounds = Number(process.env['COS_TEST_KILLS'] ?? 3);

const old = ['app/a@1', 'app/b@1', 'app/changed@1'];

interface Prepared {
  readonly first: string;
  readonly second: string;
  readonly scratch: string;
}

/** Lists for the process: what is published first, and what then; some are new, one has a newer version, one other content under its old version. */
async function prepare(): Promise<Prepared> {
  const folder = await temporaryFolder();
  const write = (name: string, packages: readonly SamplePackage[]): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(packages.map(({ archive, metadata }) => ({ archive, metadata: writeMetadata(metadata) }))));
    return path;
  };
  return {
    first: write('first.json', await samples(...old)),
    second: write('second.json', await samples('app/a@2', { id: 'app/changed@1', text: 'other' }, 'app/c@1', 'app/d@1', 'app/e@1', { id: 'app/f@1', requires: ['app/a', 'app/changed'] })),
    scratch: folder,
  };
}

/** Publishes in a process that is killed `wait` milliseconds after it began; answers how long it took, or undefined when it did not come to its end. */
async function publish(to: string, what: string, scratch: string, wait?: number): Promise<number | undefined> {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'publish-once.ts'), to, what, scratch], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  if (wait !== undefined) {
    await Promise.race([started, ended]);
    await Promise.race([delay(wait), ended]);
    child.kill('SIGKILL');
  }
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(output);
  return code === 0 ? Number(/took (\d+)/.exec(output)?.[1]) : undefined;
}

/** What a client that shares no code with the writer gets: every package of the index has to be there whole. */
async function contentOf(source: Source): Promise<readonly string[]> {
  return installByHand(source, '*', join(await temporaryFolder(), 'root'));
}

const fresh = ['app/a@2', 'app/b@1', 'app/c@1', 'app/changed@1', 'app/d@1', 'app/e@1', 'app/f@1'];

test('a folder to which a killed process published is the old repository or the new one, and the next publication completes', { timeout: 3_600_000 }, async () => {
  const { first, second, scratch } = await prepare();
  const begun = join(scratch, 'begun');
  await publish(begun, first, scratch);
  const copy = (): string => {
    const path = mkdtempSync(join(scratch, 'repository-'));
    cpSync(begun, path, { recursive: true });
    return path;
  };
  const longest = (await publish(copy(), second, scratch)) ?? 0;
  let interrupted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const path = copy();
    if ((await publish(path, second, scratch, Math.random() * longest)) === undefined) interrupted += 1;
    const there = await contentOf(fromFolder(path));
    expect([old, fresh]).toContainEqual(there);
    await publish(path, second, scratch);
    expect(await contentOf(fromFolder(path))).toEqual(fresh);
    expect(list(path).filter((name) => name.startsWith('.'))).toEqual([]);
  }
  expect(interrupted).toBeGreaterThan(0);
});

test('an image repository to which a killed process published is the old one or the new one, too', { timeout: 3_600_000 }, async () => {
  const { first, second, scratch } = await prepare();
  await using server = await startRegistry();
  const measured = `docker:${server.host}/measured`;
  await publish(measured, first, scratch);
  const longest = (await publish(measured, second, scratch)) ?? 0;
  let interrupted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const to = `docker:${server.host}/r${round}`;
    await publish(to, first, scratch);
    if ((await publish(to, second, scratch, Math.random() * longest)) === undefined) interrupted += 1;
    const source = fromImages(`http://${server.host}/v2/r${round}`);
    expect([old, fresh]).toContainEqual(await contentOf(source));
    await publish(to, second, scratch);
    expect(await contentOf(source)).toEqual(fresh);
  }
  expect(interrupted).toBeGreaterThan(0);
});
