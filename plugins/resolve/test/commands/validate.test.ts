import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, runCommand } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../../src/index.ts';
import { args, broken, tree } from './trees.ts';

async function validate(files: Readonly<Record<string, string>>, given: Readonly<Record<string, unknown>> = {}) {
  await using workspace = await createWorkspace(files);
  return await runCommand(resolve(), 'validate', { workspace: workspace.path, args: { ...args, ...given } });
}

test('a good tree has no problems', async () => {
  expect(await validate(tree)).toMatchObject({ exitCode: 0, printed: '5 packages: no problems\n', text: '' });
});

test('all problems are told at once, each where it begins, and the exit code is 2', async () => {
  const run = await validate({ ...tree, ...broken, 'packages/tool/definition.yaml': tree['packages/tool/definition.yaml'].replace('>=1.9', '>=2'), 'packages/os/build.yaml': `${tree['packages/os/build.yaml']}stpes: []\n` });
  expect(run.exitCode).toBe(2);
  expect(run.printed).toBe('7 packages: 3 errors, 0 warnings\n');
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_RENDER_FAILED: the recipe of bad-app-1.0 cannot be rendered: nil pointer evaluating interface {}.deep
      at packages/bad/build.yaml:3:13
          1 | image: base
          2 | steps:
        > 3 | - {{ .Values.missing.deep }}
            |             ^
      hint: What stands before .deep is missing or null. Test it first ({{ if … }} or {{ and … }}), or give it a value.

    error COS_RESOLVE_UNKNOWN_KEY: unknown key "stpes" in a build recipe, found "stpes"
      at packages/os/build.yaml:5:1
          3 | - {category: app, name: tool, version: ">=0"}
          4 | unpack: true
        > 5 | stpes: []
            | ^^^^^
      hint: did you mean "steps"?

    error COS_RESOLVE_NO_VERSION: no version of app/lib satisfies >=2 (required by app/tool@1.0), found "version 1.10, 1.9"
      at packages/tool/definition.yaml:5:25
          3 | version: "1.0"
          4 | requires:
        > 5 | - {category: app, name: lib, version: ">=2"}
            |                         ^^^"
  `);
});

test('warnings alone are no failure', async () => {
  const run = await validate({ ...tree, 'packages/base/build.yaml': 'image: base\nsteps:\n- echo {{ .Values.nothing }}\n' });
  expect(run).toMatchObject({ exitCode: 0, printed: '5 packages: 0 errors, 1 warning\n', problems: [{ code: 'COS_RESOLVE_NO_VALUE', severity: 'warning' }] });
});

test('--json prints the problems for programs', async () => {
  const run = await validate({ ...tree, ...broken }, { json: true });
  expect([run.exitCode, run.text]).toEqual([2, '']);
  expect(JSON.parse(run.printed)).toMatchObject({ packages: 7, problems: [{ code: 'COS_RESOLVE_RENDER_FAILED', severity: 'error', place: { line: 3 } }], notes: [] });
});

test('values that cannot be read are told with the problems of the tree', async () => {
  const run = await validate({ ...tree, ...broken, 'values.yaml': '- a list\n' });
  expect(run.problems.map(({ code }) => code)).toContain('COS_RESOLVE_WRONG_TYPE');
});

test('with a config its derivatives are checked, and a problem of one says so', async () => {
  await using workspace = await createWorkspace({ ...tree, 'packages/base/build.yaml': 'image: base\nsteps:\n- {{ .Values.word.deep }}\n' });
  const of = (name: string, word: unknown) => defineDerivative({ name, from: defineDistribution({ name, values: { word }, platforms: {} }), platforms: ['linux/amd64'], trees: ['packages'] });
  const config = defineConfig({ plugins: [resolve()], derivatives: [of('good', { deep: 'x' }), of('bad', 'text')], targets: {} });
  const run = await runCommand(resolve(), 'validate', { workspace: workspace.path, config });
  expect(run.exitCode).toBe(2);
  expect(run.problems).toMatchObject([{ code: 'COS_RESOLVE_RENDER_FAILED', notes: [{ message: 'with the values of bad on linux/amd64' }] }]);
  const tags = await runCommand(resolve(), 'tags', { workspace: workspace.path, config });
  expect(tags.printed.split('\n').filter((line) => line.startsWith('#'))).toEqual(['# good linux/amd64', '# bad linux/amd64']);
});
