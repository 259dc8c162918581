import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, freeDeadLock, tryLock } from '../../src/process/file-lock.ts';
import { createRunId } from '../../src/process/liveness.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cos-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const dead = '00000000-1-1-1';

test('one holds it at a time, the next one waits, and is told so once', async () => {
  const first = await acquireLock({ folder, name: 'a', signal });
  expect(tryLock(folder, 'a')).toHaveProperty('holder');
  let waits = 0;
  const second = acquireLock({ folder, name: 'a', signal, onWait: () => (waits += 1) });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(waits).toBe(1);
  first.release();
  (await second).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('waiting ends on abort', async () => {
  await acquireLock({ folder, name: 'a', signal });
  await expect(acquireLock({ folder, name: 'a', signal: AbortSignal.timeout(30) })).rejects.toThrow();
});

test.each(['', 'garbage', dead])('a lock of a dead holder is taken over: %j', (content) => {
  writeFileSync(join(folder, 'a.lock'), content);
  const taken = tryLock(folder, 'a');
  expect(tryLock(folder, 'a')).toHaveProperty('holder');
  if ('release' in taken) taken.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a taker that died while it took over a dead lock does not block it', () => {
  writeFileSync(join(folder, 'a.lock'), dead);
  const heir = createHash('sha256').update('a').update(dead).digest('hex').slice(0, 24);
  writeFileSync(join(folder, `heir-${heir}.lock`), '00000000-2-2-2');
  const taken = tryLock(folder, 'a');
  expect(taken).toHaveProperty('release');
  if ('release' in taken) taken.release();
});

test('a living taker of a dead lock is waited for', () => {
  writeFileSync(join(folder, 'a.lock'), dead);
  const heir = createHash('sha256').update('a').update(dead).digest('hex').slice(0, 24);
  const other = createRunId();
  writeFileSync(join(folder, `heir-${heir}.lock`), other);
  expect(tryLock(folder, 'a')).toEqual({ holder: other });
  expect(readFileSync(join(folder, 'a.lock'), 'utf8')).toBe(dead);
});

test('releasing does not touch a lock that another one holds', () => {
  const first = tryLock(folder, 'a');
  if (!('release' in first)) throw new Error('not taken');
  first.release();
  const second = tryLock(folder, 'a');
  first.release();
  expect(tryLock(folder, 'a')).toHaveProperty('holder');
  if ('release' in second) second.release();
});

test('files of dead holders are removed, those of living ones stay', () => {
  writeFileSync(join(folder, 'a.lock'), dead);
  const held = tryLock(folder, 'b');
  for (const name of readdirSync(folder)) freeDeadLock(folder, name);
  expect(readdirSync(folder)).toEqual(['b.lock']);
  if ('release' in held) held.release();
});

test('many processes, some of which are killed while they hold it, never hold it together', async () => {
  const journal = join(folder, 'journal');
  const locks = join(folder, 'locks');
  mkdirSync(locks);
  writeFileSync(journal, '');
  const start = (rounds: number, dies: boolean) => spawn(process.execPath, [join(import.meta.dirname, 'fixtures/lock-child.ts'), locks, journal, String(rounds), dies ? 'dies' : 'no'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const children = [start(20, false), start(20, false), start(3, true), start(5, true), start(7, true), start(20, false)];
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit')) as [number | null, string | null]));
  expect(codes.map(([code, by]) => code ?? by)).toEqual([0, 0, 'SIGKILL', 'SIGKILL', 'SIGKILL', 0]);
  const lines = readFileSync(journal, 'utf8').trim().split('\n');
  const killed = new Set([children[2]!.pid, children[3]!.pid, children[4]!.pid].map(String));
  let holder: string | undefined;
  for (const line of lines) {
    const pid = line.slice(1);
    if (line.startsWith('+')) {
      // The last line of one that was killed has no end.
      expect(holder === undefined || killed.has(holder)).toBe(true);
      holder = pid;
    } else {
      expect(holder).toBe(pid);
      holder = undefined;
    }
  }
  expect(lines.filter((line) => line.startsWith('+'))).toHaveLength(75);
  expect(readdirSync(locks).filter((name) => name.endsWith('.lock') && readFileSync(join(locks, name), 'utf8').split('-')[1] === String(process.pid))).toEqual([]);
});
