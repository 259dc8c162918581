import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, runCommand, type AnyConfig } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { definePackage, resolve, type PackageDeclaration, type ResolvedTree } from '../src/index.ts';

const preset = defineDistribution({ name: 'preset', values: { image: 'base:1', kernel: 'default' }, platforms: { 'linux/amd64': {}, 'linux/arm64': { kernel: 'arm' } } });

const base = definePackage({ category: 'system', name: 'base', version: '1.0', image: 'base:1', unpack: true });
const tool = definePackage<typeof preset>(({ values, platform }) => ({ category: 'app', name: 'tool', version: '1.0', requires: [base], env: [`PLATFORM=${platform}`], steps: [`echo ${values.kernel}`], description: 'A tool', context: 'files/tool' }));

const files = {
  'packages/lib/definition.yaml': 'category: app\nname: lib\nversion: "1.0"\n',
  'packages/lib/build.yaml': 'requires:\n- {category: app, name: tool, version: ">=1.0"}\nsteps:\n- make lib\n',
  'files/tool/tool.sh': 'echo tool\n',
};

function configOf(packages: readonly PackageDeclaration<(typeof preset)['values']>[], plan: (tree: ResolvedTree) => void = () => undefined) {
  return defineConfig({
    plugins: [resolve()],
    derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: ['packages'], packages })],
    targets: {
      look: {
        description: 'look at the packages',
        async plan({ use, packages: declared, derivative }) {
          plan(await use.resolve.packages({ trees: [...derivative.trees], packages: [...declared], targets: 'all', values: {} }));
          return [];
        },
      },
    },
  }) as unknown as AnyConfig;
}

async function planned(packages: readonly PackageDeclaration<(typeof preset)['values']>[], over: Readonly<Record<string, string>> = {}, set: readonly string[] = []) {
  await using workspace = await createWorkspace({ ...files, ...over });
  let tree: ResolvedTree | undefined;
  const { text } = await planConfig(configOf(packages, (answer) => (tree = answer)), { workspace: workspace.path, set });
  return { tree, text: text.replaceAll(/(?<=at )\S*define-package\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, '<test>') };
}

async function command(name: string, args: Readonly<Record<string, unknown>>, packages = [base, tool], over: Readonly<Record<string, string>> = {}) {
  await using workspace = await createWorkspace({ ...files, ...over });
  return await runCommand(resolve(), name, { workspace: workspace.path, args, config: configOf(packages) });
}

describe('packages that a config declares', () => {
  test('stand in one graph with those of trees, in both directions', async () => {
    const { tree, text } = await planned([base, tool]);
    expect(text).toBe('');
    expect(tree?.packages.map(({ id, kind }) => [id, kind])).toEqual([['system/base@1.0', 'image'], ['app/tool@1.0', 'requires'], ['app/lib@1.0', 'requires']]);
    expect(tree?.images.map(({ base: below }) => below.kind)).toEqual(['reference', 'image', 'image']);
    expect(tree?.packages.map(({ declared, folder }) => [declared, folder])).toEqual([
      [{ category: 'system', name: 'base', version: '1.0', image: 'base:1', requires: [], unpack: true }, undefined],
      [{ category: 'app', name: 'tool', version: '1.0', requires: [{ category: 'system', name: 'base', version: '1.0' }], env: ['PLATFORM=linux/amd64'], steps: ['echo default'], description: 'A tool' }, 'files/tool'],
      [undefined, 'packages/lib'],
    ]);
  });

  test('see the values with all that overlays them', async () => {
    const { tree } = await planned([base, tool], {}, ['kernel=rt']);
    expect(tree?.packages[1]?.declared).toMatchObject({ steps: ['echo rt'] });
  });

  test('may name each other though both are functions', async () => {
    const left: PackageDeclaration = definePackage(() => ({ category: 't', name: 'left', version: '1', runtime: { requires: [right] } }));
    const right: PackageDeclaration = definePackage(() => ({ category: 't', name: 'right', version: '2', image: 'x', copy: [{ package: base, source: '/a', destination: '/b' }], runtime: { requires: [left] } }));
    const made = right.make({ values: {}, platform: 'linux/amd64', derivative: { name: 'd', version: '1' } });
    expect(made).toMatchObject({ copy: [{ package: { category: 'system', name: 'base', version: '1.0' }, source: '/a' }], runtime: { requires: [{ category: 't', name: 'left', version: '1' }] } });
  });

  test('are wrong at the line of the config that declares them, with the field', async () => {
    const wrong = definePackage({ category: 'app', name: 'wrong', version: '1.0', requires: ['system/bse', base], includes: ['('], steps: ['make', 5 as unknown as string], step: [] } as never);
    expect((await planned([base, tool, wrong])).text).toMatchInlineSnapshot(`
      "error COS_RESOLVE_UNKNOWN_KEY: unknown field "step" in a package, found "step"
        at <test>
        note: app/wrong@1.0 is declared here, and the field is step
        hint: did you mean "steps"?

      error COS_RESOLVE_WRONG_TYPE: steps[1] must be text, found "number 5"
        at <test>
        note: app/wrong@1.0 is declared here, and the field is steps[1]

      error COS_RESOLVE_BAD_PATTERN: includes[0] is no regular expression: missing closing ): \`(\`, expected RE2 syntax, found "("
        at <test>
        note: app/wrong@1.0 is declared here, and the field is includes[0]
        hint: RE2 has no look-around and no back-references; write a literal . + * ? ( ) [ { | as \\. and so on

      error COS_RESOLVE_UNKNOWN_PACKAGE: no package system/bse in the trees (required by app/wrong@1.0)
        at <test>
        note: app/wrong@1.0 is declared here, and the field is requires[0]
        hint: did you mean system/base?"
    `);
    expect(wrong.declaredAt).toMatch(/define-package\.test\.ts:\d+:19$/);
  });

  test('win over a package of a tree, which is no more than a note', async () => {
    const own = definePackage({ category: 'app', name: 'lib', version: '1.0', requires: [tool], steps: ['make own'] });
    const { tree, text } = await planned([base, tool, own]);
    expect(text).toBe('');
    expect(tree?.packages.map(({ id, declared }) => [id, declared !== undefined])).toEqual([['system/base@1.0', true], ['app/tool@1.0', true], ['app/lib@1.0', true]]);
    const { logged } = await command('validate', {}, [base, tool, own]);
    expect(logged.join('\n').replaceAll(/[^\s[]*\/(?=define-package|packages)/g, '').replaceAll(/:\d+:\d+/g, '')).toBe('note: define-package.test.ts (app/lib@1.0): LUET_DUPLICATE_PACKAGE: lib-app-1.0 is defined twice; this one, loaded later, wins\n  also defined here [packages/lib/definition.yaml]');
  });

  test('cannot be planned without a folder that they name', async () => {
    const { text } = await planned([base, definePackage({ category: 'app', name: 'x', version: '1.0', requires: [base], context: 'gone' })]);
    expect(text).toContain('COS_RESOLVE_READ_FAILED: the folder of the context cannot be read');
    expect(text).toContain('note: app/x@1.0 is declared here, and the field is context');
  });
});

describe('commands about packages', () => {
  test('list them', async () => {
    expect((await command('packages', {})).printed).toBe('app/lib@1.0\napp/tool@1.0     A tool\nsystem/base@1.0\n');
    expect((await command('packages', { revdeps: ['system/base'] })).printed).toBe('app/lib@1.0   needs app/tool@>=1.0\napp/tool@1.0  needs system/base@1.0\n');
    const { packages } = JSON.parse((await command('packages', { json: true })).printed) as { packages: readonly Record<string, unknown>[] };
    expect(packages.map(({ name, path, file }) => [name, path, String(file).split('/').at(-1)])).toEqual([['lib', 'packages/lib', 'definition.yaml'], ['tool', 'files/tool', 'define-package.test.ts'], ['base', undefined, 'define-package.test.ts']]);
  });

  test('print their recipes as luet would read them', async () => {
    const { printed, text } = await command('render', { packages: ['app/tool'], part: 'recipe' });
    expect(text).toBe('');
    expect(printed.replace(/, \S*\/define-package/, ', define-package')).toMatchInlineSnapshot(`
      "### recipe of app/tool@1.0, define-package.test.ts
      requires:
      - category: system
        name: base
        version: '1.0'
      env:
      - PLATFORM=linux/amd64
      steps:
      - echo default

      "
    `);
  });

  test('print their tags, which are those of the folder that luet would read', async () => {
    const { printed, text } = await command('tags', { all: true });
    expect(text).toBe('');
    const folder = {
      'packages/base/definition.yaml': 'category: system\nconflicts: []\nid: 0\nname: base\nrequires: []\nversion: \'1.0\'\n',
      'packages/base/build.yaml': 'image: base:1\nunpack: true\n',
    };
    expect((await command('tags', { packages: ['system/base'] }, [], folder)).printed).toBe(printed.split('\n').filter((line) => line.startsWith('system/base')).join('\n') + '\n');
    const other = await command('tags', { packages: ['app/tool'] }, [base, tool], { 'files/tool/tool.sh': 'echo other\n' });
    expect(other.printed.split('\n')[1]).toMatch(/^app\/tool-1\.0 [0-9a-f]{64}$/);
    expect(printed).not.toContain(other.printed.split('\n')[1]);
  });

  test('check them', async () => {
    expect(await command('validate', {})).toMatchObject({ exitCode: 0, printed: '3 packages: no problems\n' });
    const lost = await command('validate', {}, [tool]);
    expect(lost).toMatchObject({ exitCode: 2 });
    expect(lost.text).toContain('no package system/base in the trees');
  });
});
