import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runTarget, startCos } from '../rig/cos.ts';
import { containers } from '../rig/engine.ts';
import { isRunning, killTree, processTree } from '../rig/processes.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, type Workspace } from '../rig/workspace.ts';

// A few rounds here; `npm run soak` sets COS_SOAK_ROUNDS to 50.

const rounds = Number(process.env['COS_SOAK_ROUNDS'] ?? '3');
const project = join(import.meta.dirname, '..', 'incremental', 'project');

function tinyWorkspace(): Workspace {
  const workspace = makeWorkspace(project);
  writeTinyBase(workspace.path('base.tar'));
  return workspace;
}

function digestOf(workspace: Workspace): string {
  return createHash('sha256').update(readFileSync(workspace.path('build/tiny-os.iso'))).digest('hex');
}

function leftovers(workspace: Workspace): readonly string[] {
  const scratch = workspace.path('.cos/scratch');
  return existsSync(scratch) ? readdirSync(scratch) : [];
}

describe('a build that is killed', () => {
  test(`at ${rounds} random moments is completed by the next run, to the same bytes`, async () => {
    const before = containers();
    const undisturbed = tinyWorkspace();
    const start = performance.now();
    await runTarget(undisturbed, 'build-iso');
    const duration = performance.now() - start;
    const expected = digestOf(undisturbed);
    const workspace = tinyWorkspace();
    for (let round = 0; round < rounds; round += 1) {
      // Every fifth round starts from nothing, the others from what the round before left, with another edit that costs work.
      if (round % 5 === 0) rmSync(workspace.path('.cos'), { recursive: true, force: true });
      writeFileSync(workspace.path('packages/service/service.sh'), `#!/bin/sh\necho ${round}\n`);
      const moment = Math.random() * duration;
      const { child, done } = startCos(workspace, ['run', 'build-iso', '--reporter', 'json']);
      await sleep(moment);
      if (child.pid !== undefined && child.exitCode === null) killTree(child.pid);
      await done;
      writeFileSync(workspace.path('packages/service/service.sh'), '#!/bin/sh\necho service\n');
      await runTarget(workspace, 'build-iso');
      expect(digestOf(workspace), `killed after ${Math.round(moment)} ms in round ${round}`).toBe(expected);
      expect(leftovers(workspace)).toEqual([]);
    }
    expect(containers()).toEqual(before);
  });

  test('by Ctrl-C leaves no process, no container and no temporary folder', async () => {
    const before = containers();
    const workspace = tinyWorkspace();
    const recipe = workspace.path('packages/service/build.yaml');
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace('steps:\n', 'steps:\n- echo waiting && sleep 600\n'));
    const { child, done } = startCos(workspace, ['run', 'build-iso', '--reporter', 'json']);
    let output = '';
    child.stdout?.on('data', (text: string) => (output += text));
    while (!output.includes('waiting')) await sleep(100);
    await sleep(500);
    const tree = processTree(child.pid ?? 0);
    process.kill(child.pid ?? 0, 'SIGINT');
    const run = await done;
    expect(run.exitCode).toBe(130);
    expect(run.summary?.cancelled).toBeGreaterThan(0);
    expect(tree.filter(isRunning)).toEqual([]);
    expect(containers()).toEqual(before);
    expect(leftovers(workspace)).toEqual([]);
  });

  test('does not disturb a second run in the same workspace, which shares its work', async () => {
    const workspace = tinyWorkspace();
    const [first, second] = await Promise.all([runTarget(workspace, 'build-iso'), runTarget(workspace, 'build-iso', '--seed', '3')]);
    const both = [...first.built, ...second.built];
    expect(new Set(both).size, `built twice: ${both.filter((key, index) => both.indexOf(key) !== index).join(', ')}`).toBe(both.length);
    expect((await runTarget(workspace, 'build-iso')).built).toEqual([]);
  });
});
