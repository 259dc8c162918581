import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCos, type CosRun } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// A base image whose tag moves on in a real registry, while a derivative is built of it.

describe('a base image of a registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cos-e2e-registry-'));
  let registry: ChildProcess;
  let name: string;
  let workspace: Workspace;

  beforeAll(async () => {
    const port = await freePort();
    name = `127.0.0.1:${port}/team/base`;
    writeFileSync(join(folder, 'config.yml'), `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp: {addr: "127.0.0.1:${port}"}\n`);
    registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    await vi.waitFor(async () => fetch(`http://127.0.0.1:${port}/v2/`), { timeout: 20_000, interval: 100 });
    writeTinyBase(join(folder, 'base.tar'));
    workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
  });
  afterAll(() => {
    registry.kill();
    removeWorkspace(workspace);
    execFileSync('sh', ['-c', `docker images --digests --format '{{.Repository}}@{{.Digest}}' "${name}" | xargs --no-run-if-empty docker rmi --no-prune`]);
    rmSync(folder, { recursive: true });
  });

  /** Makes the tag mean an image with this marker, and answers its digest. */
  function push(marker: string): string {
    writeFileSync(join(folder, 'marker'), marker);
    copyFileSync(join(folder, 'base.tar'), join(folder, 'image.tar'));
    execFileSync('tar', ['--append', '--file', join(folder, 'image.tar'), '--directory', folder, '--owner=0', '--group=0', '--transform=s,^marker,./etc/marker,', 'marker']);
    execFileSync('docker', ['import', join(folder, 'image.tar'), `${name}:stable`], { stdio: 'pipe' });
    const output = execFileSync('docker', ['push', `${name}:stable`], { encoding: 'utf8' });
    execFileSync('docker', ['rmi', `${name}:stable`], { stdio: 'pipe' });
    return /sha256:[0-9a-f]{64}/.exec(output)?.[0] ?? '';
  }
  const cos = (...args: readonly string[]): Promise<CosRun> => runCos(workspace, args, { env: { BASE_IMAGE: `${name}:stable` } });
  const build = (...flags: readonly string[]) => cos('run', 'build', 'system/os', '--reporter', 'json', ...flags);
  const builtOn = (): string => execFileSync('tar', ['--extract', '--to-stdout', '--zstd', '--file', workspace.path('build/packages/os-system-1.0.package.tar.zst'), 'built-on'], { encoding: 'utf8' });

  test('is built of what cos.lock says, although its tag has moved on, until the lock is renewed', async () => {
    const first = push('first\n');
    const refused = await build('--frozen');
    expect(refused.exitCode).toBe(2);
    expect(refused.stdout).toContain('COS_PLAN_PIN_MISSING');

    // No engine is needed to look a digest up.
    const locked = await runCos(workspace, ['lock'], { env: { BASE_IMAGE: `${name}:stable`, DOCKER_HOST: 'unix:///nonexistent/engine.sock' } });
    expect(locked).toMatchObject({ exitCode: 0, stdout: `added   ${name}:stable docker-build.digest  ${first.slice(0, 19)}…\ncos.lock: 1 added\n` });
    expect(await build('--frozen')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(builtOn()).toBe('first\n');

    const second = push('second\n');
    expect(second).not.toBe(first);
    const again = await build('--frozen');
    expect(again).toMatchObject({ exitCode: 0, built: [] });
    // Somebody else, who has nothing of it yet.
    rmSync(workspace.path('.cos'), { recursive: true });
    expect((await build('--frozen')).exitCode).toBe(0);
    expect(builtOn()).toBe('first\n');

    expect(await cos('lock', '--update', '--check')).toMatchObject({ exitCode: 2, stdout: `changed ${name}:stable docker-build.digest  ${first.slice(0, 19)}… -> ${second.slice(0, 19)}…\ncos.lock: 1 to be changed\n` });
    expect(readFileSync(workspace.path('cos.lock'), 'utf8')).toContain(first);
    expect((await cos('lock', '--update', `${name}:stable`)).exitCode).toBe(0);
    expect((await build('--frozen')).exitCode).toBe(0);
    expect(builtOn()).toBe('second\n');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
