import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { describe, expect, it } from 'vitest';
import { dockerBuild } from '../../src/index.ts';

const files = { 'root/etc/shadow': 'secret\n', 'root/usr/bin/su': 'a program\n', 'root/home/user/file': 'mine\n', 'root/home/user/notes/a': 'b\n' };

async function folder(): Promise<TemporaryWorkspace> {
  const workspace = await createWorkspace(files);
  chmodSync(workspace.join('root/usr/bin/su'), 0o751);
  chmodSync(workspace.join('root/etc/shadow'), 0o600);
  symlinkSync('/usr/bin', workspace.join('root/bin'));
  linkSync(workspace.join('root/usr/bin/su'), workspace.join('root/usr/bin/sudo'));
  mkdirSync(workspace.join('root/tmp'), { mode: 0o700 });
  return workspace;
}

async function pack(workspace: TemporaryWorkspace, attributes: Record<string, { mode?: string; uid?: number; gid?: number }> = {}) {
  return runStage(dockerBuild(), 'pack', { inputs: { folder: workspace.join('root') }, options: { attributes }, sourceDateEpoch: 1_000_000_000 });
}

function list(archive: string): readonly string[] {
  return execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--full-time', '--utc', '--file', archive]).toString().trim().split('\n').map((line) => line.replaceAll(/ +/g, ' '));
}

describe('a folder with a root filesystem', () => {
  it('belongs to root, and of its modes only the executable bit counts', async () => {
    await using workspace = await folder();
    await using packed = await pack(workspace);
    expect(packed.text).toBe('');
    const time = '2001-09-09 01:46:40';
    expect(list(packed.outputs.rootfs.path)).toEqual([
      `lrwxrwxrwx 0/0 0 ${time} bin -> /usr/bin`,
      `drwxr-xr-x 0/0 0 ${time} etc/`,
      `-rw-r--r-- 0/0 7 ${time} etc/shadow`,
      `drwxr-xr-x 0/0 0 ${time} home/`,
      `drwxr-xr-x 0/0 0 ${time} home/user/`,
      `-rw-r--r-- 0/0 5 ${time} home/user/file`,
      `drwxr-xr-x 0/0 0 ${time} home/user/notes/`,
      `-rw-r--r-- 0/0 2 ${time} home/user/notes/a`,
      `drwxr-xr-x 0/0 0 ${time} tmp/`,
      `drwxr-xr-x 0/0 0 ${time} usr/`,
      `drwxr-xr-x 0/0 0 ${time} usr/bin/`,
      `-rwxr-xr-x 0/0 10 ${time} usr/bin/su`,
      `-rwxr-xr-x 0/0 10 ${time} usr/bin/sudo`,
    ]);
  });

  it('has other owners and modes where the config says so, and a longer path wins', async () => {
    await using workspace = await folder();
    await using packed = await pack(workspace, { '/usr/bin/su': { mode: '4755' }, '/etc/shadow': { mode: '0640', gid: 42 }, '/tmp': { mode: '1777' }, '/home/user/': { uid: 1000, gid: 1000 }, '/home/user/notes/': { gid: 7 } });
    expect(packed.text).toBe('');
    const lines = list(packed.outputs.rootfs.path).map((line) => line.replace(/ \d+ 2001-\S+ \S+/, ''));
    expect(lines.filter((line) => !/^.{10} 0\/0 /.test(line) || /s|t/.test(line.slice(0, 10)))).toEqual(['-rw-r----- 0/42 etc/shadow', 'drwxr-xr-x 1000/1000 home/user/', '-rw-r--r-- 1000/1000 home/user/file', 'drwxr-xr-x 1000/7 home/user/notes/', '-rw-r--r-- 1000/7 home/user/notes/a', 'drwxrwxrwt 0/0 tmp/', '-rwsr-xr-x 0/0 usr/bin/su']);
  });

  it('is refused with attributes for what is not there, all of them at once', async () => {
    await using workspace = await folder();
    await using packed = await pack(workspace, { '/usr/bin/sudoo': { mode: '4755' }, '/etc/shadow/': { uid: 1 }, '/srv/': { uid: 1 } });
    expect(packed.failure).toMatchObject({ code: 'COS_DOCKER_ATTRIBUTES_UNUSED', message: 'The folder has nothing at "/srv/", "/usr/bin/sudoo", for which there are attributes.' });
  });

  it.each([
    ['a mode that is no octal number', { '/etc': { mode: '0999' } }],
    ['a mode of everything in a folder', { '/etc/': { mode: '0755' } }],
    ['a path that is not absolute', { etc: { uid: 1 } }],
    ['an owner below zero', { '/etc': { uid: -1 } }],
  ])('is refused with %s', async (_, attributes) => {
    await using workspace = await folder();
    await using packed = await pack(workspace, attributes);
    expect(packed.failure).toMatchObject({ code: 'COS_PLAN_OPTIONS' });
  });

  it('is refused when it is a file, or holds what only a running system has', async () => {
    await using workspace = await createWorkspace({ root: 'x' });
    await using packed = await pack(workspace);
    expect(packed.failure).toMatchObject({ code: 'COS_DOCKER_ROOTFS_FORM' });
    await using special = await createWorkspace({ 'packages/.keep': '' });
    mkdirSync(special.join('inputs/folder-0'), { recursive: true });
    execFileSync('mkfifo', [special.join('inputs/folder-0/pipe')]);
    await using refused = await runStage(dockerBuild(), 'pack', { inputs: { folder: special.join('packages') }, workspace: special });
    expect(refused.failure).toMatchObject({ code: 'COS_TASK_SPECIAL_FILE' });
  });
});
