import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, writeTar } from '@cos/archive';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeRoot } from '../src/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cos-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const write = async (archive: AsyncIterable<Uint8Array>, name = 'os.tar'): Promise<void> => writeRoot({ archive, format: 'tar', to: join(folder, name), scratch: folder, signal });
const archive = (): AsyncIterable<Uint8Array> => writeTar([createEntry({ path: 'file' }, 'x')]);

/** A process that writes the file and does not come to an end. */
async function startSlowly(name: string) {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'rig/write-slowly.ts'), join(folder, name)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

test('what a killed process has begun is removed by the next one that makes the file, and what was there before stays until then', async () => {
  writeFileSync(join(folder, 'os.tar'), 'before');
  const kill = await startSlowly('os.tar');
  await kill();
  expect(readdirSync(folder).toSorted()).toEqual([expect.stringMatching(/^\.os\.tar\.cos-.*\.tmp$/), 'os.tar']);
  expect(readFileSync(join(folder, 'os.tar'), 'utf8')).toBe('before');
  await write(archive());
  expect(readdirSync(folder)).toEqual(['os.tar']);
  expect(readFileSync(join(folder, 'os.tar')).length).toBe(2048);
});

test('what another process writes, stays, and for a day what one of another machine has left', async () => {
  const kill = await startSlowly('os.tar');
  const foreign = '.os.tar.cos-00000000-0000-0000-0000-000000000000_1_1_1.tmp';
  writeFileSync(join(folder, foreign), '');
  await write(archive());
  expect(readdirSync(folder)).toHaveLength(3);
  await kill();
  await write(archive(), 'other.tar');
  expect(readdirSync(folder)).toHaveLength(4);
  await write(archive());
  expect(readdirSync(folder).toSorted()).toEqual([foreign, 'os.tar', 'other.tar']);
  // Nobody has written it for two days.
  const old = new Date(Date.now() - 48 * 3600 * 1000);
  utimesSync(join(folder, foreign), old, old);
  await write(archive());
  expect(readdirSync(folder).toSorted()).toEqual(['os.tar', 'other.tar']);
});

test('an archive that breaks off leaves nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.alloc(512);
    throw new Error('broken off');
  }
  await expect(write(broken())).rejects.toThrow('broken off');
  expect(readdirSync(folder)).toEqual([]);
});
