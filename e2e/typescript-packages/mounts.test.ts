import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCos } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// What recipes may ask for beside commands: secrets and caches, archives of what they are built on, and packages that are cut out of theirs.

const config = `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { definePackage, standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {} } });

const tool = definePackage({
  category: 'app',
  name: 'tool',
  version: '1.0',
  requires: ['system/base'],
  retrieve: ['base-*.package.tar.gz'],
  steps: [
    { run: 'echo "using $TOKEN" && test "$TOKEN" = "$(cat /run/secrets/key)" && echo known > /known', mounts: [{ type: 'secret', id: 'token', env: 'TOKEN' }, { type: 'secret', id: 'key' }, { type: 'cache', target: '/var/cache/tool', id: 'cos-e2e-mounts' }] },
    'cp usr/share/doc/base /found',
  ],
});

export default defineConfig({
  plugins: standardPlugins({ dockerBuild: { secrets: { token: { env: 'E2E_TOKEN' }, key: { file: '.key' } } }, squash: { compression: 'gzip' } }),
  derivatives: [defineDerivative({ name: 'tiny', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'], packages: [tool] })],
  targets: standardTargets({ system: 'app/tool', title: 'Tiny' }),
});
`;
const files: Readonly<Record<string, string>> = {
  'cos.config.ts': config,
  'package.json': '{ "private": true, "type": "module" }',
  'packages/base/definition.yaml': 'category: system\nname: base\nversion: "1.0"\n',
  'packages/base/build.yaml': 'image: "{{ .Values.image }}"\nsteps:\n- mkdir -p /usr/share/doc /usr/bin && echo read me > /usr/share/doc/base && echo x > /usr/bin/base\nsubpackages:\n- {category: system, name: base-doc, version: "1.1", includes: [^/usr/share/doc]}\n',
};
const secret = 'tok-9f3a"7';

let workspace: Workspace;

beforeAll(() => {
  const empty = mkdtempSync(join(tmpdir(), 'cos-mounts-'));
  workspace = makeWorkspace(empty, { keep: true });
  rmdirSync(empty);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(workspace.path(path)), { recursive: true });
    writeFileSync(workspace.path(path), text);
  }
  writeFileSync(workspace.path('.key'), `${secret}\n`);
  writeTinyBase(workspace.path('base.tar'));
});
afterAll(() => removeWorkspace(workspace));

const build = (token: string | undefined) => runCos(workspace, ['run', 'build', 'create-repo', '--reporter', 'json'], { env: token === undefined ? {} : { E2E_TOKEN: token } });
const listOf = (name: string): readonly string[] => execFileSync('tar', ['--list', '--file', workspace.path('build', name)], { encoding: 'utf8' }).split('\n').filter((path) => path !== '' && !path.endsWith('/'));

test('a secret without a value is told before anything runs', async () => {
  const run = await build(undefined);
  expect(run.exitCode).toBe(3);
  expect(run.events.filter(({ type }) => type === 'task-started')).toEqual([]);
  expect(JSON.stringify(run.events)).toContain('COS_TASK_SECRET_MISSING');
});

test('packages are built with secrets, which nothing that is left shows', async () => {
  const run = await build(secret);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain('using [secret]');
  expect(run.stdout + run.stderr).not.toMatch(/tok-9f3a/);
  expect(listOf('packages/tool-app-1.0.package.tar.gz')).toEqual(expect.arrayContaining(['found', 'known']));
  // Neither secrets nor folders for mounts.
  expect(listOf('packages/tool-app-1.0.package.tar.gz').filter((path) => /^(?:run|var)/.test(path))).toEqual([]);
  for (const folder of ['.cos', 'build']) {
    for (const entry of readdirSync(workspace.path(folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name)).includes('tok-9f3a'), entry.name).toBe(false);
    }
  }
});

test('another value builds nothing, and neither does none', async () => {
  expect((await build('another')).built.filter((task) => !task.startsWith('docker-build.'))).toEqual([]);
  const none = await build(undefined);
  expect([none.exitCode, none.built.filter((task) => task.startsWith('docker-build.image'))]).toEqual([0, []]);
});

test('sub-packages have archives and metadata of their own, also in the repository', async () => {
  expect(listOf('packages/base-doc-system-1.1.package.tar.gz')).toEqual(['usr/share/doc/base']);
  expect(listOf('packages/base-system-1.0.package.tar.gz')).toEqual(expect.arrayContaining(['usr/bin/base', 'usr/share/doc/base']));
  expect(readdirSync(workspace.path('build/repository'))).toEqual(expect.arrayContaining(['base-doc-system-1.1.package.tar.gz', 'base-doc-system-1.1.metadata.yaml']));
  const tree = execFileSync('tar', ['--list', '--gzip', '--file', workspace.path('build/repository/tree.tar.gz')], { encoding: 'utf8' });
  expect(tree).toContain('system/base-doc/1.1/definition.yaml');
});
