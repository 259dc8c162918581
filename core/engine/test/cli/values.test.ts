import { expect, test } from 'vitest';
import { createCosWorkspace, type CosWorkspace } from '../rig/cos.ts';

const config = `import { defineConfig, defineDerivative, defineDistribution, readPreset } from '@cos/core';

const preset = defineDistribution({
  name: 'preset',
  values: readPreset(new URL('preset/values.yaml', import.meta.url)),
  platforms: { 'linux/amd64': readPreset(new URL('preset/values.amd64.yaml', import.meta.url)) },
});

export default defineConfig({
  plugins: [],
  derivatives: [
    defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [], valuesFiles: ['site.yaml'], values: { title: 'Mine' } }),
  ],
  targets: {},
});
`;

const files = {
  'cos.config.ts': config,
  'preset/values.yaml': '# a preset\nkernel: default\nboot:\n  timeout: 5\n  console: ttyS0\npackages: [a, b]\ntitle: None\n',
  'preset/values.amd64.yaml': 'arch: x86_64\nboot:\n  console: tty0\n',
  'site.yaml': 'boot:\n  # slow disks\n  timeout: 9\n',
  'more.yaml': 'kernel: rt\n',
};

async function values(workspace: CosWorkspace, ...args: readonly string[]) {
  return await workspace.cos('values', ...args);
}

test('values are printed with the file and line that each comes from', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout, stderr } = await values(workspace, '--platform', 'linux/amd64', '--values', 'more.yaml', '--set', 'packages=[c]');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatchInlineSnapshot(`
    "boot.console  "tty0"    platform linux/amd64 of distribution "preset", preset/values.amd64.yaml:3
    boot.timeout  9         values file "site.yaml", site.yaml:3
    kernel        "rt"      values file "more.yaml", more.yaml:1
    packages      ["c"]     --set packages=[c]
    title         "Mine"    derivative "sample", cos.config.ts:12:5
    arch          "x86_64"  platform linux/amd64 of distribution "preset", preset/values.amd64.yaml:1
    "
  `);
});

test('each platform has its own', async () => {
  await using workspace = await createCosWorkspace(files);
  const { stdout } = await values(workspace, 'boot.console', 'arch');
  expect(stdout).toMatchInlineSnapshot(`
    "# sample linux/amd64
    boot.console  "tty0"    platform linux/amd64 of distribution "preset", preset/values.amd64.yaml:3
    arch          "x86_64"  platform linux/amd64 of distribution "preset", preset/values.amd64.yaml:1

    # sample linux/arm64
    boot.console  "ttyS0"  distribution "preset", preset/values.yaml:5
    "
  `);
});

test('--json has all of it for programs', async () => {
  await using workspace = await createCosWorkspace(files);
  const { stdout } = await values(workspace, '--json', '--platform', 'linux/amd64');
  const [sample] = JSON.parse(stdout);
  expect(sample).toMatchObject({ derivative: 'sample', platform: 'linux/amd64', values: { kernel: 'default', boot: { timeout: 9, console: 'tty0' }, packages: ['a', 'b'], title: 'Mine', arch: 'x86_64' } });
  expect(sample.origins).toContainEqual({ path: ['boot', 'timeout'], value: 9, from: 'values file "site.yaml"', file: workspace.join('site.yaml'), line: 3, replaces: ['distribution "preset"'] });
});

test('a path that no value has is an error with a neighbour', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stderr } = await values(workspace, 'boot.timout');
  expect([exitCode, stderr]).toEqual([2, 'error COS_REQUEST_UNKNOWN_VALUE: There is no value "boot.timout".\n  hint: Did you mean "boot.timeout"?\n']);
});

test('problems of values are told beside them', async () => {
  await using workspace = await createCosWorkspace({ ...files, 'site.yaml': 'boot: [\n' });
  const { exitCode, stdout, stderr } = await values(workspace, '--platform', 'linux/arm64');
  expect(exitCode).toBe(2);
  expect(stdout).toContain('kernel');
  expect(stderr).toContain('COS_CONFIG_VALUES');
});
