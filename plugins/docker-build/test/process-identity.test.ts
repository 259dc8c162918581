import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProcessName, isOfDeadProcess } from '../src/process-identity.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('names that carry the process that made them', () => {
  it('are different each time and fit a container and a tag', () => {
    const names = Array.from({ length: 100 }, () => createProcessName());
    expect(new Set(names).size).toBe(100);
    expect(names.every((name) => /^[a-z0-9][a-z0-9-]{1,100}$/.test(name))).toBe(true);
  });

  it('belong to a running process however old they are', () => {
    expect(isOfDeadProcess(createProcessName(Date.now() - 30 * DAY))).toBe(false);
  });

  it('belong to nobody once the process is gone', async () => {
    const child = spawn('sleep', ['60']);
    const ticks = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? '';
    const [boot, namespace, , , ...rest] = createProcessName().split('-');
    const name = [boot, namespace, child.pid, ticks, ...rest].join('-');
    expect(isOfDeadProcess(name)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isOfDeadProcess(name)).toBe(true);
  });

  it.each([
    ['another machine', 0, '00000000'],
    ['another container', 1, '1'],
  ])('of %s are left alone for a day', (_, field, value) => {
    const parts = createProcessName().split('-');
    parts[field] = value;
    const name = parts.join('-');
    expect(isOfDeadProcess(name)).toBe(false);
    expect(isOfDeadProcess(name, Date.now() + 2 * DAY)).toBe(true);
  });

  it('of another form are somebody else\'s', () => {
    expect(isOfDeadProcess('backup-1-2-3')).toBe(false);
  });
});
