import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createDefinePlanner, definePlugin, noOptions } from '../../src/index.ts';
import { createWorkspace, planConfig, type AnyConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';
import { once, problemsOf } from '../rig/problems-of.ts';
import { shell } from '../rig/shell.ts';

describe('planners', () => {
  const plannerOf = (plan: (context: any) => Promise<unknown>) => {
    const find = createDefinePlanner(noOptions)({ description: 'find things', options: z.object({ folder: z.string() }), plan });
    return definePlugin({ name: 'finder', apiVersion: 1, options: noOptions, planners: { find } });
  };
  const withPlanner = (plan: (context: any) => Promise<unknown>, target: (context: any) => unknown) =>
    ({ ...configOf({}), plugins: [shell(), plannerOf(plan)()], targets: { one: { description: 'x', plan: target }, two: { description: 'x', plan: target } } }) as unknown as AnyConfig;

  test('run once for equal options; what they read is part of the plan', async () => {
    let calls = 0;
    const config = withPlanner(
      async ({ options, read, list, glob }) => {
        calls += 1;
        const names = (await list(options.folder)).map((entry: { name: string }) => entry.name);
        return [...names, await read('tree/b'), ...(await glob('tree/**/*.yaml'))];
      },
      async ({ use }) => (await use.finder.find({ folder: 'tree' })).map((name: string) => use.shell.run({ ...once, name: name.replaceAll('/', '.') }).out),
    );
    await using workspace = await createWorkspace({ 'tree/b': 'content', 'tree/a': '', 'tree/x/y.yaml': '' });
    const { plan, text } = await planConfig(config, { workspace: workspace.path });
    expect(text).toBe('');
    expect(calls).toBe(1);
    expect(plan?.tasks.map(({ name }) => name)).toEqual(['a', 'b', 'content', 'tree.x.y.yaml', 'x']);
    expect(plan?.reads).toEqual(['tree/', 'tree/**/*.yaml', 'tree/b']);
    expect(plan?.planners).toEqual([{ plugin: 'finder', planner: 'find', description: 'find things' }]);
  });

  test('read below the workspace only', async () => {
    const reads = ['../up', '/etc/passwd', 'gone', 'tree'];
    const config = withPlanner(
      async ({ options, read }) => read(options.folder),
      async ({ use }) => {
        await Promise.allSettled([]);
        return use.finder.find({ folder: reads[0] });
      },
    );
    expect(await problemsOf(config)).toMatchInlineSnapshot(`
      "error COS_PLAN_READ: Expected a readable path of the workspace; found "../up": it is absolute or leaves the workspace.
        at ../up"
    `);
    reads[0] = 'tree';
    expect(await problemsOf(config, { 'tree/a': '' })).toMatchInlineSnapshot(`
      "error COS_PLAN_READ: Expected a readable path of the workspace; found "tree": it is a folder.
        at tree"
    `);
  });

  test('report problems and go on; a mistake of the plugin is told as one', async () => {
    const reporting = withPlanner(
      async ({ report }) => {
        report({ code: 'COS_FIND_A', severity: 'error', message: 'One.' });
        report({ code: 'COS_FIND_B', severity: 'warning', message: 'Two.' });
        return [];
      },
      async ({ use }) => use.finder.find({ folder: 'x' }),
    );
    expect(await problemsOf(reporting)).toBe('warning COS_FIND_B: Two.\n\nerror COS_FIND_A: One.');
    const throwing = withPlanner(() => Promise.reject(new RangeError('boom')), async ({ use }) => use.finder.find({ folder: 'x' }));
    expect(await problemsOf(throwing)).toMatchInlineSnapshot(`
      "error COS_PLAN_PLANNER_THREW: Plugin error: planner "find" of plugin "finder" threw RangeError: boom
        at <test>
        hint: This is a mistake in the plugin; tell its authors."
    `);
  });

  test('see the variables that they declare, which are part of the plan', async () => {
    const options = z.object({ names: z.array(z.string()) });
    const look = createDefinePlanner(options)({ description: 'look around', options: noOptions, env: ({ names }) => ['FIXED', ...names], plan: async ({ env }) => env });
    const looker = definePlugin({ name: 'looker', apiVersion: 1, options, planners: { look } });
    let seen: unknown;
    const target = {
      description: 'x',
      plan: async ({ use }: any) => {
        seen = await use.looker.look({});
        return [];
      },
    };
    const config = { ...configOf({}), plugins: [looker({ names: ['ASKED', 'UNSET'] })], targets: { t: target } } as unknown as AnyConfig;
    await using workspace = await createWorkspace();
    const env = { FIXED: '1', ASKED: '', HOME: '/root' };
    const first = await planConfig(config, { workspace: workspace.path, env });
    expect(seen).toEqual({ FIXED: '1', ASKED: '' });
    expect(first.plan?.env).toEqual({ ASKED: '', FIXED: '1', UNSET: null });
    const other = await planConfig(config, { workspace: workspace.path, env: { ...env, HOME: '/home', FIXED: '2' } });
    expect(other.plan).toEqual({ ...first.plan, env: { ASKED: '', FIXED: '2', UNSET: null } });
  });

  test('options that do not fit', async () => {
    const config = withPlanner(() => Promise.resolve([]), async ({ use }) => use.finder.find({ folders: 'x' }));
    expect(await problemsOf(config)).toMatchInlineSnapshot(`
      "error COS_PLAN_OPTIONS: Option "folder" of planner "find" of plugin "finder": expected a text; found nothing.
        at <test>

      error COS_PLAN_OPTIONS: The options of planner "find" of plugin "finder" have an unknown key "folders".
        at <test>
        hint: Did you mean "folder"?"
    `);
  });
});
