import { readdir } from 'node:fs/promises';
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
    build: defineCommand({ description: 'run a target in its place', config: 'optional', runs: true, instead: { concurrency: 'Write --jobs.' }, parameters: { names: { type: 'list', positional: true, description: 'names' }, destination: { type: 'text', description: 'folder' }, own: { type: 'flag', description: 'with a target and a derivative of its own' }, pretend: { type: 'flag', description: 'as --dry-run' } },
      async handle({ args }) {
        if (args.names.includes('nothing')) return 5;
        const tree = { name: 'tree', from: { name: 'none', values: {}, platforms: {} }, platforms: ['linux/amd64'], values: { greeting: 'own' }, trees: ['trees/a'] };
        const target = { name: 'brought', target: { description: 'x', params: { names: { type: 'list', description: 'names' } }, plan: ({ use, derivative, values, params }) => ({ 'own.txt': use.shell.run({ name: 'own', inputs: { files: [] }, options: { command: 'echo ' + [derivative.name, derivative.trees[0], values.greeting, ...params.names].join(' ') + ' > out' } }).out }) } };
        return { ...(args.own ? { target, parameters: { names: args.names }, derivatives: [tree] } : { target: args.names[0] }), ...(args.destination === undefined ? {} : { outDir: args.destination }), ...(args.pretend ? { dryRun: true } : {}) };
      } }),
    fail: command({}, async () => { throw new CosError({ code: 'COS_TOOLS_BAD', severity: 'error', message: 'Expected better.', hint: 'Try again.' }); }),
    again: defineCommand({ description: 'a second build', failure: 2, tools: ['cat'], parameters: { artifact: { type: 'text', required: true, positional: true, description: 'task:output' } },
      async handle({ args, repeat, openTools, print }) {
        const repetition = await repeat({ target: 'file', derivative: 'sample', platform: 'linux/amd64', artifact: args.artifact, known: new Set() });
        const repeated = await repetition.build({});
        if (repeated.end === 'failed') return repeated.exitCode;
        const made = await repeated.made(repeated.provenance.artifact.kind, repeated.provenance.artifact.digest);
        const tools = await openTools();
        await tools.exec('cat', [made.path], { stdoutFile: 'copy' });
        print(JSON.stringify([repeated.provenance.steps.map(({ task }) => task), (await tools.exec('cat', ['copy'])).stdout, tools.scratch.includes('/.cos/scratch/')]));
      } }),
    tools: defineCommand({ description: 'a tool that nobody has', tools: ['no-such-tool'], parameters: {}, handle: async ({ openTools }) => { await openTools(); } }),
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

test('a command whose result is a run takes the flags of runs, and reports and ends as one', async () => {
  await using workspace = await createCosWorkspace(files);
  const first = await workspace.cos('build', 'file');
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toContain('cos run file: 1 task\n');
  const events = (await workspace.cos('build', 'file', '--reporter', 'json', '-vj1')).stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ type: 'summary', fresh: 1, built: 0, outputs: ['build/a.txt'] });
  expect((await workspace.cos('build', 'file', '--force', '--pretend')).stdout).toBe('would build shell.run#a  forced\n1 would build, 0 cached, 0 fresh. Nothing was run.\n');
  expect((await workspace.cos('build', 'bad')).exitCode).toBe(1);
  expect((await workspace.cos('build', 'nothing')).exitCode).toBe(5);
});

test('problems of such a run are those of a run, also for programs', async () => {
  await using workspace = await createCosWorkspace(files);
  const unknown = await workspace.cos('build', 'fil');
  expect([unknown.exitCode, unknown.stderr]).toEqual([2, 'error COS_REQUEST_UNKNOWN_TARGET: The config has no target "fil".\n  hint: Did you mean "file"?\n']);
  const told = await workspace.cos('build', 'fil', '--reporter', 'json');
  expect(told.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).type)).toEqual(['diagnostic', 'summary']);
  expect((await workspace.cos('build', 'file', '--job', '1')).stderr).toContain('Did you mean --jobs?');
  expect((await workspace.cos('build', 'file', '--concurrency', '4')).stderr).toBe('error COS_REQUEST_UNKNOWN_FLAG: The flag "--concurrency" is not known to cos or to command "build".\n  hint: Write --jobs.\n');
  expect((await workspace.cos('build', 'file', '-x')).stderr).toContain('The flag "-x" is not known');
});

test('it can bring its own target and derivatives, and another folder for outputs', async () => {
  await using workspace = await createCosWorkspace(files);
  expect(await workspace.cos('build', '--own', 'one', 'two', '--set', 'greeting=set', '--destination', 'out/here')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await workspace.read('out/here/own.txt')).toBe('tree trees/a set one two\n');
  await using elsewhere = await createCosWorkspace({});
  const run = await workspace.cos('build', '--own', '--destination', elsewhere.path);
  expect(run.stdout).toContain(`\nOutputs\n  ${elsewhere.join('own.txt')}\n`);
  expect(await elsewhere.read('own.txt')).toBe('tree trees/a own\n');
  for (const folder of ['.', '.cos/x']) expect((await workspace.cos('build', '--own', '--destination', folder)).stderr).toContain(`COS_REQUEST_INVALID_VALUE: Expected a folder of its own for outputs; found "${folder}"`);
});

test('its help has the flags of runs below its own', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('build', '--help')).stdout).toMatch(/^Usage: cos build \[flags\] \[names\.\.\.\]\n[\s\S]*\n {2}--pretend +as --dry-run\n\nFlags of a run\n {2}-n, --dry-run +say what would run, and why; run nothing\n/);
});

test('it may have an artifact built a second time: everything runs, nothing of it stays, and the tools that it declares look at it', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('run', 'file')).exitCode).toBe(0);
  const { exitCode, stdout, stderr } = await workspace.cos('again', 'shell.run#a:out');
  expect([exitCode, stdout]).toEqual([0, '[["shell.run#a"],"hello\\n",true]\n']);
  expect(stderr).toContain('shell.run#a');
  expect(await readdir(workspace.join('.cos', 'scratch')).catch(() => [])).toEqual([]);
  expect((await workspace.cos('run', 'file')).stdout).toContain('1 fresh');
});

test('what it throws is its own exit code, and a tool that is missing is what the host lacks', async () => {
  await using workspace = await createCosWorkspace(files);
  const refused = await workspace.cos('again', 'shell.run#b:out');
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('error COS_REQUEST_NOT_MADE: Expected target "file" to make "shell.run#b:out"; it does not.\n')]);
  const lacking = await workspace.cos('tools');
  expect([lacking.exitCode, lacking.stderr]).toEqual([3, expect.stringContaining('error COS_TOOL_MISSING: The tool `no-such-tool` was not found on this host.\n  note: needed by cos tools\n')]);
});
