import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCos, startCos, runTarget, type CosRun } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// From a pair of keys to a root filesystem, by the cos command: what is published is signed, who installs proves where it comes from, and no secret stands anywhere.

const password = 'pass-word-that-stands-nowhere-else';
let workspace: Workspace;
let registry: TestRegistry;
/** What processes of the machine were called with while cos ran. */
let seen = '';

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, '../incremental/project'), { keep: true });
  registry = await startRegistry();
  writeTinyBase(workspace.path('base.tar'));
  expect(await cos('keys')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cos('keys', '--name', 'other')).toMatchObject({ exitCode: 0 });
  await runTarget(workspace, 'build');
});
afterAll(async () => {
  rmSync(join(workspace.folder, '../public'), { recursive: true, force: true });
  await registry.close();
  removeWorkspace(workspace);
});

async function cos(...args: readonly string[]): Promise<CosRun> {
  const { done } = startCos(workspace, args, { env: { COS_PASSWORD: password } });
  const watch = setInterval(() => {
    seen += spawnSync('ps', ['-eo', 'args', '--no-headers', '-ww'], { encoding: 'utf8' }).stdout;
  }, 100);
  try {
    return await done;
  } finally {
    clearInterval(watch);
  }
}

/** Installs into an empty root without any secret in the environment. */
async function install(repository: string, ...args: readonly string[]): Promise<CosRun> {
  const root = workspace.path('root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  return runCos(workspace, ['install', 'app/service', '--root', root, '--repository', repository, ...args]);
}

test.each([
  ['a folder', () => '../public'],
  ['a registry', () => `docker:${registry.host}/os/repository`],
])('what is published signed to %s is installed by who trusts the key, and refused by others', async (_, placeOf) => {
  const place = placeOf();
  const published = await cos('publish', '--sign', '--to', place);
  expect([published.exitCode, published.stderr]).toEqual([0, '']);
  const good = await install(place, '--key', 'cos.pub');
  expect([good.exitCode, good.stderr]).toEqual([0, '']);
  expect(JSON.parse(readFileSync(workspace.path('root/var/lib/cos/repositories.json'), 'utf8')).repositories[place]).toMatchObject({ revision: 1 });
  const refused = await install(place, '--key', 'other.pub');
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('COS_CLIENT_UNTRUSTED')]);
  expect(readdirSync(workspace.path('root')).filter((name) => name !== 'var')).toEqual([]);
  const verified = await cos('verify', place);
  expect([verified.exitCode, verified.stderr, verified.stdout]).toEqual([0, '', expect.stringMatching(/^good: .* is signed by the owner of cos\.pub\n.*, revision 1 of .*, with \d+ packages whose digests follow from it\n$/)]);
  const again = await cos('publish', '--sign', '--refresh', '--to', place);
  expect([again.exitCode, again.stderr]).toEqual([0, '']);
  const root = workspace.path('root');
  for (const revision of [2, 2]) {
    const upgraded = await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', place, '--key', 'cos.pub']);
    expect([upgraded.exitCode, upgraded.stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(root, 'var/lib/cos/repositories.json'), 'utf8')).repositories[place]).toMatchObject({ revision });
  }
});

test('what was published unsigned is not signed by the way: its publisher looks at it and signs it first', async () => {
  const place = `docker:${registry.host}/os/unsigned`;
  expect((await cos('publish', '--to', place)).exitCode).toBe(0);
  expect((await install(place)).exitCode).toBe(0);
  expect((await install(place, '--key', 'cos.pub')).exitCode).toBe(1);
  const refused = await cos('publish', '--sign', '--refresh', '--to', place);
  expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining('COS_REPO_UNTRUSTED')]);
  const signed = await cos('sign', place);
  expect([signed.exitCode, signed.stderr, signed.stdout.trim().split('\n')]).toEqual([0, '', [expect.stringMatching(/^signed: .*:\d{14}-[0-9a-f]{8}-repository\.yaml@sha256:/), expect.stringMatching(/^signed: .*:repository\.yaml@sha256:/)]]);
  expect((await install(place, '--key', 'cos.pub')).exitCode).toBe(0);
});

test('a wrong password is told, and nothing is published', async () => {
  const run = await runCos(workspace, ['publish', '--sign', '--to', `docker:${registry.host}/os/never`], { env: { COS_PASSWORD: 'another one' } });
  expect([run.exitCode, run.stdout + run.stderr]).toEqual([1, expect.stringContaining('COS_REPO_KEY: The password does not open the private key cos.key.')]);
  expect(run.stdout + run.stderr).not.toContain('another one');
});

test('files and their manifests are signed by the same command', async () => {
  writeFileSync(workspace.path('medium.iso'), 'medium');
  expect((await cos('sign', 'medium.iso')).stdout).toBe('signed: medium.iso\n');
  expect((await runCos(workspace, ['verify', 'medium.iso'])).stdout).toBe('good: medium.iso is signed by the owner of cos.pub\n');
  expect((await cos('sign', 'root', '--files', 'root.mtree')).exitCode).toBe(0);
  expect((await runCos(workspace, ['verify', 'root', '--files', 'root.mtree'])).exitCode).toBe(0);
  writeFileSync(workspace.path('root/usr/bin/service'), 'changed');
  const changed = await runCos(workspace, ['verify', 'root', '--files', 'root.mtree']);
  expect([changed.exitCode, changed.stderr]).toEqual([1, expect.stringContaining('usr/bin/service: ')]);
});

test('neither password nor private key stands in a record, a cache, a log, what is published, or an argument', () => {
  const lines = ['cos.key', 'other.key'].flatMap((name) => readFileSync(workspace.path(name), 'utf8').split('\n').filter((line) => line.length > 40 && !line.startsWith('-----')));
  expect(lines.length).toBeGreaterThan(10);
  expect(seen).toContain('publish --sign');
  for (const secret of [password, ...lines]) expect(seen.includes(secret), 'in arguments').toBe(false);
  const patterns = workspace.path('..', 'patterns');
  writeFileSync(patterns, `${password}\n${lines.join('\n')}\n`);
  try {
    const found = spawnSync('grep', ['--recursive', '--text', '--fixed-strings', '--files-with-matches', '--file', patterns, workspace.folder, join(workspace.folder, '../public'), registry.folder], { encoding: 'utf8' });
    expect(found.stdout.split('\n').filter((path) => path !== '').map((path) => path.replace(workspace.folder, '')).toSorted()).toEqual(['/cos.key', '/other.key']);
  } finally {
    rmSync(patterns);
  }
});
