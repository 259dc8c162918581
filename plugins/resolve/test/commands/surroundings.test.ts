import { createWorkspace, runCommand } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../../src/index.ts';
import { tree } from './trees.ts';

// What commands see beside the trees: trees of others, and variables of the environment.

const args = { tree: ['own'], referenceTree: ['packages'], values: ['values.yaml'] };
const own = { 'own/top/definition.yaml': 'category: app\nname: top\nversion: "1.0"\nrequires:\n- {category: app, name: tool, version: ">=0"}\n' };

test('trees of others have what is required; what nothing requires is not asked about', async () => {
  await using workspace = await createWorkspace({ ...tree, ...own });
  const run = (name: string, given: object) => runCommand(resolve(), name, { workspace: workspace.path, args: { ...args, ...given } });
  expect((await run('packages', {})).printed).toContain('system/base@1.0');
  expect((await run('tags', { all: true })).printed.trim().split('\n').map((line) => line.split(' ')[0])).toEqual(['app/lib-1.10', 'app/tool-1.0', 'app/top-1.0', 'system/base-1.0']);
  expect(await run('validate', { referenceTree: [] })).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_RESOLVE_UNKNOWN_PACKAGE' }] });
  expect(await run('validate', {})).toMatchObject({ exitCode: 0, problems: [] });
});

test('variables are seen when they are named, by the plugin or on the command line', async () => {
  await using workspace = await createWorkspace({ ...tree, 'packages/base/build.yaml': 'image: {{ env "COLOUR" | default "none" }}\nsteps:\n- make\n' });
  const render = (plugin: ReturnType<typeof resolve>, given: object) =>
    runCommand(plugin, 'render', { workspace: workspace.path, args: { tree: ['packages'], packages: ['system/base'], part: 'recipe', ...given }, env: { COLOUR: 'green' } });
  const blind = await render(resolve(), {});
  expect(blind.printed).toContain('image: none');
  expect(blind.problems).toMatchObject([{ code: 'COS_RESOLVE_UNDECLARED_VARIABLE', severity: 'warning', place: { line: 1, column: 16 } }]);
  for (const run of [await render(resolve(), { env: ['COLOUR'] }), await render(resolve({ env: ['COLOUR'] }), {})]) {
    expect(run.printed).toContain('image: green');
    expect(run.text).toBe('');
  }
});
