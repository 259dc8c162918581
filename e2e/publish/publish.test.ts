import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCos, runTarget } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// From a config to a published repository, and from there to a root filesystem, by the cos command.

let workspace: Workspace;

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, '../incremental/project'), { keep: true });
  writeTinyBase(workspace.path('base.tar'));
  await runTarget(workspace, 'build', 'create-repo');
});
afterAll(() => removeWorkspace(workspace));

const service = (text: string): void => writeFileSync(workspace.path('packages/service/service.sh'), text);
/** The system is made of the service, so it changes with it. */
function version(number: string): void {
  for (const path of ['packages/service/definition.yaml', 'packages/os/definition.yaml']) writeFileSync(workspace.path(path), readFileSync(workspace.path(path), 'utf8').replace(/version: .*/, `version: "${number}"`));
}

async function install(repository: string, env: Readonly<Record<string, string>> = {}): Promise<{ readonly stdout: string; readonly service: string }> {
  const root = workspace.path('root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  const run = await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', repository], { env });
  if (run.exitCode !== 0) throw new Error(run.stderr);
  return { stdout: run.stdout, service: readFileSync(join(root, 'usr/bin/service'), 'utf8') };
}

test('packages are published to a folder and installed from there; a change wants a new version', async () => {
  const first = await runCos(workspace, ['publish', '--to', '../public']);
  const folder = join(workspace.folder, '../public');
  try {
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    const report = JSON.parse(readFileSync(workspace.path('build/publication.json'), 'utf8'));
    expect(report).toMatchObject({ place: folder, isNew: true, revision: 1, added: expect.arrayContaining(['app/service@1.0']) });
    const before = await install('../public');
    const original = readFileSync(workspace.path('packages/service/service.sh'), 'utf8');
    expect(before.service).toBe(original);
    service('#!/bin/sh\necho other\n');
    const refused = await runCos(workspace, ['publish', '--to', '../public']);
    for (const changed of ['app/service@1.0', 'system/os@1.0']) expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining(`${changed} is published with other content: versions that are published do not change.`)]);
    expect((await install('../public')).service).toBe(original);
    version('1.1');
    const second = await runCos(workspace, ['run', 'publish', '--to', folder, '--snapshot', 'second']);
    expect([second.exitCode, second.exitCode === 0 ? '' : second.stdout]).toEqual([0, '']);
    expect(await install('../public')).toEqual({ stdout: expect.stringContaining('installed app/service@1.1\n'), service: '#!/bin/sh\necho other\n' });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['repository.yaml', 'second-repository.yaml', 'service-app-1.0.package.tar.zst', 'service-app-1.1.package.tar.zst']));
    expect(existsSync(join(folder, '.cos-publish.lock'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('packages are published to a registry with TLS and a password, by the login of docker, and installed from there', async () => {
  const certificates = workspace.path('certificates');
  mkdirSync(certificates);
  const [cert, key] = [join(certificates, 'server.crt'), join(certificates, 'server.key')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'pipe' });
  // bcrypt of "password"
  writeFileSync(join(certificates, 'htpasswd'), 'user:$2b$04$e6UNk7taUFdXmStfOnt1CeLWyTVGMD0XdE5chU/ffR3ZdkK5vm/pG\n');
  await using registry = await startRegistry({ config: { http: { tls: { certificate: cert, key } }, auth: { htpasswd: { realm: 'x', path: join(certificates, 'htpasswd') } } } });
  const home = workspace.path('home');
  mkdirSync(join(home, '.config/docker/certs.d', registry.host), { recursive: true });
  writeFileSync(join(home, '.config/docker/certs.d', registry.host, 'ca.crt'), readFileSync(cert));
  mkdirSync(workspace.path('login'));
  writeFileSync(workspace.path('login/config.json'), JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from('user:password').toString('base64') } } }));
  const env = { HOME: home, DOCKER_CONFIG: workspace.path('login') };
  const place = `docker:${registry.host}/os/repository`;
  const stranger = await runCos(workspace, ['publish', '--to', place], { env: { HOME: home, DOCKER_CONFIG: workspace.path('nothing') } });
  expect([stranger.exitCode, stranger.stdout + stranger.stderr]).toEqual([1, expect.stringContaining('Log in to this registry.')]);
  const run = await runCos(workspace, ['publish', '--to', place], { env });
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  expect(run.stdout).not.toContain('password');
  expect((await install(place, env)).service).toBe(readFileSync(workspace.path('packages/service/service.sh'), 'utf8'));
});

test('a place is wanted, and what cannot be one is told', async () => {
  const nowhere = await runCos(workspace, ['publish']);
  expect([nowhere.exitCode, nowhere.stdout + nowhere.stderr]).toEqual([2, expect.stringContaining('COS_PLAN_PUBLISH')]);
  const relative = await runCos(workspace, ['run', 'publish', '--to', 'public']);
  expect([relative.exitCode, relative.stdout + relative.stderr]).toEqual([1, expect.stringContaining('Expected the place to publish to as an absolute folder or docker:host/path; found "public".')]);
});

test('images of packages are pushed without an engine, one for each or one of several with what they need', async () => {
  await using registry = await startRegistry();
  const images = `${registry.host}/os/images`;
  const layers = async (tag: string): Promise<readonly string[]> => {
    const ask = async (path: string) => fetch(`http://${registry.host}/v2/os/images/${path}`, { headers: { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' } });
    const index: { readonly manifests: readonly { readonly digest: string; readonly platform: unknown }[] } = JSON.parse(await (await ask(`manifests/${tag}`)).text());
    expect(index.manifests.map(({ platform }) => platform)).toEqual([{ architecture: 'amd64', os: 'linux' }]);
    const manifest: { readonly layers: readonly { readonly digest: string }[] } = JSON.parse(await (await ask(`manifests/${index.manifests[0]?.digest ?? ''}`)).text());
    const layer = Buffer.from(await (await ask(`blobs/${manifest.layers[0]?.digest ?? ''}`)).arrayBuffer());
    return execFileSync('tar', ['-tzf', '-'], { input: layer, encoding: 'utf8' }).split('\n').filter((line) => line !== '' && !line.endsWith('/'));
  };
  // What is built is known by now: no engine is asked.
  const env = { DOCKER_HOST: 'unix:///nowhere' };
  const number = /version: "?([^"\n]+)/.exec(readFileSync(workspace.path('packages/service/definition.yaml'), 'utf8'))?.[1] ?? '';
  const single = await runCos(workspace, ['run', 'publish-images', 'app/service', '--to', `docker:${images}`], { env });
  expect([single.exitCode, single.exitCode === 0 ? '' : single.stdout]).toEqual([0, '']);
  expect(await layers(`service-app-${number}`)).toEqual(['usr/bin/service']);
  const together = await runCos(workspace, ['run', 'publish-images', 'app/service', 'system/branding', '--together', 'framework', '--to', `docker:${images}`], { env });
  expect([together.exitCode, together.exitCode === 0 ? '' : together.stdout]).toEqual([0, '']);
  expect(await layers('framework')).toEqual(['etc/branding.d/greeting', 'usr/bin/service']);
  expect(JSON.parse(readFileSync(workspace.path('build/images/framework.json'), 'utf8'))).toMatchObject({ isNew: true, platforms: ['linux/amd64'] });
});
