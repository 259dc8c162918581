import { defineDerivative, defineDistribution, type System } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig, type PlanConfigOptions } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { standardPlugins, standardTargets } from '../../src/index.ts';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {}, 'linux/arm64': {} } });
const files = {
  'base.tar': '',
  'cos.pub': '',
  'cos.lock': JSON.stringify({ version: 1, pins: { 'docker-build': { digest: { 'other:1': `sha256:${'ab'.repeat(32)}` } } } }),
  'packages/tools/definition.yaml': 'category: system\nname: tools\nversion: "1.0"\nrequires:\n- {category: system, name: lib, version: ">=0"}\n',
  'packages/tools/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n',
  'packages/lib/definition.yaml': 'category: system\nname: lib\nversion: "2.0"\n',
  'packages/lib/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n',
  'packages/other/definition.yaml': 'category: system\nname: other\nversion: "1.0"\n',
  'packages/other/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n',
  'etc/motd': 'hello',
};

const base = defineDerivative({ name: 'base', from: tiny, platforms: ['linux/amd64'], trees: ['packages'], system: 'system/tools' });
const edge = (system: System = { dockerfile: 'Dockerfile' }) => defineDerivative({ name: 'edge', from: base, system });
const configOf = (...derivatives: readonly ReturnType<typeof edge>[]): AnyConfig => ({ plugins: standardPlugins(), derivatives, targets: standardTargets() });

interface Options extends Partial<PlanConfigOptions> {
  readonly more?: Readonly<Record<string, string>>;
}

/** What the tasks of a plan are made of: `input: task or source`. */
async function plan(config: AnyConfig, dockerfile: string, { more = {}, ...options }: Options = {}) {
  await using workspace = await createWorkspace({ ...files, Dockerfile: dockerfile, ...more });
  const { plan: made, text, diagnostics } = await planConfig(config, { workspace: workspace.path, targets: ['build-iso'], frozen: true, ...options });
  const inputsOf = (key: string) => {
    const task = made?.tasks.find((one) => one.key === key);
    return task && Object.fromEntries(Object.entries(task.inputs).map(([name, { artifacts }]) => [name, artifacts.map((input) => ('task' in input ? input.task : input.source))]));
  };
  return { tasks: made?.tasks.map(({ key }) => key), wanted: made?.wanted.map(({ path, task }) => path ?? task), inputsOf, text, diagnostics };
}

describe('a derivative whose system is a Dockerfile', () => {
  test('is an ISO of its image, with the base that the distribution says', async () => {
    const alone = defineDerivative({ name: 'alone', from: tiny, platforms: ['linux/amd64'], system: { dockerfile: 'Dockerfile' } });
    for (const name of ['cos://base', 'tiny:1']) {
      const { inputsOf, tasks, wanted, text } = await plan(configOf(alone), `FROM ${name}\nCOPY etc /etc\n`);
      expect(text).toBe('');
      expect(tasks).toEqual(['docker-build.unpack#tiny:1', 'docker-build.base#tiny:1', 'docker-build.dockerfile#alone', 'iso.boot#alone', 'iso.loader#alone', 'iso.squashfs#alone', 'iso.medium#alone', 'sign.isoChecksum#alone']);
      expect(inputsOf('docker-build.dockerfile#alone')).toEqual({ dockerfile: ['Dockerfile'], context: ['etc'], images: ['docker-build.base#tiny:1'] });
      expect(inputsOf('iso.squashfs#alone')).toEqual({ archive: [], image: ['docker-build.dockerfile#alone'] });
      expect(wanted).toEqual(['alone.iso', 'alone.iso.sha256']);
    }
  });

  test('may be said once for all derivatives of the targets', async () => {
    const config: AnyConfig = { plugins: standardPlugins(), derivatives: [defineDerivative({ name: 'alone', from: tiny, platforms: ['linux/amd64'] })], targets: standardTargets({ system: { dockerfile: './os/Dockerfile', target: 'os', buildArgs: { A: 'b' } }, title: 'Alone' }) };
    const { inputsOf, text } = await plan(config, '', { more: { 'os/Dockerfile': 'ARG A\nFROM tiny:1 AS os\nCOPY x /x\nFROM x:$A\n', 'os/x': '' } });
    expect(text).toBe('');
    expect(inputsOf('docker-build.dockerfile#alone')).toEqual({ dockerfile: ['os/Dockerfile'], context: ['os/x'], images: ['docker-build.base#tiny:1'] });
  });

  test('takes other images of a registry by the digest of cos.lock', async () => {
    expect((await plan(configOf(edge()), 'FROM tiny:1\nCOPY --from=other:1 / /\n')).tasks).toContain('docker-build.pull#other:1');
    const unknown = await plan(configOf(edge()), 'FROM new:1\nCOPY --from=newer:1 / /\n');
    expect(unknown.diagnostics.map(({ code }) => code)).toEqual(['COS_PLAN_PIN_MISSING', 'COS_PLAN_PIN_MISSING']);
  });

  test('can use single packages of its trees, and the closure of some as a framework', async () => {
    const system: System = { dockerfile: 'Dockerfile', framework: ['system/tools'] };
    const { inputsOf, text } = await plan(configOf(edge(system)), 'FROM cos://base\nCOPY --from=cos://package/system/tools@>=1.0 / /\nCOPY --from=cos://framework / /\n');
    expect(text).toBe('');
    expect(inputsOf('docker-build.dockerfile#edge')?.['images']).toEqual(['docker-build.base#tiny:1', 'docker-build.join#content/system/tools@1.0', 'docker-build.join#framework']);
    expect(inputsOf('docker-build.join#content/system/tools@1.0')).toEqual({ archives: ['squash.archive#system/tools@1.0'] });
    expect(inputsOf('docker-build.join#framework')).toEqual({ archives: ['squash.archive#system/lib@2.0', 'squash.archive#system/tools@1.0'] });
  });

  test('has all packages of its trees as a framework unless it names some', async () => {
    const { inputsOf } = await plan(configOf(edge()), 'FROM cos://framework\n');
    expect(inputsOf('docker-build.join#framework')?.['archives']?.toSorted()).toEqual(['squash.archive#system/lib@2.0', 'squash.archive#system/other@1.0', 'squash.archive#system/tools@1.0']);
  });

  test('can start from the system of another derivative, package or Dockerfile, selected or not', async () => {
    const top = defineDerivative({ name: 'top', from: base, system: { dockerfile: 'top/Dockerfile' } });
    const { inputsOf, text, tasks } = await plan(configOf(base, edge(), top), 'FROM cos://derivative/base\n', { more: { 'top/Dockerfile': 'FROM cos://derivative/edge\n' }, derivatives: ['top'] });
    expect(text).toBe('');
    expect(inputsOf('docker-build.dockerfile#top@top/amd64')?.['images']).toEqual(['docker-build.dockerfile#edge@edge/amd64']);
    expect(inputsOf('docker-build.dockerfile#edge@edge/amd64')?.['images']).toEqual(['docker-build.join#content/system/tools@1.0@base/amd64']);
    expect(tasks?.filter((key) => key.startsWith('iso.')).every((key) => key.endsWith('@top/amd64'))).toBe(true);
  });

  test('without trees has no packages to sign or to build, but its image', async () => {
    const alone = defineDerivative({ name: 'alone', from: tiny, platforms: ['linux/amd64'], system: { dockerfile: 'Dockerfile' } });
    expect((await plan(configOf(alone), 'FROM tiny:1\n', { targets: ['sign'] })).wanted).toEqual(['alone.iso', 'alone.iso.cdx.json', 'alone.iso.intoto.jsonl', 'alone.iso.mtree', 'alone.iso.mtree.sig', 'alone.iso.sha256', 'alone.iso.sha256.sig', 'alone.iso.spdx.json']);
    expect((await plan(configOf(alone), 'FROM tiny:1\n', { targets: ['build'] })).wanted).toEqual(['docker-build.dockerfile#alone']);
    expect((await plan(configOf(alone), 'FROM tiny:1\n', { targets: ['create-repo'] })).text).toContain('error COS_PLAN_NO_TREES: Derivative "alone" has no trees, so there are no packages.');
    expect((await plan(configOf(edge()), 'FROM tiny:1\n', { targets: ['build'] })).wanted).toContain('docker-build.dockerfile#edge');
    expect((await plan(configOf(edge()), 'FROM tiny:1\n', { targets: [{ name: 'build', parameters: { packages: ['system/lib'] } }] })).wanted).not.toContain('docker-build.dockerfile#edge');
  });
});

describe('what a Dockerfile asks of cos in vain', () => {
  test('is told at once, each with its line', async () => {
    const dockerfile = 'FROM cos://bsae\nCOPY --from=cos://derivative/bas / /\nCOPY --from=cos://package/system/tolls / /\nCOPY --from=cos://derivative/edge / /\nCOPY --from=cos://package / /\n';
    const { text } = await plan(configOf(base, edge()), dockerfile, { derivatives: ['edge'] });
    expect(text).toMatchInlineSnapshot(`
      "error COS_PLAN_IMAGE: Expected cos://base, cos://framework, cos://package/<category>/<name>, cos://derivative/<name>; found "cos://bsae".
        at Dockerfile:1:6
          > 1 | FROM cos://bsae
              |      ^^^^^^^^^^
            2 | COPY --from=cos://derivative/bas / /
        hint: Did you mean "cos://base"?

      error COS_PLAN_IMAGE: The config has no derivative "bas" for linux/amd64.
        at Dockerfile:2:13
            1 | FROM cos://bsae
          > 2 | COPY --from=cos://derivative/bas / /
              |             ^^^^^^^^^^^^^^^^^^^^
            3 | COPY --from=cos://package/system/tolls / /
        hint: Did you mean "base"?

      error COS_RESOLVE_UNKNOWN_PACKAGE: no package system/tolls in the trees
        at Dockerfile:3:13
            1 | FROM cos://bsae
            2 | COPY --from=cos://derivative/bas / /
          > 3 | COPY --from=cos://package/system/tolls / /
              |             ^^^^^^^^^^^^^^^^^^^^^^^^^^
            4 | COPY --from=cos://derivative/edge / /
        hint: did you mean system/tools?

      error COS_PLAN_IMAGE: The system of derivative "edge" cannot be made of itself: edge -> edge.
        at Dockerfile:4:13
            2 | COPY --from=cos://derivative/bas / /
            3 | COPY --from=cos://package/system/tolls / /
          > 4 | COPY --from=cos://derivative/edge / /
              |             ^^^^^^^^^^^^^^^^^^^^^
            5 | COPY --from=cos://package / /
        hint: Start one of them from something else.

      error COS_PLAN_IMAGE: Expected cos://base, cos://framework, cos://package/<category>/<name>, cos://derivative/<name>; found "cos://package".
        at Dockerfile:5:13
            3 | COPY --from=cos://package/system/tolls / /
            4 | COPY --from=cos://derivative/edge / /
          > 5 | COPY --from=cos://package / /
              |             ^^^^^^^^^^^^^
        hint: Known names: cos://base, cos://derivative/<name>, cos://framework, cos://package/<category>/<name>."
    `);
  });

  test('is a derivative that is made of this one', async () => {
    const other = defineDerivative({ name: 'other', from: base, system: { dockerfile: 'other/Dockerfile' } });
    const { text } = await plan(configOf(edge(), other), 'FROM cos://derivative/other\n', { more: { 'other/Dockerfile': 'FROM cos://derivative/edge\n' }, derivatives: ['edge'] });
    expect(text).toContain('error COS_PLAN_IMAGE: The system of derivative "edge" cannot be made of itself: edge -> other -> edge.\n  at other/Dockerfile:1:6');
  });

  test('is a package where there are no trees', async () => {
    const alone = defineDerivative({ name: 'alone', from: tiny, platforms: ['linux/amd64'], system: { dockerfile: 'Dockerfile' } });
    expect((await plan(configOf(alone), 'FROM cos://package/a/b\n')).text).toMatch(/COS_PLAN_NO_TREES: Derivative "alone" has no trees, so there is no package "a\/b"\.\n {2}at Dockerfile:1:6/);
  });

  test('is a system that nothing names', async () => {
    const alone = defineDerivative({ name: 'alone', from: tiny, platforms: ['linux/amd64'] });
    expect((await plan(configOf(alone), '')).text).toContain('error COS_PLAN_SYSTEM: Nothing says what the system of derivative "alone" is.');
  });
});
