import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { definePackage, standardPlugins, standardTargets, type PackageDeclaration, type StandardPluginOptions } from '../../src/index.ts';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {} } });
const files = {
  'base.tar': '',
  'packages/os/definition.yaml': 'category: system\nname: os\nversion: "1.0"\n',
  'packages/os/build.yaml': 'image: "{{ .Values.image }}"\nunpack: true\nsteps:\n- make\n- --mount=type=bind,from=debian,target=/x --mount=type=secret,id=tokem make\n',
};

async function planOf(packages: readonly PackageDeclaration[], dockerBuild: StandardPluginOptions['dockerBuild'] = {}, given: Readonly<Record<string, string>> = files) {
  await using workspace = await createWorkspace(given);
  const derivatives = [defineDerivative({ name: 'os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'], packages })];
  const { plan, text } = await planConfig({ plugins: standardPlugins({ dockerBuild }), derivatives, targets: standardTargets({ system: 'system/os', title: 'OS' }) }, { workspace: workspace.path, targets: ['build'] });
  return { text, options: Object.fromEntries((plan?.tasks ?? []).flatMap(({ stage, name, options }) => (stage === 'image' ? [[name, options]] : []))) };
}

const image = { category: 'app', version: '1.0', image: 'tiny:1' };
const tool = definePackage({ ...image, name: 'tool', prelude: [{ run: 'get', mounts: [{ type: 'cache', target: '/var/cache/get' }] }], steps: [{ run: 'fetch', mounts: [{ type: 'secret', id: 'token' }] }, 'make'] });
const plain = definePackage({ ...image, name: 'plain', steps: ['make'] });

test('mounts that cannot be had are told while planning, with the places of their steps', async () => {
  const { text } = await planOf([tool], { builder: 'classic', secrets: { token: { env: 'TOKEN' } } });
  // Without the lines around a place, and without where the test lies.
  const lines = text.split('\n').filter((line) => /^error|^ +(?:at|note:|hint:) /.test(line));
  expect(lines.map((line) => line.replace(/ at .*step-mounts\.test\.ts:\d+:\d+/, ' at the config'))).toMatchInlineSnapshot(`
    [
      "error COS_DOCKER_NO_MOUNTS: prelude[0] of app/tool@1.0 mounts a cache, which the classic builder of Docker cannot: "builder" is "classic".",
      "  at the config",
      "  note: app/tool@1.0 is declared here, and the field is prelude[0]",
      "  hint: Leave the plugin option "builder" out, or set it to "buildkit".",
      "error COS_DOCKER_NO_MOUNTS: steps[0] of app/tool@1.0 mounts a secret, which the classic builder of Docker cannot: "builder" is "classic".",
      "  at the config",
      "  note: app/tool@1.0 is declared here, and the field is steps[0]",
      "  hint: Leave the plugin option "builder" out, or set it to "buildkit".",
      "error COS_DOCKER_NO_MOUNTS: steps[1] of system/os@1.0 mounts a bind and a secret, which the classic builder of Docker cannot: "builder" is "classic".",
      "  at packages/os/build.yaml:5:3",
      "  hint: Leave the plugin option "builder" out, or set it to "buildkit".",
      "error COS_DOCKER_MOUNT_FORM: steps[1] of system/os@1.0 mounts files of "debian", which no fingerprint sees.",
      "  at packages/os/build.yaml:5:3",
      "  hint: Mount a cache, a secret or a tmpfs; files of other images are copied by "copy".",
      "error COS_DOCKER_SECRET_UNKNOWN: steps[1] of system/os@1.0 mounts the secret "tokem", which the plugin option "secrets" does not have.",
      "  at packages/os/build.yaml:5:3",
      "  hint: Did you mean "token"?",
    ]
  `);
});

test('images know the secrets that their steps mount, and nothing else changes', async () => {
  const { 'packages/os/build.yaml': _, ...rest } = files;
  const made = await planOf([tool, plain], { secrets: { token: { env: 'TOKEN' } } }, { ...rest, 'packages/os/build.yaml': 'image: "{{ .Values.image }}"\nunpack: true\n' });
  expect(made).toEqual({ text: '', options: { 'app/plain@1.0': {}, 'app/tool@1.0': { secrets: ['token'] }, 'system/os@1.0': {} } });
});
