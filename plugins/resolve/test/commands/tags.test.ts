import { createWorkspace, runCommand } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../../src/index.ts';
import { args, broken, tree } from './trees.ts';


async function tags(files: Readonly<Record<string, string>>, given: Readonly<Record<string, unknown>>) {
  await using workspace = await createWorkspace(files);
  return await runCommand(resolve(), 'tags', { workspace: workspace.path, args: given });
}

test('for named packages the images of their chains are printed, each once', async () => {
  const { exitCode, printed, text } = await tags(tree, { ...args, packages: ['app/tool', 'app/lib@<1.10'] });
  expect([exitCode, text]).toEqual([0, '']);
  expect(printed.split('\n').map((line) => line.split(' ')[0])).toEqual(['system/base-1.0', 'app/lib-1.10', 'app/tool-1.0', 'app/lib-1.9', '']);
  expect(printed).toMatch(/^(?:\S+ [0-9a-f]{64}\n){4}$/);
});

test('with --all, or without a name, every package is printed with the tag that it has for itself', async () => {
  const all = await tags(tree, { ...args, all: true });
  expect(all.printed.split('\n').map((line) => line.split(' ')[0])).toEqual(['app/lib-1.9', 'app/lib-1.10', 'app/tool-1.0', 'system/base-1.0', 'system/os-1.0', '']);
  expect((await tags(tree, args)).printed).toBe(all.printed);
});

test('--format chain prints each target and the images that it stands on', async () => {
  const { printed } = await tags(tree, { ...args, packages: ['app/tool', 'system/os'], format: 'chain' });
  const lines = printed.split('\n').map((line) => (line.startsWith('@') ? line : line.split(' ')[0]));
  expect(lines).toEqual(['@ app/tool', 'system/base-1.0', 'app/lib-1.10', 'app/tool-1.0', '@ system/os', 'system/os-1.0', '']);
});

test('--format json adds the tags of builder images and of what is put together', async () => {
  const { printed } = await tags(tree, { ...args, packages: ['system/os'], format: 'json' });
  expect(JSON.parse(printed)).toEqual([{ category: 'system', name: 'os', version: '1.0', tag: expect.stringMatching(/^[0-9a-f]{64}$/), builderTag: expect.stringMatching(/^builder-[0-9a-f]{32}$/), joinTag: expect.stringMatching(/^[0-9a-f]{32}$/), chain: [{ package: 'system/os-1.0', tag: expect.any(String) }] }]);
});

test('selectors of the command line mean what they mean to luet', async () => {
  const first = async (selector: string, more = {}) => (await tags(tree, { ...args, packages: [selector], format: 'chain', ...more })).printed.split('\n').at(-2)?.split(' ')[0];
  expect(await first('app/lib')).toBe('app/lib-1.10');
  expect(await first('app/lib@1.9')).toBe('app/lib-1.9');
  expect(await first('=app/lib-1.9')).toBe('app/lib-1.9');
  expect(await first('<app/lib-1.10')).toBe('app/lib-1.9');
  expect(await first('app/lib@>=1.9,<1.10')).toBe('app/lib-1.9');
  expect(await tags(tree, { ...args, packages: ['lib'] })).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_RESOLVE_UNKNOWN_PACKAGE' }] });
  expect(await tags(tree, { ...args, packages: ['=lib'] })).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_RESOLVE_BAD_ATOM' }] });
});

test('old luet matches versions otherwise', async () => {
  const files = {
    'p/a/definition.yaml': 'category: t\nname: a\nversion: "1.0-1"\n',
    'p/a/build.yaml': 'image: x\nsteps: [a]\n',
  };
  expect(await tags(files, { tree: ['p'], packages: ['t/a@>=1.0'] })).toMatchObject({ exitCode: 0 });
  expect(await tags(files, { tree: ['p'], packages: ['t/a@>=1.0'], versions: 'legacy' })).toMatchObject({ exitCode: 2 });
});

test('empty values override, unless luet\'s rule is asked for', async () => {
  const files = { ...tree, 'packages/base/definition.yaml': `${tree['packages/base/definition.yaml']}word: moin\n`, 'empty.yaml': 'image: base:1\nword: ""\n', 'moin.yaml': 'image: base:1\nword: moin\n' };
  const tag = async (values: string, valuesMerge: string) => (await tags(files, { ...args, values: [values], valuesMerge, packages: ['system/base'] })).printed;
  expect(await tag('empty.yaml', 'luet')).toBe(await tag('moin.yaml', 'presence'));
  expect(await tag('empty.yaml', 'presence')).not.toBe(await tag('moin.yaml', 'presence'));
});

test('the engine before 2022 prints nothing for a value that is not there', async () => {
  const files = { 'p/a/definition.yaml': 'category: t\nname: a\nversion: "1.0"\n', 'p/a/build.yaml': 'image: x\nsteps:\n- echo "{{ .Values.nothing }}"\n' };
  const plain = { ...files, 'p/a/build.yaml': 'image: x\nsteps:\n- echo ""\n' };
  const recipeOf = async (of: Readonly<Record<string, string>>, engine: string) => {
    await using workspace = await createWorkspace(of);
    return JSON.parse((await runCommand(resolve(), 'render', { workspace: workspace.path, args: { tree: ['p'], packages: ['t/a'], json: true, engine } })).printed)[0].recipe;
  };
  expect(await recipeOf(files, 'helm')).toBe(await recipeOf(plain, 'luet'));
  expect(await recipeOf(files, 'luet')).toContain('<no value>');
});

test('what stands on a broken package has no tag, everything else has', async () => {
  const run = await tags({ ...tree, ...broken }, { ...args, all: true });
  expect(run.exitCode).toBe(2);
  expect(run.problems.map(({ code }) => code)).toEqual(['COS_RESOLVE_RENDER_FAILED']);
  expect(run.printed).toBe((await tags(tree, { ...args, all: true })).printed);
  expect(await tags({ ...tree, ...broken }, { ...args, packages: ['app/tool'] })).toMatchObject({ exitCode: 0, text: '' });
});

test('without a tree there is nothing to look at', async () => {
  const { exitCode, text } = await tags({}, {});
  expect(exitCode).toBe(2);
  expect(text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_NO_TREE: Expected a tree of packages: there is no config with derivatives, and no --tree.
      hint: Call it in the folder of a cos.config.ts, or name the tree: --tree packages --values values.yaml."
  `);
});

test('values that cannot be read stop the command, with the place', async () => {
  expect((await tags({ ...tree, 'values.yaml': 'image: a\nword: [\n' }, args)).text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_YAML_SYNTAX: the [ has no end
      at values.yaml:2:7
          1 | image: a
        > 2 | word: [
            |       ^
      note: the parser gives up here
      at values.yaml:3:1
          1 | image: a
          2 | word: [
        > 3 |
            | ^"
  `);
  expect(await tags(tree, { ...args, values: ['gone.yaml'] })).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_RESOLVE_READ_FAILED' }] });
});
