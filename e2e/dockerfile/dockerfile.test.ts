import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCos, runTarget } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// Two derivatives: one of package trees, and one whose system is a Dockerfile that starts from the first. One workspace for the whole file, as a user has
// one: each test makes one edit and says exactly which tasks that costs.

describe('a derivative whose system is a Dockerfile', () => {
  let workspace: Workspace;
  /** Content of a file on an ISO; empty when it is not there. */
  const isoFile = (derivative: string, path: string): string => execFileSync('sh', ['-c', 'xorriso -osirrox on -indev "$1" -extract /rootfs.squashfs "$2" 2>/dev/null >&2 && unsquashfs -cat "$2" "$3" 2>/dev/null; rm -f "$2"', 'sh', workspace.path(`build/${derivative}/amd64/${derivative}.iso`), workspace.path('rootfs'), path], { encoding: 'utf8' });
  const edgeTasks = ['docker-build.dockerfile#edge@edge/amd64', 'iso.boot#edge@edge/amd64', 'iso.medium#edge@edge/amd64', 'iso.squashfs#edge@edge/amd64', 'sign.isoChecksum#edge@edge/amd64'];

  beforeAll(async () => {
    workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
    writeTinyBase(workspace.path('base.tar'));
    await runTarget(workspace, 'build-iso');
  });
  afterAll(() => removeWorkspace(workspace));

  test('is on its ISO what the other derivative is, and what the Dockerfile adds', () => {
    expect(isoFile('edge', 'etc/motd')).toBe('Welcome.\n');
    expect(isoFile('edge', 'etc/flavour')).toBe('sweet\n');
    expect(isoFile('edge', 'boot/vmlinuz')).toBe(isoFile('base', 'boot/vmlinuz'));
    // The system of the other derivative has its values, packages that the Dockerfile names have those of this one.
    expect(isoFile('edge', 'etc/branding.d/greeting')).toBe('hello\n');
    expect(isoFile('edge', 'etc/branding.d/edge')).toBe('hello from the edge\n');
    expect(isoFile('edge', 'usr/bin/service-of-the-edge')).toContain('echo service');
  });

  test('costs nothing the second time', async () => {
    const { summary, built } = await runTarget(workspace, 'build-iso');
    expect(built).toEqual([]);
    expect(summary).toMatchObject({ cached: 0, built: 0, failed: 0, skipped: 0 });
  });

  test('is built again, and nothing else is, when a file that it copies changes', async () => {
    appendFileSync(workspace.path('edge/etc/motd'), 'Stay.\n');
    expect((await runTarget(workspace, 'build-iso')).built).toEqual(edgeTasks);
    expect(isoFile('edge', 'etc/motd')).toBe('Welcome.\nStay.\n');
    const why = await runCos(workspace, ['why', 'docker-build.dockerfile#edge@edge/amd64']);
    expect(why.stdout).toContain('edge/etc/motd');
  });

  test('is not built again for a file that it does not copy, or that .dockerignore names', async () => {
    appendFileSync(workspace.path('edge/README.md'), 'More.\n');
    writeFileSync(workspace.path('edge/etc/motd.bak'), 'older\n');
    writeFileSync(workspace.path('edge/etc/new.bak'), 'new\n');
    expect((await runTarget(workspace, 'build-iso')).built).toEqual([]);
    expect(isoFile('edge', 'etc/motd.bak')).toBe('');
  });

  test('is built again when a package of the other derivative changes, which is built for it even when it alone is asked for', async () => {
    appendFileSync(workspace.path('packages/kernel/build.yaml'), '- echo more > /boot/more\n');
    const { built } = await runTarget(workspace, 'build-iso', '--derivative', 'edge');
    // Both derivatives have the package; of two equal tasks one is built, and the other one takes its result.
    expect(built.filter((task) => task.startsWith('docker-build.image#system/kernel@1.0@'))).not.toEqual([]);
    expect(built).toContain('docker-build.dockerfile#edge@edge/amd64');
    expect(built).not.toContain('iso.squashfs#base@base/amd64');
    expect(isoFile('edge', 'boot/more')).toBe('more\n');
  });

  test('says in which line of the Dockerfile a step failed', async () => {
    const dockerfile = readFileSync(workspace.path('edge/Dockerfile'), 'utf8');
    writeFileSync(workspace.path('edge/Dockerfile'), `${dockerfile}RUN echo no && exit 7\n`);
    try {
      const run = await runCos(workspace, ['run', 'build-iso', '--derivative', 'edge']);
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toContain('COS_DOCKER_STEP_FAILED: Step 9 of 9 of edge/Dockerfile failed with exit status 7.');
      expect(run.stdout).toContain('at edge/Dockerfile:10:1');
      expect(run.stdout).toContain('> 10 | RUN echo no && exit 7');
    } finally {
      writeFileSync(workspace.path('edge/Dockerfile'), dockerfile);
    }
  });
});
