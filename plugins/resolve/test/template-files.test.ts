import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../src/index.ts';

const from = defineDistribution({ name: 'p', values: {}, platforms: {} });

/** Plans a tree with one package; answers its template files and the messages. */
async function planTemplates(templates: string) {
  await using workspace = await createWorkspace({ 'packages/a/definition.yaml': `category: t\nname: a\nversion: "1.0"\n${templates}`, 'packages/a/build.yaml': 'image: base\nsteps:\n- true\n' });
  let files: readonly string[] | undefined;
  const config = defineConfig({
    plugins: [resolve()],
    derivatives: [defineDerivative({ name: 'sample', from, platforms: ['linux/amd64'], trees: [] })],
    targets: {
      look: {
        description: 'look at the trees',
        async plan({ use }) {
          const [entry] = (await use.resolve.packages({ trees: ['packages'], targets: 'all', values: {} })).packages;
          files = entry?.declared === undefined ? entry?.templates : undefined;
          return [];
        },
      },
    },
  }) as unknown as AnyConfig;
  const { plan, text } = await planConfig(config, { workspace: workspace.path });
  return { files, text, isPlanned: plan !== undefined };
}

test('the files that a definition lists are rendered before the build', async () => {
  expect(await planTemplates('templates: [os-release, etc/motd]\n')).toEqual({ files: ['os-release', 'etc/motd'], text: '', isPlanned: true });
  expect(await planTemplates('')).toEqual({ files: [], text: '', isPlanned: true });
});

test('something else than a list is told, because it has no effect', async () => {
  const { files, text, isPlanned } = await planTemplates('templates: os-release\n');
  expect([files, isPlanned]).toEqual([[], true]);
  expect(text).toMatchInlineSnapshot(`
    "warning COS_RESOLVE_WRONG_TYPE: "templates" of t/a@1.0 is no list of file names: no file is rendered before the build.
      at packages/a/definition.yaml:4:1
          2 | name: a
          3 | version: "1.0"
        > 4 | templates: os-release
            | ^^^^^^^^^
      hint: Write a list, also for one file: templates: [os-release]"
  `);
});

test('files outside of the package are refused where they are listed', async () => {
  const { text, isPlanned } = await planTemplates('templates:\n- ok\n- ../../secret\n- /etc/passwd\n');
  expect(isPlanned).toBe(false);
  expect(text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_BAD_PATH: "templates" of t/a@1.0 names "../../secret": expected a file below the folder of the package.
      at packages/a/definition.yaml:6:3
          4 | templates:
          5 | - ok
        > 6 | - ../../secret
            |   ^^^^^^^^^^^^
          7 | - /etc/passwd

    error COS_RESOLVE_BAD_PATH: "templates" of t/a@1.0 names "/etc/passwd": expected a file below the folder of the package.
      at packages/a/definition.yaml:7:3
          5 | - ok
          6 | - ../../secret
        > 7 | - /etc/passwd
            |   ^^^^^^^^^^^"
  `);
});
