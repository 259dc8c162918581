import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCos, runTarget } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// One workspace for the whole file, as a user has one: each test makes one edit and says exactly which tasks that costs.

describe('an incremental build', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
    writeTinyBase(workspace.path('base.tar'));
    await runTarget(workspace, 'build-iso');
  });
  afterAll(() => removeWorkspace(workspace));

  test('does nothing when nothing changed', async () => {
    const { summary, built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual([]);
    expect(summary).toMatchObject({ cached: 0, built: 0, failed: 0, skipped: 0 });
    expect(summary.fresh).toBeGreaterThan(0);
  });

  test('runs exactly the tasks below a changed file of a package, and says which file it was', async () => {
    appendFileSync(workspace.path('packages/service/service.sh'), 'echo more\n');
    const { built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual([
      'docker-build.image#app/service@1.0',
      'docker-build.image#system/os@1.0',
      'docker-build.join#system/os@1.0',
      'docker-build.name#system/os@1.0',
      'docker-build.tags#system/os@1.0',
      'iso.boot#tiny-os',
      'iso.medium#tiny-os',
      'iso.squashfs#tiny-os',
      'sign.isoChecksum#tiny-os',
      'squash.archive#app/service@1.0',
      'squash.archive#system/os@1.0',
      'template.hash#app/service@1.0',
    ]);
    const why = await runCos(workspace, ['why', 'docker-build.image#app/service@1.0']);
    expect(why.stdout).toContain('packages/service/service.sh');
  });

  test('stops at a package whose archive is byte-identical after an edit', async () => {
    appendFileSync(workspace.path('packages/service/README.md'), 'Nobody installs this.\n');
    const { built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual(['docker-build.image#app/service@1.0', 'docker-build.name#system/os@1.0', 'docker-build.tags#system/os@1.0', 'squash.archive#app/service@1.0', 'template.hash#app/service@1.0']);
    const why = await runCos(workspace, ['why', 'docker-build.image#app/service@1.0']);
    expect(why.stdout).toContain('packages/service/README.md');
  });

  test('stops at a recipe that renders to the same after an edit', async () => {
    writeFileSync(workspace.path('packages/os/build.yaml'), `# a comment\n${readFileSync(workspace.path('packages/os/build.yaml'), 'utf8')}`);
    const { built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual(['docker-build.image#system/os@1.0', 'docker-build.name#system/os@1.0', 'docker-build.tags#system/os@1.0', 'squash.archive#system/os@1.0', 'template.hash#system/os@1.0', 'template.render#system/os@1.0']);
  });

  test('runs only the tasks of the ISO when its menu title changes, and names the option', async () => {
    const config = readFileSync(workspace.path('cos.config.ts'), 'utf8');
    writeFileSync(workspace.path('cos.config.ts'), config.replace("title: 'Tiny OS'", "title: 'Tiny OS', menuTitle: 'Tiny OS two'"));
    const { built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual(['iso.medium#tiny-os', 'sign.isoChecksum#tiny-os']);
    const why = await runCos(workspace, ['why', 'iso.medium#tiny-os']);
    expect(why.stdout).toContain('title');
    expect(why.stdout).toContain('Tiny OS two');
  });

  test('runs what a changed value reaches and stops where the rendered recipe is the same', async () => {
    const { built } = await runTarget(workspace, 'build-iso', '--set', 'greeting=good day');
    expect(built).toContain('docker-build.image#system/branding@1.0');
    expect(built).toContain('iso.medium#tiny-os');
    expect(built).not.toContain('docker-build.image#app/service@1.0');
    expect(built).not.toContain('docker-build.image#system/kernel@1.0');
  });

  test('restores what was built before when the value goes back', async () => {
    const { built, summary } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual([]);
    expect(summary.cached).toBeGreaterThan(0);
  });

  test('puts back an output that was deleted or edited, without a build', async () => {
    const iso = readFileSync(workspace.path('build/tiny-os.iso'));
    rmSync(workspace.path('build/tiny-os.iso'));
    expect((await runTarget(workspace, 'build-iso')).built).toEqual([]);
    expect(readFileSync(workspace.path('build/tiny-os.iso')).equals(iso)).toBe(true);
    writeFileSync(workspace.path('build/tiny-os.iso.sha256'), 'wrong\n');
    expect((await runTarget(workspace, 'build-iso')).built).toEqual([]);
    expect(readFileSync(workspace.path('build/tiny-os.iso.sha256'), 'utf8')).toMatch(/^[0-9a-f]{64} {2}tiny-os\.iso\n$/);
  });

  test('makes byte-identical archives, squashfs and ISO in another workspace', async () => {
    const other = makeWorkspace(workspace.folder);
    writeTinyBase(other.path('base.tar'));
    const first = await runTarget(workspace, 'build-iso', 'create-repo');
    const second = await runTarget(other, 'build-iso', 'create-repo', '--seed', '7');
    const digests = (run: typeof first): Record<string, unknown> =>
      Object.fromEntries(run.events.flatMap((event) => (event.type === 'task-finished' && event.outputs !== undefined ? [[event.task, event.outputs]] : [])));
    expect(second.summary.built).toBeGreaterThan(0);
    expect(digests(second)).toEqual(digests(first));
  });
});
