import { CosError, defineCommand, defineConfig, defineDerivative, defineDistribution, definePlugin, noOptions } from '../../src/index.ts';
import { createWorkspace, runCommand } from '../../src/testing.ts';
import { expect, test } from 'vitest';

const plugin = definePlugin({
  name: 'tools',
  apiVersion: 1,
  options: noOptions,
  commands: {
    look: defineCommand({
      description: 'look around',
      config: 'optional',
      parameters: { what: { type: 'choice', choices: ['all', 'none'], default: 'all', description: 'what' } },
      handle({ args, print, log, tell, set, derivatives }) {
        print(`${args.what} ${JSON.stringify(set)} ${derivatives.map(({ name, values }) => `${name}:${JSON.stringify(values)}`).join()}`);
        log.info('looking');
        tell([{ code: 'COS_TOOLS_DARK', severity: 'warning', message: 'It is dark.' }]);
        if (args.what === 'none') throw new CosError({ code: 'COS_TOOLS_NONE', severity: 'error', message: 'Nothing there.' });
        return Promise.resolve(args.what === 'all' ? 3 : undefined);
      },
    }),
  },
})();

test('a command is called with checked arguments; what it prints, logs and tells is kept', async () => {
  await using workspace = await createWorkspace();
  const run = await runCommand(plugin, 'look', { workspace: workspace.path, set: ['a.b=1'] });
  expect(run).toMatchObject({ exitCode: 3, printed: 'all {"a":{"b":1}} \n', logged: ['looking'], text: 'warning COS_TOOLS_DARK: It is dark.' });
  expect(await runCommand(plugin, 'look', { workspace: workspace.path, args: { what: 'nobody' } })).toMatchObject({ exitCode: 2, printed: '', problems: [{ code: 'COS_REQUEST_INVALID_VALUE' }] });
  expect(await runCommand(plugin, 'look', { workspace: workspace.path, args: { what: 'none' } })).toMatchObject({ exitCode: 1, problems: [{ code: 'COS_TOOLS_DARK' }, { code: 'COS_TOOLS_NONE' }] });
});

test('with a config the command sees its derivatives', async () => {
  await using workspace = await createWorkspace();
  const from = defineDistribution({ name: 'p', values: { kernel: 'x' }, platforms: {} });
  const config = defineConfig({ plugins: [plugin], derivatives: [defineDerivative({ name: 'sample', from, platforms: ['linux/amd64'], trees: [] })], targets: {} });
  expect((await runCommand(plugin, 'look', { workspace: workspace.path, config, set: ['kernel=y'] })).printed).toBe('all {"kernel":"y"} sample:{"kernel":"y"}\n');
});

test('a command sees the variables that its plugin lets through and those that it declares', async () => {
  const env = { PASSED: '1', ASKED: '2', HOME: '/root' };
  const command = defineCommand({
    description: 'show variables',
    config: 'optional',
    parameters: { env: { type: 'list', description: 'a variable' } },
    env: (_, args) => args.env,
    async handle({ print, env: seen }) {
      print(JSON.stringify(seen));
    },
  });
  const shower = definePlugin({ name: 'shower', apiVersion: 1, options: noOptions, hostEnv: ['PASSED'], commands: { show: command } })();
  await using workspace = await createWorkspace();
  expect(await runCommand(shower, 'show', { workspace: workspace.path, args: { env: ['ASKED', 'UNSET'] }, env })).toMatchObject({ exitCode: 0, printed: '{"PASSED":"1","ASKED":"2"}\n' });
});

test('a command finds the tools that it declares, and ends as where the host lacks one', async () => {
  await using workspace = await createWorkspace();
  const command = (tool: string) =>
    definePlugin({
      name: 'caller',
      apiVersion: 1,
      options: noOptions,
      commands: {
        call: defineCommand({
          description: 'call a tool',
          tools: [tool],
          parameters: {},
          handle: async ({ openTools, print }) => {
            const { exec, scratch } = await openTools();
            print((await exec(tool, ['-c', 'pwd'])).stdout.trim() === scratch ? 'in scratch' : 'elsewhere');
            await exec('other', []);
          },
        }),
      },
    })();
  expect(await runCommand(command('sh'), 'call', { workspace: workspace.path })).toMatchObject({ exitCode: 1, printed: 'in scratch\n', problems: [{ code: 'COS_PLUGIN_TOOL_UNDECLARED' }] });
  expect(await runCommand(command('no-such-tool'), 'call', { workspace: workspace.path })).toMatchObject({ exitCode: 3, printed: '', problems: [{ code: 'COS_TOOL_MISSING' }] });
});
