import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listArchive, decompress } from '@cos/archive';
import type { Event } from '@cos/core';
import { readMetadata } from '@cos/luet';
import { expect, test } from 'vitest';
import { cosProgram } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace } from '../rig/workspace.ts';

test('a disk that is full in the middle of an archive fails its task and leaves nothing of it; with room the next run makes that archive alone', async () => {
  const workspace = makeWorkspace(join(import.meta.dirname, 'project'));
  writeTinyBase(workspace.path('base.tar'));
  for (const folder of ['.cos', 'packages/large', 'wrong/relative', 'wrong/no-pattern', 'wrong/not-there']) mkdirSync(workspace.path(folder), { recursive: true });
  writeFileSync(workspace.path('packages/large/definition.yaml'), 'category: t\nname: large\nversion: "1.0"\n');
  writeFileSync(workspace.path('packages/large/build.yaml'), 'image: base\nsteps:\n- dd if=/dev/urandom of=/blob bs=1048576 count=12\n');
  const cos = `"${cosProgram}" run build --derivative good --reporter json`;
  // Room for the base and for half of the archive, in a mount namespace of its own, which needs no privileges.
  const script = `set -e
    mount -t tmpfs -o size=9m tmpfs .cos
    if ${cos} > first; then exit 9; fi
    find build .cos/cache .cos/scratch \\( -type f -size +5000k -o -name '*large*' -o -name '*.tmp*' \\) > left 2>/dev/null || true
    mount -o remount,size=64m .cos
    ${cos} > second`;
  const { status, stderr } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], { cwd: workspace.folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', PATH: `${join(cosProgram, '..')}:${process.env['PATH'] ?? ''}` } });
  expect([status, stderr]).toEqual([0, '']);
  const [first, second] = ['first', 'second'].map((name) => readFileSync(workspace.path(name), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Event));
  const finished = (events: readonly Event[], outcome: string): readonly string[] => events.flatMap((event) => (event.type === 'task-finished' && event.outcome === outcome ? [event.task] : []));
  const archive = 'squash.archive#t/large@1.0@good/amd64';
  expect(finished(first ?? [], 'failed')).toEqual([archive]);
  expect(first?.flatMap((event) => (event.type === 'task-finished' ? (event.failure ?? []) : []))).toMatchObject([{ code: 'COS_TASK_DISK_FULL' }]);
  expect(readFileSync(workspace.path('left'), 'utf8')).toBe('');
  expect(finished(second ?? [], 'built')).toEqual([archive, 'squash.describe#t/large@1.0@good/amd64']);
  const packages = workspace.path('build/good/amd64/packages');
  const bytes = readFileSync(join(packages, 'large-t-1.0.package.tar.zst'));
  const { metadata } = readMetadata(readFileSync(join(packages, 'large-t-1.0.metadata.yaml'), 'utf8'), 'metadata.yaml');
  expect(metadata?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  const listed: unknown[] = [];
  for await (const { path, size } of listArchive(decompress((async function* whole() { yield bytes; })()))) listed.push([path, size]);
  expect(listed).toEqual([['blob', 12 * 1024 ** 2]]);
});
