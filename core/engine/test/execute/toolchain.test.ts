import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createDefineStage, defineCommand, defineDerivative, defineDistribution, definePlugin, defineTool, fileTree, noOptions } from '../../src/index.ts';
import { createWorkspace, runCommand, runConfig, type AnyConfig } from '../../src/testing.ts';

// A toolchain that is the host itself, by way of /usr/bin/env, and counts how often it is asked what it has.

let asked = 0;

const host = definePlugin({
  name: 'host',
  apiVersion: 1,
  options: noOptions,
  createToolchain: () =>
    Promise.resolve({
      about: 'the host by way of env',
      identity: 'env 1',
      find: () => {
        asked += 1;
        return Promise.resolve({ executables: { sh: '/bin/sh' }, files: [] });
      },
      command: ({ cwd, env }) => ({ path: '/usr/bin/env', args: ['-i', '-C', cwd, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)], env: {} }),
    }),
});

const greeter = definePlugin({
  name: 'greeter',
  apiVersion: 1,
  options: noOptions,
  stages: {
    greet: createDefineStage(noOptions)({
      description: 'greet',
      version: 1,
      cache: 'content',
      inputs: {},
      outputs: { made: fileTree },
      options: noOptions,
      tools: [defineTool({ name: 'sh', packages: { debian: 'dash' } })],
      run: async ({ exec, emit, scratch }) => {
        await exec('sh', ['-c', `echo hello > ${scratch}/greeting`]);
        return { made: await emit.made(`${scratch}/greeting`, {}) };
      },
    }),
  },
});

const config: AnyConfig = {
  plugins: [host(), greeter()],
  derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
  engine: { toolchain: 'container' },
  targets: { test: { description: 'x', plan: ({ use }: any) => ({ made: use.greeter.greet({ name: 'x', inputs: {} }).made }) } },
};

test('what a toolchain has is asked for once, and again when the memory of it is damaged', async () => {
  await using workspace = await createWorkspace();
  const memory = workspace.join('.cos/state/tools.json');
  const run = async (): Promise<number> => {
    const before = asked;
    const { summary, text } = await runConfig(config, { workspace: workspace.path, force: 'all' });
    expect([summary?.exitCode, text]).toEqual([0, '']);
    expect(readFileSync(workspace.join('build/made'), 'utf8')).toBe('hello\n');
    return asked - before;
  };
  expect(await run()).toBe(1);
  expect(await run()).toBe(0);
  const whole = readFileSync(memory, 'utf8');
  for (const content of ['null', '[]', '{"executables":1,"files":[]}', '{"executables":{"sh":"/bin/sh"}}', '{"executables']) {
    const { format, versions }: { readonly format: number; readonly versions: Readonly<Record<string, string>> } = JSON.parse(whole);
    const damaged = Object.fromEntries(Object.entries(versions).map(([key, value]) => [key, key.startsWith('["toolchain"') ? content : value]));
    expect(damaged).not.toEqual(versions);
    writeFileSync(memory, JSON.stringify({ format, versions: damaged }));
    expect(await run()).toBe(1);
  }
});

test('a command of a plugin has its tools where those of stages run', async () => {
  await using workspace = await createWorkspace({ 'note.txt': 'noted\n' });
  const reader = definePlugin({
    name: 'reader',
    apiVersion: 1,
    options: noOptions,
    commands: {
      read: defineCommand({
        description: 'read',
        parameters: {},
        tools: [defineTool({ name: 'sh', packages: { debian: 'dash' } })],
        handle: async ({ openTools, print, workspace: root }) => {
          const { exec } = await openTools();
          // Only what the place sets: nothing of the test is there.
          print((await exec('sh', ['-c', `cat ${root}/note.txt; echo $PATH $HOME | sed 's,/[^ ]*/scratch/[^ ]*,SCRATCH,'`])).stdout);
        },
      }),
    },
  });
  const { exitCode, printed, text } = await runCommand(reader(), 'read', { workspace: workspace.path, config: { ...config, plugins: [host(), reader()], targets: {} } });
  expect([exitCode, text]).toEqual([0, '']);
  expect(printed).toMatch(/^noted\n\S* SCRATCH\n\n$/);
});
