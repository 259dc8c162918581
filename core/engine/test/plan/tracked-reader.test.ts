import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CosError } from '../../src/errors/cos-error.ts';
import { createTrackedReader } from '../../src/plan/tracked-reader.ts';
import { createWorkspace } from '../../src/testing.ts';

async function reasonOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof CosError)) throw new Error('expected a problem');
  return error.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
}

test('links are followed inside of the workspace, and refused where they leave it', async () => {
  await using outside = await createWorkspace({ 'secret/file': 'secret' });
  await using workspace = await createWorkspace({ 'tree/file': 'content' });
  symlinkSync('tree/file', join(workspace.path, 'to-file'));
  symlinkSync('tree', join(workspace.path, 'to-folder'));
  symlinkSync(join(outside.path, 'secret/file'), join(workspace.path, 'tree/out-file'));
  symlinkSync(join(outside.path, 'secret'), join(workspace.path, 'tree/out-folder'));
  const reads: string[] = [];
  const reader = createTrackedReader(workspace.path, (path) => reads.push(path));
  expect(await reader.read('to-file')).toBe('content');
  expect(await reader.read('to-folder/file')).toBe('content');
  expect(await reader.list('to-folder')).toEqual([
    { name: 'file', type: 'file' },
    { name: 'out-file', type: 'symlink', target: join(outside.path, 'secret/file') },
    { name: 'out-folder', type: 'symlink', target: join(outside.path, 'secret') },
  ]);
  expect(reads).toEqual(['to-file', 'to-folder/file', 'to-folder/']);
  for (const path of ['tree/out-file', 'tree/out-folder', 'tree/out-folder/file', 'to-folder/out-folder/file']) {
    expect(await reasonOf(reader.read(path))).toBe(`COS_PLAN_READ: Expected a readable path of the workspace; found "${path}": it is a link that leaves the workspace.`);
  }
  expect(await reasonOf(reader.list('tree/out-folder'))).toContain('it is a link that leaves the workspace');
  expect(reads).toHaveLength(3);
});

test('what would never end is not read', async () => {
  await using workspace = await createWorkspace({ 'tree/file': '' });
  execFileSync('mkfifo', [join(workspace.path, 'tree/pipe')]);
  const reader = createTrackedReader(workspace.path, () => undefined);
  expect(await reasonOf(reader.read('tree/pipe'))).toContain('"tree/pipe": it is no regular file.');
  expect(await reasonOf(reader.read('tree'))).toContain('"tree": it is a folder.');
});
