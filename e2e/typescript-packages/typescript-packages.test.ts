import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMetadata } from '@cos/luet';
import { runCos, runTarget } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// A tree with two packages and a config with two more: app (files) is on tool (declared), which is on base (files), and copies from greeting (declared).

describe('packages of a tree and of the config', () => {
  let workspace: Workspace;
  const edit = (file: string, from: string, to: string): void => {
    const text = readFileSync(workspace.path(file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(workspace.path(file), text.replace(from, to));
  };
  const unpack = (archive: string, file: string): string => execFileSync('tar', ['--extract', '--zstd', '--to-stdout', '--file', workspace.path('build/packages', archive), file], { encoding: 'utf8' });

  beforeAll(async () => {
    workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
    writeTinyBase(workspace.path('base.tar'));
    await runTarget(workspace, 'build');
  });
  afterAll(() => removeWorkspace(workspace));

  test('are built on each other, from their own files and from each other\'s', () => {
    expect(readdirSync(workspace.path('build/packages')).filter((name) => name.endsWith('.zst')).sort()).toEqual(['app-app-1.0.package.tar.zst', 'base-system-1.0.package.tar.zst', 'greeting-app-1.0.package.tar.zst', 'tool-app-1.0.package.tar.zst']);
    expect(unpack('tool-app-1.0.package.tar.zst', 'usr/bin/tool')).toBe('#!/bin/sh\necho tool\n');
    expect(unpack('greeting-app-1.0.package.tar.zst', 'etc/greeting')).toBe('hello\ntool\n{{ no template }}\n');
    expect(unpack('app-app-1.0.package.tar.zst', 'app')).toBe('tool\nhello\ntool\n{{ no template }}\n');
    const { metadata } = readMetadata(readFileSync(workspace.path('build/packages/greeting-app-1.0.metadata.yaml'), 'utf8'), 'metadata.yaml');
    expect(metadata?.runtime.requires).toMatchObject([{ category: 'app', name: 'tool', version: '1.0' }]);
  });

  test('are fresh when nothing changed, also when the declaration moves to another line', async () => {
    expect((await runTarget(workspace, 'build')).built).toEqual([]);
    edit('packages.ts', '/** On a package', '\n\n/** On a package');
    expect((await runTarget(workspace, 'build')).built).toEqual([]);
  });

  test('cost exactly what depends on a changed step, and the reason has the field', async () => {
    edit('packages.ts', '`tool >> /etc/greeting`', '`tool >> /etc/greeting && echo more >> /etc/greeting`');
    expect((await runTarget(workspace, 'build')).built).toEqual([
      'docker-build.image#app/app@1.0',
      'docker-build.image#app/greeting@1.0',
      'docker-build.name#all,own',
      'docker-build.tags#all,own',
      'squash.archive#app/app@1.0',
      'squash.archive#app/greeting@1.0',
      'squash.describe#app/app@1.0',
      'squash.describe#app/greeting@1.0',
      'template.declared#app/greeting@1.0',
      'template.declaredFolder#app/greeting@1.0',
      'template.hash#app/greeting@1.0',
    ]);
    const why = await runCos(workspace, ['why', 'template.declared#app/greeting@1.0']);
    expect(why.stdout).toContain('option `package.steps` changed');
    const below = await runCos(workspace, ['why', 'docker-build.image#app/app@1.0']);
    expect(below.stdout).toContain('package.steps');
  });

  test('cost no build when only what is said of them changes', async () => {
    edit('packages.ts', "description: 'Says its name'", "description: 'Says what it is called'");
    // luet has another tag for it, which is no reason to build. Metadata of what is built on it names that tag.
    const tags = ['docker-build.name', 'docker-build.tags'].map((stage) => `${stage}#all,own`);
    expect((await runTarget(workspace, 'build')).built).toEqual([...tags, 'squash.archive#app/tool@1.0', ...['app', 'greeting', 'tool'].map((name) => `squash.describe#app/${name}@1.0`), 'template.declared#app/tool@1.0', 'template.declaredFolder#app/tool@1.0', 'template.hash#app/tool@1.0']);
  });

  test('are built again for a file of the folder, and for a value that a declaration reads', async () => {
    edit('files/tool/tool.sh', 'echo tool', 'echo the tool');
    expect((await runTarget(workspace, 'build')).built).toContain('docker-build.image#app/tool@1.0');
    const { built } = await runTarget(workspace, 'build', '--set', 'greeting=moin');
    expect(built).toContain('docker-build.image#app/greeting@1.0');
    expect(built).not.toContain('docker-build.image#app/tool@1.0');
    const why = await runCos(workspace, ['why', 'template.declared#app/greeting@1.0']);
    expect(why.stdout).toContain('package.files.greeting.txt');
  });

  test('are seen by the commands about packages', async () => {
    const listed = await runCos(workspace, ['packages']);
    expect(listed.stdout).toBe('app/app@1.0\napp/greeting@1.0\napp/tool@1.0      Says what it is called\nsystem/base@1.0\n');
    expect((await runCos(workspace, ['validate'])).stdout).toBe('4 packages: no problems\n');
    expect((await runCos(workspace, ['tags', 'app/app'])).stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['system/base-1.0', 'app/tool-1.0', 'app/app-1.0', '']);
    const [{ chain }]: readonly [{ readonly chain: readonly { readonly tag: string }[] }] = JSON.parse((await runCos(workspace, ['tags', 'app/app', '--format', 'json'])).stdout);
    for (const { tag } of chain) expect(execFileSync('docker', ['image', 'inspect', '--format', '{{json .Config.Env}}', `luet/cache:${tag}`], { encoding: 'utf8' })).toContain('PACKAGE_NAME=');
    expect((await runCos(workspace, ['render', 'app/greeting', '--part', 'recipe'])).stdout).toContain('echo "{{ no template }}"');
  });

  test('are in the repository, with a tree that luet reads', async () => {
    await runTarget(workspace, 'create-repo');
    const tree = execFileSync('tar', ['--list', '--gzip', '--file', workspace.path('build/repository/tree.tar.gz')], { encoding: 'utf8' }).split('\n');
    expect(tree).toEqual(expect.arrayContaining(['app/greeting/1.0/definition.yaml', 'app/greeting/1.0/finalize.yaml', 'app/tool/1.0/definition.yaml', 'app/app/1.0/definition.yaml']));
    const compilertree = execFileSync('tar', ['--list', '--gzip', '--file', workspace.path('build/repository/compilertree.tar.gz')], { encoding: 'utf8' }).split('\n').filter((path) => path.startsWith('typescript/') && !path.endsWith('/'));
    expect(compilertree.sort()).toEqual([
      'typescript/app/greeting/1.0/build.yaml', 'typescript/app/greeting/1.0/definition.yaml', 'typescript/app/greeting/1.0/finalize.yaml', 'typescript/app/greeting/1.0/greeting.txt',
      'typescript/app/tool/1.0/build.yaml', 'typescript/app/tool/1.0/definition.yaml', 'typescript/app/tool/1.0/tool.sh',
    ]);
  });

  test('are wrong at the line that declares them', async () => {
    edit('packages.ts', "requires: ['system/base'],", "requires: ['system/bse'],\n  step: ['make'],");
    const run = await runCos(workspace, ['run', 'build']);
    expect(run.exitCode).toBe(2);
    const line = readFileSync(workspace.path('packages.ts'), 'utf8').split('\n').findIndex((text) => text.startsWith('export const tool')) + 1;
    expect(run.stderr).toContain(`COS_RESOLVE_UNKNOWN_KEY: unknown field "step" in a package, found "step"\n  at packages.ts:${line}:21`);
    expect(run.stderr).toContain('did you mean "steps"?');
    expect(run.stderr).toContain('COS_RESOLVE_UNKNOWN_PACKAGE: no package system/bse in the trees');
    expect(run.stderr).toContain('app/tool@1.0 is declared here, and the field is requires[0]');
  });
});
