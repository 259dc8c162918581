import { expect, test } from 'vitest';
import { createCosWorkspace } from '../rig/cos.ts';

// Commands without a config: a package that is installed brings one for them.

const brings = `
import { defineCommand, defineConfig, definePlugin, noOptions } from '@cos/core';
const look = defineCommand({
  description: 'look around', config: 'optional', parameters: {},
  async handle({ print, tell, cwd, workspace, set, derivatives }) {
    print(JSON.stringify({ cwd: cwd === workspace, set, derivatives: derivatives.map(({ name }) => name) }));
    tell([{ code: 'COS_LOOK_DARK', severity: 'warning', message: 'It is dark.' }]);
    return 2;
  },
});
const needy = defineCommand({ description: 'needs a config', parameters: {}, async handle() { return 0; } });
const tools = definePlugin({ name: 'tools', apiVersion: 1, options: noOptions, commands: { look, needy } });
export default defineConfig({ plugins: [tools()], derivatives: [], targets: {} });
`;

const files = {
  'package.json': JSON.stringify({ name: 'mine', type: 'module', devDependencies: { brings: '1' } }),
  'node_modules/brings/package.json': JSON.stringify({ name: 'brings', version: '1.0.0', type: 'module', cos: { defaultConfig: './config.js' } }),
  'node_modules/brings/config.js': brings,
};

test('a command that needs no config runs where none is, with the plugins of a package that says so', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout, stderr } = await workspace.cos('look', '--set', 'kernel.flavour=rt');
  expect(JSON.parse(stdout)).toEqual({ cwd: true, set: { kernel: { flavour: 'rt' } }, derivatives: [] });
  expect([exitCode, stderr]).toEqual([2, 'warning COS_LOOK_DARK: It is dark.\n']);
});

test('a command that needs a config says that there is none', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stderr } = await workspace.cos('needy');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error COS_CONFIG_NOT_FOUND: Expected one of cos.config.ts');
});

test('an unknown word is an unknown command, with the commands of that config as suggestions', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stderr } = await workspace.cos('lok');
  expect([exitCode, stderr]).toEqual([2, 'error COS_REQUEST_UNKNOWN_COMMAND: There is no command "lok".\n  hint: Did you mean "lock" or "look"?\n']);
});

test('a config of the user counts alone', async () => {
  await using workspace = await createCosWorkspace({ ...files, 'cos.config.ts': `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
export default defineConfig({ plugins: [], derivatives: [defineDerivative({ name: 'sample', from: defineDistribution({ name: 'p', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })], targets: {} });\n` });
  expect((await workspace.cos('look')).stderr).toContain('COS_REQUEST_UNKNOWN_COMMAND');
});

test.each([
  ['outside of the package', '../../config.js'],
  ['nowhere', './gone.js'],
  ['no path at all', 3],
])('a declaration that leads %s brings nothing', async (_, defaultConfig) => {
  await using workspace = await createCosWorkspace({ ...files, 'config.js': brings, 'node_modules/brings/package.json': JSON.stringify({ name: 'brings', type: 'module', cos: { defaultConfig } }) });
  const { exitCode, stderr } = await workspace.cos('look');
  expect([exitCode, stderr.split('\n')[0]]).toEqual([2, 'error COS_REQUEST_UNKNOWN_COMMAND: There is no command "look".']);
});
