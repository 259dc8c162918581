import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { resolve, type PackageEntry, type ResolvedTree } from '../../src/index.ts';

const definition = (name: string, version = '1.0') => `category: t\nname: ${name}\nversion: "${version}"\n`;
const from = defineDistribution({ name: 'p', values: {}, platforms: {} });

interface Request {
  readonly env?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** The environment of the process. */
  readonly variables?: Readonly<Record<string, string>>;
}

function envOf(entry: PackageEntry | undefined): unknown {
  return entry?.declared === undefined ? entry?.env : 'declared';
}

/** What the planner answers to a target, and the plan. */
async function planTrees(files: Readonly<Record<string, string>>, { env = [], options = {}, variables = {} }: Request = {}) {
  await using workspace = await createWorkspace(files);
  let tree: ResolvedTree | undefined;
  const config = defineConfig({
    plugins: [resolve({ env: [...env] })],
    derivatives: [defineDerivative({ name: 'sample', from, platforms: ['linux/amd64'], trees: [] })],
    targets: {
      look: {
        description: 'look at the trees',
        async plan({ use }) {
          tree = await use.resolve.packages({ trees: ['packages'], targets: 'all', values: {}, ...options });
          return [];
        },
      },
    },
  }) as unknown as AnyConfig;
  const { plan, text } = await planConfig(config, { workspace: workspace.path, env: variables });
  return { tree, plan, text };
}

describe('variables of the environment', () => {
  const files = {
    'packages/a/definition.yaml': definition('a'),
    'packages/a/build.yaml': 'image: base\nsteps:\n- echo {{ env "COLOUR" }}\n',
    'packages/b/definition.yaml': definition('b'),
    'packages/b/build.yaml': 'image: base\nsteps:\n- echo b\n',
  };

  test('a declared one is seen; the answer says who asks for it, the plan that it counts', async () => {
    const green = await planTrees(files, { env: ['COLOUR', 'OTHER'], variables: { COLOUR: 'green', HOME: '/root' } });
    expect(green.text).toBe('');
    expect(green.tree?.packages.map((one) => [one.name, envOf(one)])).toEqual([['a', { COLOUR: 'green' }], ['b', {}]]);
    expect(green.plan?.env).toEqual({ COLOUR: 'green', OTHER: null });
    const blue = await planTrees(files, { env: ['COLOUR', 'OTHER'], variables: { COLOUR: 'blue' } });
    expect(blue.plan).not.toEqual(green.plan);
  });

  test('one that is not declared is empty, whatever the process has; a warning names it', async () => {
    const { text, tree, plan } = await planTrees(files, { variables: { COLOUR: 'green' } });
    expect(text).toMatchInlineSnapshot(`
      "warning COS_RESOLVE_UNDECLARED_VARIABLE: the template asks for the variable "COLOUR", which is not declared and reads as empty
        at packages/a/build.yaml:3:16
            1 | image: base
            2 | steps:
          > 3 | - echo {{ env "COLOUR" }}
              |                ^^^^^^
        hint: declare it, or give what it holds as a value"
    `);
    expect(envOf(tree?.packages[0])).toEqual({});
    expect(plan?.env).toEqual({});
  });

  test('a name that is none is refused with the options of the plugin', async () => {
    expect((await planTrees(files, { env: ['A=B'] })).text).toContain('COS_PLUGIN_OPTIONS');
  });
});

describe('reference trees', () => {
  const files = {
    'upstream/packages/base/definition.yaml': definition('base'),
    'upstream/packages/base/build.yaml': 'image: upstream\nsteps:\n- echo\n',
    'upstream/packages/unused/definition.yaml': definition('unused'),
    'packages/os/definition.yaml': definition('os'),
    'packages/os/build.yaml': 'requires:\n- {category: t, name: base, version: ">=0"}\nsteps:\n- echo\n',
  };
  const options = { referenceTrees: ['upstream/packages'] };

  test('have what the own trees require; what nothing requires is left alone', async () => {
    const { tree, text } = await planTrees(files, { options });
    expect(text).toBe('');
    expect(tree?.packages.map(({ id, role, folder }) => [id, role, folder])).toEqual([
      ['t/base@1.0', 'parent', 'upstream/packages/base'],
      ['t/os@1.0', 'target', 'packages/os'],
    ]);
    expect(tree?.referenceTrees).toEqual(['upstream/packages']);
  });

  test('lose against the own trees', async () => {
    const own = { 'packages/base/definition.yaml': definition('base'), 'packages/base/build.yaml': 'image: mine\nsteps:\n- echo\n' };
    const { tree } = await planTrees({ ...files, ...own }, { options });
    expect(tree?.packages.find(({ name }) => name === 'base')?.folder).toBe('packages/base');
    expect(tree?.images.find(({ fingerprintName }) => fingerprintName === 'base-t-1.0')?.base).toEqual({ kind: 'reference', reference: 'mine' });
  });
});

describe('.luet.yaml', () => {
  const tree = { 'packages/a/definition.yaml': definition('a'), 'packages/a/build.yaml': 'image: base\nsteps:\n- echo\n' };
  const source = (name: string) => `repositories:\n- {name: ${name}, type: docker, enable: true, priority: 1, urls: ["quay.io/${name}"]}\n`;

  test('beside a tree, or in it, says which repositories it builds on', async () => {
    const files = { ...tree, '.luet.yaml': source('cos'), 'packages/.luet.yaml': source('inner'), 'up(1)/.luet.yaml': source('up'), 'up(1)/tree/b/definition.yaml': definition('b') };
    const found = await planTrees(files, { options: { referenceTrees: ['up(1)/tree'] } });
    expect(found.text).toBe('');
    expect(found.tree?.repositories).toMatchObject([
      { name: 'cos', type: 'docker', enable: true, priority: 1, urls: ['quay.io/cos'], at: { file: '.luet.yaml', line: 2 } },
      { name: 'inner' },
      { name: 'up', urls: ['quay.io/up'], at: { file: 'up(1)/.luet.yaml' } },
    ]);
    expect(found.plan?.reads).toContain('.luet.yaml');
  });

  test('is not needed', async () => {
    expect(await planTrees(tree)).toMatchObject({ text: '', tree: { repositories: [] } });
  });

  test('that is wrong stops planning at its line', async () => {
    const { text, plan } = await planTrees({ ...tree, '.luet.yaml': 'repositories:\n- name: cos\n  type: dokcer\n  url: [x]\n  urls: [x]\n' });
    expect(plan).toBeUndefined();
    expect(text).toMatchInlineSnapshot(`
      "warning COS_RESOLVE_UNKNOWN_KEY: unknown key "url" in repositories[0]
        at .luet.yaml:4:3
            2 | - name: cos
            3 |   type: dokcer
          > 4 |   url: [x]
              |   ^^^
            5 |   urls: [x]
        hint: did you mean "urls"?

      error COS_RESOLVE_BAD_FORMAT: repositories[0] is of no known type, expected disk, http or docker, found "dokcer"
        at .luet.yaml:3:9
            1 | repositories:
            2 | - name: cos
          > 3 |   type: dokcer
              |         ^^^^^^
            4 |   url: [x]"
    `);
  });
});

test('what a build cannot do as a recipe means it is told: addresses to download from, and sub-packages of equal names', async () => {
  const { plan, text } = await planTrees({
    'packages/p/definition.yaml': definition('p'),
    'packages/p/build.yaml': 'image: x\nretrieve: ["*.tar", "https://example.org/x.tar"]\nsteps: [make]\nsubpackages:\n- {category: t, name: q-doc, version: "1.0"}\n',
    'packages/q/definition.yaml': definition('q'),
    'packages/q/build.yaml': 'image: x\nsteps: [make]\nsubpackages:\n- {category: t, name: q-doc, version: "1.0", includes: [/usr/share/doc]}\n- {category: t, name: p, version: "1.0"}\n',
  });
  expect(plan).toBeUndefined();
  expect(text.split('\n').filter((line) => /^(?:error|warning| {2}at)/.test(line))).toEqual([
    'error COS_RESOLVE_BAD_PATH: retrieve[1] of t/p@1.0 is an address, "https://example.org/x.tar": what a server has today is no part of a build.',
    '  at packages/p/build.yaml:2:21',
    'error COS_RESOLVE_DUPLICATE_PACKAGE: Expected a name of its own for the sub-package t/q-doc@1.0 of t/q@1.0; t/p@1.0 has one.',
    '  at packages/q/build.yaml:4:3',
    'error COS_RESOLVE_DUPLICATE_PACKAGE: Expected a name of its own for the sub-package t/p@1.0 of t/q@1.0; t/p@1.0 is a package of the trees.',
    '  at packages/q/build.yaml:5:3',
  ]);
});
