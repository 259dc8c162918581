import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCos, startCos, runTarget, type CosRun } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// From a pair of keys to a root filesystem, by the cos command: what is published is signed, who installs proves where it comes from, and no secret stands anywhere.

const password = 'pass-word-that-stands-nowhere-else';
const login = 'registry-pass-that-stands-nowhere-else';
/** As headers and docker's configuration have it. */
const basic = Buffer.from(`user:${login}`).toString('base64');
let workspace: Workspace;
let registry: TestRegistry;
/** A registry with a password. */
let locked: TestRegistry;
/** Outside of the workspace: the users of the registry, and the configuration of docker with a password for it. */
let logins: string;
/** What processes of the machine were called with while cos ran. */
let seen = '';
/** What cos said. */
let told = '';

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, '../incremental/project'), { keep: true });
  registry = await startRegistry();
  logins = mkdtempSync(join(tmpdir(), 'cos-e2e-logins-'));
  // bcrypt of the password
  writeFileSync(join(logins, 'htpasswd'), 'user:$2b$04$e6UNk7taUFdXmStfOnt1Ce/J5FOzeiNl0h0VhLAPslAx5QjeMizj2\n');
  locked = await startRegistry({ config: { auth: { htpasswd: { realm: 'locked', path: join(logins, 'htpasswd') } } } });
  writeFileSync(join(logins, 'config.json'), JSON.stringify({ auths: { [locked.host]: { auth: basic } } }));
  writeTinyBase(workspace.path('base.tar'));
  expect(await cos('keys')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cos('keys', '--name', 'other')).toMatchObject({ exitCode: 0 });
  await runTarget(workspace, 'build');
});
afterAll(async () => {
  rmSync(join(workspace.folder, '../public'), { recursive: true, force: true });
  for (const one of [registry, locked]) await one.close();
  rmSync(logins, { recursive: true, force: true });
  removeWorkspace(workspace);
});

async function cos(...args: readonly string[]): Promise<CosRun> {
  return cosIn({}, ...args);
}

async function cosIn(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CosRun> {
  const { done } = startCos(workspace, args, { env: { COS_PASSWORD: password, DOCKER_CONFIG: logins, ...env } });
  const watch = setInterval(() => {
    seen += spawnSync('ps', ['-eo', 'args', '--no-headers', '-ww'], { encoding: 'utf8' }).stdout;
  }, 100);
  try {
    const run = await done;
    told += run.stdout + run.stderr;
    return run;
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

test('what is published with statements is verified with them: the index of a repository, and images with their bills', async () => {
  const place = `docker:${locked.host}/os/attested`;
  for (const _ of ['first', 'again']) {
    const published = await cos('publish', '--attest', '--to', place, '--reporter', 'json');
    expect([published.exitCode, published.stderr]).toEqual([0, '']);
    const images = await cos('run', 'publish-images', 'app/service', '--attest', '--to', `docker:${locked.host}/os/images`, '--reporter', 'json');
    expect([images.exitCode, images.stderr]).toEqual([0, '']);
  }
  const repository = await cos('verify', place);
  expect([repository.exitCode, repository.stderr]).toEqual([0, '']);
  expect(repository.stdout.split('\n').slice(1)).toEqual([expect.stringContaining('revision 1 '), 'made by urn:cos: target publish of tiny-os 1.0.0 for linux/amd64', expect.stringMatching(/^from .*packages/), '']);
  const [tag] = readdirSync(workspace.path('build/images')).map((name) => name.replace(/\.json$/, ''));
  const image = await cos('verify', `${locked.host}/os/images:${tag}`);
  expect([image.exitCode, image.stderr]).toEqual([0, '']);
  expect(image.stdout.replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST').split('\n')).toEqual([
    `good: each image of ${locked.host}/os/images:${tag}@DIGEST has a statement that is signed by the owner of cos.pub`,
    'linux/amd64 DIGEST: made by urn:cos: target publish-images of tiny-os 1.0.0 for linux/amd64',
    expect.stringMatching(/^linux\/amd64 DIGEST: from .*packages/),
    `linux/amd64 DIGEST: bill of materials: ${tag}.cdx.json, CycloneDX-1.6 of 1, DIGEST`,
    `linux/amd64 DIGEST: bill of materials: ${tag}.spdx.json, SPDX-2.3 of 1, DIGEST`,
    '',
  ]);
  const stranger = await cos('verify', `${locked.host}/os/images:${tag}`, '--key', 'other.pub');
  expect([stranger.exitCode, stranger.stderr]).toEqual([1, expect.stringContaining('COS_SIGN_UNSIGNED')]);
});

test('signatures lie where COSIGN_REPOSITORY says, for who publishes and for who installs', async () => {
  const place = `docker:${registry.host}/os/elsewhere`;
  const env = { COSIGN_REPOSITORY: `${registry.host}/os/signatures` };
  const published = await cosIn(env, 'publish', '--attest', '--to', place);
  expect([published.exitCode, published.stderr]).toEqual([0, '']);
  expect((await cosIn(env, 'verify', place)).stdout).toContain('made by urn:cos: target publish of tiny-os');
  expect((await cos('verify', place)).stderr).toContain('COS_SIGN_UNSIGNED');
  const search = ['search', 'service', '--key', 'cos.pub', '--repository', place];
  expect((await cosIn(env, ...search)).stdout).toContain('app/service');
  expect((await cos(...search)).exitCode).toBe(1);
});

test('a registry that does not take the password is told without it', async () => {
  const wrong = join(logins, 'wrong');
  mkdirSync(wrong);
  writeFileSync(join(wrong, 'config.json'), JSON.stringify({ auths: { [locked.host]: { auth: Buffer.from(`other:${login}`).toString('base64') } } }));
  const refused = await runCos(workspace, ['publish', '--attest', '--refresh', '--to', `docker:${locked.host}/os/attested`], { env: { COS_PASSWORD: password, DOCKER_CONFIG: wrong } });
  expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining('COS_REPO_REGISTRY')]);
  told += refused.stdout + refused.stderr;
});

test('no password and no private key stands in a record, a cache, a log, an error, what is published, or an argument', () => {
  const lines = ['cos.key', 'other.key'].flatMap((name) => readFileSync(workspace.path(name), 'utf8').split('\n').filter((line) => line.length > 40 && !line.startsWith('-----')));
  expect(lines.length).toBeGreaterThan(10);
  expect(seen).toContain('publish --sign');
  expect(seen).toContain('publish --attest');
  expect(told).toContain('COS_REPO_REGISTRY');
  const secrets = [password, login, basic, ...lines];
  const places = { arguments: seen, 'what cos said': told, 'logs of the registries': registry.log() + locked.log() };
  for (const secret of secrets) for (const [where, text] of Object.entries(places)) expect(text.includes(secret), `in ${where}`).toBe(false);
  const patterns = workspace.path('..', 'patterns');
  writeFileSync(patterns, `${secrets.join('\n')}\n`);
  try {
    const found = spawnSync('grep', ['--recursive', '--text', '--fixed-strings', '--files-with-matches', '--file', patterns, workspace.folder, join(workspace.folder, '../public'), registry.folder, locked.folder], { encoding: 'utf8' });
    expect(found.stdout.split('\n').filter((path) => path !== '').map((path) => path.replace(workspace.folder, '')).toSorted()).toEqual(['/cos.key', '/other.key']);
  } finally {
    rmSync(patterns);
  }
});
