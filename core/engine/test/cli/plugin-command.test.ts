import { expect, test } from 'vitest';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const plugin = `
import { CosError, defineCommand, definePlugin, noOptions, secret } from '@cos/core';
const command = (parameters, handle, description = 'a command') => defineCommand({ description, parameters, handle });
export const tools = definePlugin({
  name: 'tools', apiVersion: 1, options: noOptions, hostEnv: ['SHOWN'],
  commands: {
    greet: command({ who: { type: 'text', required: true, positional: true, description: 'whom' }, loud: { type: 'flag', description: 'in capitals' } },
      async ({ args, print, env, workspace }) => { print((args.loud ? args.who.toUpperCase() : args.who) + ' ' + (env.SHOWN ?? '-') + ' ' + (env.HIDDEN ?? '-')); return args.who === 'nobody' ? 7 : undefined; }, 'greet somebody'),
    kernel: command({}, async ({ derivatives, print }) => { for (const each of derivatives) print([each.name, each.version, each.platform, each.values.kernel].join(' ')); }),
    make: command({ target: { type: 'text', required: true, positional: true, description: 'target' } }, async ({ args, run, print }) => { const made = await run(args.target); print(JSON.stringify(made)); }),
    fail: command({}, async () => { throw new CosError({ code: 'COS_TOOLS_BAD', severity: 'error', message: 'Expected better.', hint: 'Try again.' }); }),
    bug: command({}, async () => { throw new TypeError('boom'); }),
    leak: command({}, async ({ reveal, print }) => { print('it is ' + (await reveal({ secret: { env: 'PASSWORD' }, name: 'env:PASSWORD' }))); }),
  },
});
`;
const targets = `
    file: { description: 'x', plan: ({ use }) => ({ 'a.txt': use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: 'echo hello > out' } }).out }) },
    bad: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'bad', inputs: { files: [] }, options: { command: 'exit 1' } }).out] },`;
const files = { 'cos.config.ts': configText(targets).replace('plugins: [shell()]', 'plugins: [shell(), tools()]').replace("from './shell.ts';", "from './shell.ts';\nimport { tools } from './tools.ts';"), 'shell.ts': shellPlugin, 'tools.ts': plugin };

test('a command of a plugin gets typed arguments and the variables that it declares', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout } = await workspace.start(['greet', 'world', '--loud'], { SHOWN: 'shown', HIDDEN: 'hidden' }).ended;
  expect([exitCode, stdout]).toEqual([0, 'WORLD shown -\n']);
  expect((await workspace.cos('greet', 'nobody')).exitCode).toBe(7);
});

test('`cos help` knows it, too, and says when there is no such command', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('help', 'greet')).stdout).toBe((await workspace.cos('greet', '--help')).stdout);
  const { exitCode, stderr } = await workspace.cos('help', 'great');
  expect([exitCode, stderr]).toEqual([2, 'error COS_REQUEST_UNKNOWN_COMMAND: There is no command "great".\n  hint: Did you mean "greet"?\n']);
});

test('its arguments are checked, and --help prints them', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('greet', '--help')).stdout).toMatchInlineSnapshot(`
    "Usage: cos greet [flags] <who>

    greet somebody

    Parameters
      who     whom (required)
      --loud  in capitals
    "
  `);
  const missing = await workspace.cos('greet');
  expect([missing.exitCode, missing.stderr]).toEqual([2, 'error COS_REQUEST_MISSING_VALUE: Expected a value for <who> of command "greet" (whom); found none.\n']);
  expect((await workspace.cos('greet', 'x', '--luod')).stderr).toContain('Did you mean --loud?');
});

test('it sees the values as they are overlaid for this call', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('kernel')).stdout).toBe('sample 0.0.0 linux/amd64 default\n');
  expect((await workspace.cos('kernel', '--set', 'kernel=rt')).stdout).toBe('sample 0.0.0 linux/amd64 rt\n');
});

test('it can run a target and gets the published paths', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout } = await workspace.cos('make', 'file');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ 'a.txt': workspace.join('build/a.txt') });
  const bad = await workspace.cos('make', 'bad');
  expect(bad.exitCode).toBe(1);
  expect(bad.stderr).toContain('COS_REQUEST_RUN_FAILED');
});

test('expected problems are messages, others are bugs', async () => {
  await using workspace = await createCosWorkspace(files);
  expect(await workspace.cos('fail')).toMatchObject({ exitCode: 1, stderr: 'error COS_TOOLS_BAD: Expected better.\n  hint: Try again.\n' });
  const bug = await workspace.cos('bug');
  expect(bug.exitCode).toBe(1);
  expect(bug.stderr.split('\n')[0]).toBe('error COS_PLUGIN_THREW: Plugin error: command "bug" of plugin "tools" threw TypeError: boom');
});

test('what was revealed is not printed', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.start(['leak'], { PASSWORD: 'hunter2' }).ended).stdout).toBe('it is [secret]\n');
  expect((await workspace.cos('leak')).stderr).toContain('COS_TASK_SECRET_MISSING');
});

test('commands stand in the list and in suggestions', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('list')).stdout).toContain('Commands of plugins (cos <command>)\n  greet   greet somebody\n');
  expect((await workspace.cos('gret')).stderr).toContain('Did you mean "greet"?');
});
