import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createRunId, isAlive, isRunId, startTicks } from '../../src/process/liveness.ts';

test('this process is alive, and each identity is new', () => {
  const [a, b] = [createRunId(), createRunId()];
  expect(a).not.toBe(b);
  expect(isAlive(a) && isAlive(b)).toBe(true);
  expect(isRunId(a)).toBe(true);
});

test('an identity of another boot, of a reused pid or of no run is dead', () => {
  const [boot, pid, start, counter] = createRunId().split('-');
  expect(isAlive(`00000000-${pid}-${start}-${counter}`)).toBe(false);
  expect(isAlive(`${boot}-${pid}-${Number(start) + 1}-${counter}`)).toBe(false);
  for (const text of ['', 'x', `${boot}-${pid}-${start}`, `${boot}-${pid}-${start}-1/../..`]) expect(isAlive(text)).toBe(false);
});

test('a process that ended is dead, also as a zombie', async () => {
  const [boot] = createRunId().split('-');
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const start = startTicks(child.pid!);
  const id = `${boot}-${child.pid}-${start}-1`;
  expect(isAlive(id)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(id)).toBe(false);

  // The shell's child ends while the shell, having become a sleep, never reaps it.
  const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$" & exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(startTicks(Number(line.toString()))).toBeUndefined();
  parent.kill('SIGKILL');
});
