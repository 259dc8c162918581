import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createDefineStage, defineArtifact, defineDerivative, definePlugin, fileTree, hint, noMeta, noOptions, one, type ArtifactRef } from '../../src/index.ts';
import { createWorkspace, planConfig, type AnyConfig } from '../../src/testing.ts';
import { configOf, preset } from '../rig/config.ts';
import { once, problemsOf } from '../rig/problems-of.ts';
import { shell } from '../rig/shell.ts';

test('a plan is frozen data: tasks in order, what they read, what is wanted', async () => {
  await using workspace = await createWorkspace({ 'src/a': '1', 'src/b': '2' });
  const config = configOf({
    all: {
      description: 'x',
      plan: ({ use, source }) => {
        const z = use.shell.run({ name: 'z', inputs: { files: [source('src/b'), source('./src/a')] }, options: { command: 'cat' } });
        const a = use.shell.run({ name: 'a', inputs: { files: [z.out] }, options: { command: 'cat' } });
        use.shell.run({ ...once, name: 'nobody-wants-this' });
        return { 'out/a.txt': a.out };
      },
    },
  });
  const { plan, text } = await planConfig(config, { workspace: workspace.path });
  expect(text).toBe('');
  expect(plan?.tasks.map(({ key }) => key)).toEqual(['shell.run#z', 'shell.run#a']);
  expect(plan?.sources).toEqual(['src/a', 'src/b']);
  expect(plan?.wanted).toEqual([{ path: 'out/a.txt', task: 'shell.run#a', output: 'out' }]);
  expect(plan?.tasks[0]?.inputs).toEqual({ files: { kind: 'file-tree', arity: 'many', artifacts: [{ source: 'src/b' }, { source: 'src/a' }] } });
  expect(Object.isFrozen(plan) && Object.isFrozen(plan?.tasks[0]?.inputs['files']?.artifacts)).toBe(true);
  const again = await planConfig(config, { workspace: workspace.path });
  expect(JSON.stringify(again.plan)).toBe(JSON.stringify(plan));
});

test('the same call twice is one task, also when a default is written out', async () => {
  const stage = createDefineStage(noOptions)({ description: 'x', version: 1, cache: 'content', inputs: {}, outputs: { out: fileTree }, options: z.object({ level: z._default(z.number(), 3) }), run: () => Promise.reject(new Error('not run')) });
  const plugin = definePlugin({ name: 'p', apiVersion: 1, options: noOptions, stages: { stage } });
  const config = {
    ...configOf({}),
    plugins: [plugin()],
    targets: { t: { description: 'x', plan: ({ use }: any) => [use.p.stage({ name: 'a', inputs: {} }).out, use.p.stage({ name: 'a', inputs: {}, options: { level: 3 } }).out] } },
  } as unknown as AnyConfig;
  await using workspace = await createWorkspace();
  const { plan, text } = await planConfig(config, { workspace: workspace.path });
  expect(text).toBe('');
  expect(plan?.tasks.map(({ options }) => options)).toEqual([{ level: 3 }]);
});

test('calls that differ in a hint alone are one task, with the hint of the first', async () => {
  const define = createDefineStage(noOptions);
  const stages = {
    tell: define({ description: 'x', version: 1, cache: 'content', inputs: {}, outputs: { out: fileTree }, options: noOptions, run: () => Promise.reject(new Error('not run')) }),
    work: define({ description: 'x', version: 1, cache: 'content', inputs: { where: hint(fileTree) }, outputs: { out: fileTree }, options: noOptions, run: () => Promise.reject(new Error('not run')) }),
  };
  const plugin = definePlugin({ name: 'p', apiVersion: 1, options: noOptions, stages });
  const plan = ({ use }: any) => [use.p.work({ name: 'a', inputs: { where: use.p.tell({ name: 'one', inputs: {} }).out } }).out, use.p.work({ name: 'a', inputs: { where: use.p.tell({ name: 'two', inputs: {} }).out } }).out, use.p.work({ name: 'a', inputs: {} }).out];
  await using workspace = await createWorkspace();
  const planned = await planConfig({ ...configOf({}), plugins: [plugin()], targets: { t: { description: 'x', plan } } }, { workspace: workspace.path });
  expect(planned.text).toBe('');
  expect(planned.plan?.tasks.map(({ key }) => key)).toEqual(['p.tell#one', 'p.work#a']);
});

test('a list under a name is wanted and not published', async () => {
  const config = configOf({ t: { description: 'x', plan: ({ use }) => ({ 'a.txt': use.shell.run({ ...once, name: 'a' }).out, also: [use.shell.run({ ...once, name: 'b' }).out, use.shell.publish({ ...once, name: 'c' }).out] }) } });
  await using workspace = await createWorkspace();
  const { plan, text } = await planConfig(config, { workspace: workspace.path });
  expect(text).toBe('');
  expect(plan?.wanted).toEqual([
    { path: 'a.txt', task: 'shell.run#a', output: 'out' },
    { path: undefined, task: 'shell.publish#c', output: 'out' },
    { path: undefined, task: 'shell.run#b', output: 'out' },
  ]);
  const wrong = configOf({ t: { description: 'x', plan: () => ({ also: ['a.txt'] }) as never } });
  expect(await problemsOf(wrong)).toContain('Expected a reference as "also[0]" of the result of target "t"; found "a.txt".');
});

test('two calls of one name that differ show both places', async () => {
  const config = configOf({ t: { description: 'x', plan: ({ use }) => [use.shell.run({ ...once, name: 'a' }).out, use.shell.run({ ...once, name: 'a', options: { command: 'false' } }).out] } });
  expect(await problemsOf(config)).toMatchInlineSnapshot(`
    "error COS_PLAN_CONFLICT: Expected one meaning of task shell.run#a; two calls differ in options.
      at <test>
      note: the first call is here
      at <test>
      hint: Give them different names, or make them equal."
  `);
});

test('all problems of several calls, of sources and of the config are shown together', async () => {
  const config = configOf(
    {
      t: {
        description: 'x',
        plan: ({ use, source }) => {
          const call = use.shell.run as (call: unknown) => { readonly out: ArtifactRef };
          return [
            call({ name: 'bad name', inputs: { files: [] }, options: { command: 'true' } }).out,
            call({ name: 'unknown-input', inputs: { files: [], file: 1 }, options: { command: 'true' } }).out,
            call({ name: 'no-list', inputs: { files: source('here') }, options: { command: 'true' } }).out,
            call({ name: 'text', inputs: { files: ['here'] }, options: { command: 'true' } }).out,
            call({ name: 'whole', inputs: { files: [use.shell.run({ ...once, name: 'ok' })] }, options: { command: 'true' } }).out,
            call({ name: 'option', inputs: { files: [] }, options: { command: '', comand: 'true' } }).out,
            call({ name: 'extra', input: {}, inputs: { files: [] }, options: { command: 'true' } }).out,
            call({ name: 'gone', inputs: { files: [source('gone'), source('../up'), source('/etc'), source('.')] }, options: { command: 'true' } }).out,
          ];
        },
      },
    },
    { plugins: [shell({ level: 'x' } as never)] },
  );
  expect(await problemsOf(config, { here: 'x' })).toMatchInlineSnapshot(`
    "error COS_PLUGIN_OPTIONS: Option "level" of plugin "shell": expected one of "low", "high"; found "x".
      at <test>

    error COS_PLAN_TASK_NAME: Expected letters, digits and . _ / + ~ : = , @ - as "name" of a task of shell.run; found "bad name".
      at <test>
      hint: The name is the part of the key behind "#": name it after what it makes.

    error COS_PLAN_INPUT: Task shell.run#unknown-input has an unknown input "file".
      at <test>
      hint: Did you mean "files"?

    error COS_PLAN_INPUT: Expected a list of file-tree as input "files" of task shell.run#no-list; found the source "here", a file-tree.
      at <test>

    error COS_PLAN_INPUT: Expected a file-tree as input "files" of task shell.run#text; found "here".
      at <test>
      hint: Files enter a plan by source("path") only.

    error COS_PLAN_INPUT: Expected a file-tree as input "files" of task shell.run#whole; found all outputs of a call (pick one: .out).
      at <test>

    error COS_PLAN_CALL: A call of shell.run has an unknown field "input".
      at <test>
      hint: Did you mean "inputs"?

    error COS_PLAN_SOURCE: Expected a path below the workspace as source; found "../up".
      at <test>
      hint: Paths are relative to the folder of the config and use "/".

    error COS_PLAN_SOURCE: Expected a path below the workspace as source; found "/etc".
      at <test>
      hint: Paths are relative to the folder of the config and use "/".

    error COS_PLAN_SOURCE: Expected a source apart from the folder "build", which cos writes; found ".".
      at <test>
      hint: Name the folders that are needed one by one.

    error COS_PLAN_OPTIONS: Option "command" of task shell.run#option: expected at least 1 character; found "".
      at <test>

    error COS_PLAN_OPTIONS: The options of task shell.run#option have an unknown key "comand".
      at <test>
      hint: Did you mean "command"?

    error COS_PLAN_SOURCE: Expected a file or folder as source; "gone" does not exist.
      at <test>"
  `);
});

test('a reference of another plan', async () => {
  let kept: ArtifactRef<typeof fileTree> | undefined;
  const config = configOf({ t: { description: 'x', plan: ({ use, source }) => [use.shell.run({ name: 'a', inputs: { files: [(kept ??= source('here'))] }, options: { command: 'true' } }).out] } });
  expect(await problemsOf(config, { here: 'x' })).toBe('');
  expect(await problemsOf(config, { here: 'x' })).toMatchInlineSnapshot(`
    "error COS_PLAN_FOREIGN_REFERENCE: Input "files" of task shell.run#a is a reference of another plan.
      at <test>
      hint: References are good in the \`plan\` call that made them only: do not keep them in a variable of the module."
  `);
});

test('a kind that the port does not take', async () => {
  const other = defineArtifact({ name: 'other-kind', storage: 'file', meta: noMeta });
  const make = createDefineStage(noOptions)({ description: 'x', version: 1, cache: 'content', inputs: {}, outputs: { other }, options: noOptions, run: () => Promise.reject(new Error('not run')) });
  const take = createDefineStage(noOptions)({ description: 'x', version: 1, cache: 'content', inputs: { tree: one(fileTree) }, outputs: { other }, options: noOptions, run: () => Promise.reject(new Error('not run')) });
  const plugin = definePlugin({ name: 'p', apiVersion: 1, options: noOptions, stages: { make, take } });
  const plan = ({ use }: any) => [use.p.take({ name: 'x', inputs: { tree: use.p.make({ name: 'm', inputs: {} }).other } }).other, use.p.take({ name: 'y', inputs: {} }).other];
  expect(await problemsOf({ ...configOf({}), plugins: [plugin()], targets: { t: { description: 'x', plan } } })).toMatchInlineSnapshot(`
    "error COS_PLAN_INPUT: Expected a file-tree as input "tree" of task p.take#x; found output "other" of p.make#m, an other-kind.
      at <test>

    error COS_PLAN_INPUT: Expected a file-tree as input "tree" of task p.take#y; found nothing.
      at <test>"
  `);
});

test('plugins, stages and members that there are not', async () => {
  const target = (plan: (context: any) => unknown) => ({ description: 'x', plan }) as never;
  const config = configOf({ plugin: target(({ use }) => use.shel.run({})), stage: target(({ use }) => use.shell.rnu({})) });
  expect(await problemsOf(config)).toMatchInlineSnapshot(`
    "error COS_PLAN_UNKNOWN_PLUGIN: The config has no plugin "shel".
      at <test>
      hint: Did you mean "shell"?

    error COS_PLAN_UNKNOWN_MEMBER: Plugin "shell" has no stage, planner or pin "rnu".
      at <test>
      hint: Did you mean "run"?"
  `);
});

test('a target that throws, and one that returns no references', async () => {
  const config = configOf({
    throws: { description: 'x', plan: () => { throw new TypeError('boom'); } },
    nothing: { description: 'x', plan: (() => undefined) as never },
    whole: { description: 'x', plan: (({ use }: any) => ({ a: use.shell.run({ ...once, name: 'a' }) })) as never },
    source: { description: 'x', plan: ({ source }) => [source('here')] },
  });
  expect(await problemsOf(config, { here: 'x' })).toMatchInlineSnapshot(`
    "error COS_PLAN_TARGET_THREW: The plan function of target "throws" threw TypeError: boom
      at <test>

    error COS_PLAN_RESULT: Expected references as result of target "nothing"; found nothing.
      at cos.config.ts:1
      hint: Return a list of references, or references by path: { "sample.iso": iso }.

    error COS_PLAN_RESULT: Expected a reference as "a" of the result of target "whole"; found something else.
      at cos.config.ts:1
      hint: A stage call gives its outputs by name: return use.iso.image({...}).iso, not use.iso.image({...}).

    error COS_PLAN_RESULT: Expected the output of a task as number 0 of the list of the result of target "source"; found the source "here".
      at cos.config.ts:1
      hint: A source is there already; let a stage make something of it."
  `);
});

test('a call after plan has returned', async () => {
  let late: Promise<unknown> = Promise.resolve();
  const config = configOf({
    t: {
      description: 'x',
      plan: ({ use }) => {
        late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => use.shell.run({ ...once, name: 'late' }));
        late.catch(() => undefined);
        return [];
      },
    },
  });
  expect(await problemsOf(config)).toBe('');
  await expect(late).rejects.toThrow('COS_PLAN_CLOSED');
});

test('with several platforms, keys carry derivative and architecture, whichever is selected', async () => {
  const derivatives = [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [] })];
  const scopes: (string | undefined)[] = [];
  const plan: NonNullable<Parameters<typeof configOf>[0]>[string]['plan'] = ({ use, values, scope }) => {
    scopes.push(scope);
    return [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: values.kernel } }).out];
  };
  const config = { ...configOf({ t: { description: 'x', plan } }), derivatives };
  await using workspace = await createWorkspace();
  const all = await planConfig(config, { workspace: workspace.path });
  expect(scopes).toEqual(['sample/amd64', 'sample/arm64']);
  expect(all.plan?.tasks.map(({ key, options, platform }) => [key, options['command'], platform])).toEqual([
    ['shell.run#a@sample/amd64', 'default', 'linux/amd64'],
    ['shell.run#a@sample/arm64', 'arm', 'linux/arm64'],
  ]);
  const one = await planConfig(config, { workspace: workspace.path, platforms: ['linux/arm64'] });
  expect(one.plan?.tasks.map(({ key }) => key)).toEqual(['shell.run#a@sample/arm64']);
});

describe('effects', () => {
  test('a stage that publishes runs when its target wants it', async () => {
    const config = configOf({ publish: { description: 'x', plan: ({ use }) => [use.shell.publish({ ...once, name: 'a' }).out] } });
    expect(await problemsOf(config)).toBe('');
  });

  test('but not as an input of something else', async () => {
    const config = configOf({ t: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'b', inputs: { files: [use.shell.publish({ ...once, name: 'a' }).out] }, options: { command: 'true' } }).out] } });
    expect(await problemsOf(config)).toMatchInlineSnapshot(`
      "error COS_PLAN_EFFECT: shell.publish#a publishes, but is only needed by shell.run#b: what leaves the machine must be wanted itself.
        at <test>
        hint: Return its output from a target of its own and ask for that by name."
    `);
  });
});

test('an option that names a path of the workspace is a warning', async () => {
  const config = configOf({ t: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: 'true', note: 'src/a.txt' } }).out] } });
  expect(await problemsOf(config, { 'src/a.txt': 'x' })).toMatchInlineSnapshot(`
    "warning COS_PLAN_PATH_IN_OPTION: Option "note" of shell.run#a is "src/a.txt", which is also a path of the workspace: changes of its content do not make the task run again.
      at <test>
      hint: If the stage reads the file, give it as an input: source("...")."
  `);
  expect(await problemsOf(config)).toBe('');
});

test('an option that names what the task reads anyway is none', async () => {
  const config = configOf({ t: { description: 'x', plan: ({ use, source }) => [use.shell.run({ name: 'a', inputs: { files: [source('src')] }, options: { command: 'true', note: 'src/a.txt' } }).out] } });
  expect(await problemsOf(config, { 'src/a.txt': 'x' })).toBe('');
});

test('hostOptions stay out of what is recorded of a plugin', async () => {
  await using workspace = await createWorkspace();
  const { bindings } = await planConfig(configOf({}, { plugins: [shell({ level: 'high', folder: '/x' })] }), { workspace: workspace.path });
  expect(bindings?.plugin('shell').recorded).toEqual({ level: 'high' });
  expect(bindings?.plugin('shell').options).toEqual({ level: 'high', folder: '/x' });
});
