import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, runCommand, type AnyConfig, type TemporaryWorkspace } from '@cos/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { repositoryQuestion, resolve } from '../../src/index.ts';
import { publishFolder, type Published } from '../rig/publish-folder.ts';

// What commands see of the repositories that a derivative builds on: the same as a plan.

const definition = (name: string, version = '1.0') => `category: t\nname: ${name}\nversion: "${version}"\n`;
const trees = {
  'packages/base/definition.yaml': definition('base'),
  'packages/base/build.yaml': 'image: {{ .Values.image }}\nsteps:\n{{ template "greet" . }}\n',
  'packages/lib/definition.yaml': definition('lib'),
  'packages/lib/build.yaml': 'requires:\n- {category: t, name: base, version: ">=0"}\nsteps:\n- echo {{ .Values.own }}\n',
  'packages/templates/greet.yaml': '{{ define "greet" }}- echo {{ .Values.own }} of upstream{{ end }}',
};
const upstream: Published = { trees, index: { 't/base@1.0': { image: 'debian:12', own: 'up' }, 't/lib@1.0': { image: 'debian:12', own: 'up' } } };
const own = { 'packages/app/definition.yaml': definition('app'), 'packages/app/build.yaml': 'requires:\n- {category: t, name: lib, version: ">=0"}\nsteps:\n- echo {{ .Values.own }}\n' };
const from = defineDistribution({ name: 'p', values: { own: 'mine', image: 'mine' }, platforms: {} });

let workspace: TemporaryWorkspace;
beforeEach(async () => {
  workspace = await createWorkspace(own);
  await publishFolder(workspace.join('up'), upstream);
  return async () => workspace.remove();
});

/** With a target that asks for repositories as the ready-made ones do. */
function configOf(repositories: NonNullable<Parameters<typeof defineDerivative>[0]['repositories']> = ['up']): AnyConfig {
  return defineConfig({
    plugins: [resolve()],
    derivatives: [defineDerivative({ name: 'sample', from, platforms: ['linux/amd64'], trees: ['packages'], repositories })],
    targets: {
      look: {
        description: 'look at the trees',
        async plan({ use, derivative }: any) {
          for (const one of derivative.repositories) {
            const { request, details } = repositoryQuestion(one);
            use.resolve.repository(request, details);
          }
          return [];
        },
      },
    },
  });
}

const pin = async (config = configOf()): Promise<string> => (await planConfig(config, { workspace: workspace.path })).text;
const call = async (name: string, args: object = {}, config = configOf()) => runCommand(resolve(), name, { workspace: workspace.path, config, args: { ...args } });

/** As `cos tags` says it where the sources of upstream are. */
async function tagsOfUpstream(): Promise<string> {
  await using there = await createWorkspace({ ...trees, 'values.yaml': 'image: debian:12\nown: up\n' });
  return (await runCommand(resolve(), 'tags', { workspace: there.path, args: { tree: ['packages'], values: ['values.yaml'] } })).printed;
}

describe('commands on pinned repositories', () => {
  beforeEach(async () => {
    expect(await pin()).toBe('');
  });

  test('tags: packages of upstream have those of upstream\'s own build, with its values and its shared templates', async () => {
    const { printed, text } = await call('tags', { all: true });
    expect(text).toBe('');
    const expected = (await tagsOfUpstream()).trimEnd().split('\n');
    expect(expected.map((line) => line.split(' ')[0])).toEqual(['t/base-1.0', 't/lib-1.0']);
    expect(printed.trimEnd().split('\n')).toEqual([expect.stringMatching(/^t\/app-1\.0 [0-9a-f]{64}$/), ...expected]);
  });

  test('packages: all are there, also by who needs them, with their files below the cache folder', async () => {
    const { printed } = await call('packages', { json: true });
    const { packages }: { readonly packages: readonly { readonly name: string; readonly file: string }[] } = JSON.parse(printed);
    expect(packages.map(({ name, file }) => [name, file.replace(/[0-9a-f]{64}/, 'HEX')])).toEqual([
      ['app', 'packages/app/definition.yaml'],
      ['base', '.cos/pinned/HEX/tree/packages/base/definition.yaml'],
      ['lib', '.cos/pinned/HEX/tree/packages/lib/definition.yaml'],
    ]);
    expect((await call('packages', { revdeps: ['t/base'] })).printed).toBe('t/app@1.0  needs t/lib@>=0\nt/lib@1.0  needs t/base@>=0\n');
  });

  test('render: recipes of upstream have its values, and own ones the own', async () => {
    const { printed, text } = await call('render', { packages: ['t/base', 't/app'], part: 'recipe' });
    expect(text).toBe('');
    expect(printed).toContain('image: debian:12\nsteps:\n- echo up of upstream\n');
    expect(printed).toContain('- echo mine\n');
  });

  test('validate: everything is checked, and a mistake of upstream in what nobody needs is a warning', async () => {
    expect(await call('validate')).toMatchObject({ exitCode: 0, printed: '3 packages: no problems\n', text: '' });
    await publishFolder(workspace.join('up'), { ...upstream, trees: { ...trees, 'packages/bad/definition.yaml': definition('bad'), 'packages/bad/build.yaml': 'image: {{ .Values.missing.deep }\n' } });
    rmSync(workspace.join('cos.lock'));
    await pin();
    const { exitCode, problems, printed } = await call('validate');
    expect([exitCode, printed]).toEqual([0, '4 packages: 0 errors, 1 warning\n']);
    expect(problems).toMatchObject([{ severity: 'warning', place: { file: expect.stringMatching(/\/tree\/packages\/bad\/build\.yaml$/) } }]);
  });

  test('trees of the command line stand for themselves: neither the lock nor repositories are asked', async () => {
    writeFileSync(workspace.join('cos.lock'), 'not: [a lock');
    expect((await call('packages', { tree: ['packages'] })).printed).toBe('t/app@1.0\n');
    expect((await call('packages')).text).toContain('cos.lock');
  });

  test('files that are gone are brought again; those of another publication are refused', async () => {
    rmSync(workspace.join('.cos'), { recursive: true });
    expect((await call('tags', { all: true })).printed.split('\n')).toHaveLength(4);
    rmSync(workspace.join('.cos'), { recursive: true });
    await publishFolder(workspace.join('up'), { ...upstream, revision: 2, trees: { ...trees, 'packages/lib/definition.yaml': definition('lib', '2.0') } });
    const refused = await call('tags', { all: true });
    expect([refused.exitCode, refused.printed]).toEqual([2, '']);
    expect(refused.text).toMatch(/COS_RESOLVE_UPSTREAM_CHANGED: Expected the repository "up" as cos\.lock has it, revision 1; found revision 2/);
  });

  test('nothing is looked up: what is published since is not seen, and the lock stays as it is', async () => {
    const before = readFileSync(workspace.join('cos.lock'), 'utf8');
    await publishFolder(workspace.join('up'), { ...upstream, revision: 2, trees: { ...trees, 'packages/lib/definition.yaml': definition('lib', '2.0') } });
    expect((await call('packages')).printed).toContain('t/lib@1.0');
    expect(readFileSync(workspace.join('cos.lock'), 'utf8')).toBe(before);
  });
});

describe('commands on repositories without a pin', () => {
  test.each(['tags', 'packages', 'validate'])('%s names all of them, once, and what to do', async (name) => {
    const { exitCode, printed, text } = await call(name, {}, configOf(['up', 'docker:registry.example/os']));
    expect([exitCode, name === 'validate' ? '' : printed]).toEqual([2, '']);
    expect(text).toBe(
      ['up', 'docker:registry.example/os']
        .map((request) => `error COS_PLAN_PIN_MISSING: Expected "${request}" (pin "repository" of plugin "resolve") in cos.lock; it is not there, and this command looks nothing up.\n  hint: Run \`cos lock\` and commit cos.lock.`)
        .join('\n\n'),
    );
  });

  test('an answer for another place does not count', async () => {
    await pin();
    const moved = configOf([{ name: 'up', type: 'disk', urls: ['elsewhere'] }]);
    expect((await call('tags', {}, moved)).text).toContain('COS_PLAN_PIN_STALE: Expected an answer for "up"');
  });

  test('one for another platform is not asked for', async () => {
    const elsewhere = configOf([{ name: 'arm', type: 'disk', urls: ['arm'], platforms: ['linux/arm64'] }]);
    expect((await call('packages', {}, elsewhere)).printed).toBe('t/app@1.0\n');
  });
});
