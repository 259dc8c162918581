import { expect, test } from 'vitest';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const target = `    t: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: 'echo > out' } }).out] },`;
const good = configText(target);

async function errorOf(files: Readonly<Record<string, string>>): Promise<string> {
  await using workspace = await createCosWorkspace({ 'shell.ts': shellPlugin, ...files });
  const { exitCode, stdout, stderr } = await workspace.cos('plan');
  expect([exitCode, stdout]).toEqual([2, '']);
  return stderr.replaceAll(workspace.path, '<workspace>');
}

test.each([
  ['calls process.exit()', 'process.exit(0);'],
  ['awaits what never comes', 'await new Promise(() => {});'],
])('a config that %s does not look like a run that went well', async (_, line) => {
  await using workspace = await createCosWorkspace({ 'cos.config.ts': `${line}\nexport default {};\n` });
  const { exitCode, stdout, stderr } = await workspace.cos('run', 'x', '--reporter', 'json');
  expect(exitCode).toBe(70);
  expect(stderr).toMatch(/^error COS_PLUGIN_ENDED_PROCESS: [^\n]*\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ type: 'summary', exitCode: 70 });
});

test('a config that cannot be read is not a missing one', async () => {
  await using workspace = await createCosWorkspace({ 'cos.config.ts/inside': 'a folder' });
  const { exitCode, stderr } = await workspace.cos('list');
  expect([exitCode, stderr.split('\n')[0]]).toEqual([2, `error COS_CONFIG_UNREADABLE: The config "${workspace.path}/cos.config.ts" is there, but cannot be read.`]);
});

test('a config in a package that `npm init` has made is loaded, and the warning says what to change', async () => {
  await using workspace = await createCosWorkspace({ 'cos.config.ts': configText('    t: { description: `x`, plan: () => [] },'), 'shell.ts': shellPlugin, 'package.json': '{ "name": "x", "type": "commonjs" }' });
  const { exitCode, stdout, stderr } = await workspace.cos('list');
  expect([exitCode, stdout.split('\n')[0]]).toEqual([0, 'Targets (cos run <target>)']);
  // Node has a warning of its own before it.
  expect(stderr.slice(stderr.indexOf('warning COS'))).toMatchInlineSnapshot(`
    "warning COS_CONFIG_FALLBACK: Node cannot load the config because the package.json beside it says that its files are no modules ("type": "commonjs"); a slower loader took over.
      at cos.config.ts
      hint: Set "type": "module" in package.json: npm pkg set type=module
    "
  `);
});

test('a config that ends in the middle names its last line', async () => {
  await using workspace = await createCosWorkspace({ 'cos.config.ts': 'export default {\n  plugins: [' });
  expect((await workspace.cos('list')).stderr).toMatchInlineSnapshot(`
    "error COS_CONFIG_SYNTAX: The config is not valid: Expression expected
      at cos.config.ts:2
          1 | export default {
        > 2 |   plugins: [
    "
  `);
});

test('no config', async () => {
  expect(await errorOf({})).toMatchInlineSnapshot(`
    "error COS_CONFIG_NOT_FOUND: Expected one of cos.config.ts, cos.config.mts, cos.config.js, cos.config.mjs in "<workspace>" or a folder above it; found none.
      hint: Change to the folder of your workspace, or write a cos.config.ts: docs/getting-started.md shows one of ten lines.
    "
  `);
});

test('TypeScript that does not parse', async () => {
  expect(await errorOf({ 'cos.config.ts': "import { shell } from './shell.ts';\n\nexport default {\n  plugins: [shell()\n};\n" })).toMatchInlineSnapshot(`
    "error COS_CONFIG_SYNTAX: The config is not valid: Expected ',', got '}'
      at cos.config.ts:5:1
          3 | export default {
          4 |   plugins: [shell()
        > 5 | };
            | ^
    "
  `);
});

test('JavaScript that does not parse', async () => {
  expect(await errorOf({ 'cos.config.mjs': 'const a = 1;\nconst b = = 2;\n' })).toMatchInlineSnapshot(`
    "error COS_CONFIG_SYNTAX: The config is not valid: Unexpected token '='
      at cos.config.mjs:2:11
          1 | const a = 1;
        > 2 | const b = = 2;
            |           ^
    "
  `);
});

test('an import of a package that is not there', async () => {
  expect(await errorOf({ 'cos.config.ts': `import { nothing } from '@cos/plugin-nothing';\n${good.replace('shell()', 'shell(), nothing()')}` })).toMatchInlineSnapshot(`
    "error COS_CONFIG_IMPORT: Expected the module "@cos/plugin-nothing", which the config imports; it is not there.
      at cos.config.ts:1:26
        > 1 | import { nothing } from '@cos/plugin-nothing';
            |                          ^^^^^^^^^^^^^^^^^^^
          2 | import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
      hint: Install it: npm install @cos/plugin-nothing
    "
  `);
});

test('an import of a file that is not there', async () => {
  expect(await errorOf({ 'cos.config.ts': `import './gone.ts';\n${good}` })).toMatchInlineSnapshot(`
    "error COS_CONFIG_IMPORT: Expected the module "./gone.ts", which the config imports; it is not there.
      at cos.config.ts:1:9
        > 1 | import './gone.ts';
            |         ^^^^^^^^^
          2 | import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
      hint: Check the path; relative imports carry their extension: "./targets.ts".
    "
  `);
});

test('an import of a name that is not exported', async () => {
  expect(await errorOf({ 'cos.config.ts': good.replace('{ shell }', '{ shell, shelll }').replace('plugins: [', 'plugins: [shelll(), ') })).toMatchInlineSnapshot(`
    "error COS_CONFIG_IMPORT: The requested module './shell.ts' does not provide an export named 'shelll'.
      at cos.config.ts:2:17
          1 | import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
        > 2 | import { shell, shelll } from './shell.ts';
            |                 ^^^^^^
      hint: Check the name, and write \`import type\` for types.
    "
  `);
});

test('a config that throws, in a file that it imports', async () => {
  expect(await errorOf({ 'cos.config.ts': `import './more.ts';\n${good}`, 'more.ts': 'const missing = process.env["NOT_SET_AT_ALL"];\nif (missing === undefined) throw new Error("NOT_SET_AT_ALL is not set");\n' })).toMatchInlineSnapshot(`
    "error COS_CONFIG_THREW: The config threw while it was loaded: Error: NOT_SET_AT_ALL is not set
      at more.ts:2:34
          1 | const missing = process.env["NOT_SET_AT_ALL"];
        > 2 | if (missing === undefined) throw new Error("NOT_SET_AT_ALL is not set");
            |                                  ^
    "
  `);
});

test('no default export', async () => {
  expect(await errorOf({ 'cos.config.ts': 'export const config = {};\n' })).toMatchInlineSnapshot(`
    "error COS_CONFIG_NO_DEFAULT: Expected a default export made by defineConfig({...}); found no default export.
      at cos.config.ts
      hint: Write \`export default defineConfig({ plugins, derivatives, targets })\`.
    "
  `);
});

test('a wrong plugin option points at the line of the config', async () => {
  expect(await errorOf({ 'cos.config.ts': good.replace('shell()', "shell({ level: 'middle', levle: 1 })") })).toMatchInlineSnapshot(`
    "error COS_PLUGIN_OPTIONS: Option "level" of plugin "shell": expected one of "low", "high"; found "middle".
      at cos.config.ts:7:13
          5 |
          6 | export default defineConfig({
        > 7 |   plugins: [shell({ level: 'middle', levle: 1 })],
            |             ^
          8 |   derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] })],

    error COS_PLUGIN_OPTIONS: The options of plugin "shell" have an unknown key "levle".
      at cos.config.ts:7:13
          5 |
          6 | export default defineConfig({
        > 7 |   plugins: [shell({ level: 'middle', levle: 1 })],
            |             ^
          8 |   derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] })],
      hint: Did you mean "level"?
    "
  `);
});

test('TypeScript that is more than types is loaded by a slower loader, with a warning', async () => {
  await using workspace = await createCosWorkspace({ 'shell.ts': shellPlugin, 'cos.config.ts': `enum Level { Low = 'low' }\n${good.replace('shell()', 'shell({ level: Level.Low })')}` });
  const { exitCode, stdout, stderr } = await workspace.cos('plan');
  expect(stderr.replaceAll(workspace.path, '<workspace>')).toMatchInlineSnapshot(`
    "warning COS_CONFIG_FALLBACK: Node cannot load the config because it uses syntax that is more than types (enum, namespace, parameter property); a slower loader took over.
      at cos.config.ts
      hint: Set "erasableSyntaxOnly" and "verbatimModuleSyntax" in your tsconfig.json to see such places in the editor.
    "
  `);
  expect([exitCode, stdout]).toEqual([0, 'Tasks (1)\n  shell.run#a\n']);
});

test('what the slower loader trips over is shown with why it was needed', async () => {
  expect(await errorOf({ 'cos.config.ts': `enum Level { Low = 'low' }\n${good.replace('shell()', 'shell({ level: Level.Low.toFixed() })')}` })).toMatchInlineSnapshot(`
    "error COS_CONFIG_THREW: The config threw while it was loaded: TypeError: Level.Low.toFixed is not a function
      at cos.config.ts:8:50
          6 |
          7 | export default defineConfig({
        > 8 |   plugins: [shell({ level: Level.Low.toFixed() })],
            |                                                  ^
          9 |   derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] })],
      note: Node itself cannot load the config: The config is not valid: TypeScript enum is not supported in strip-only mode
      at cos.config.ts:1:1
        > 1 | enum Level { Low = 'low' }
            | ^^^^^^^^^^^^^^^^^^^^^^^^^^
          2 | import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
    "
  `);
});

test('imports without extension are loaded by it too', async () => {
  await using workspace = await createCosWorkspace({ 'shell.ts': shellPlugin, 'cos.config.ts': good.replace('./shell.ts', './shell') });
  const { exitCode, stderr } = await workspace.cos('plan');
  expect([exitCode, stderr.split('\n')[0]]).toEqual([0, 'warning COS_CONFIG_FALLBACK: Node cannot load the config because it imports a module by a path that Node does not resolve (write relative imports with their extension); a slower loader took over.']);
});

test('the names of the config file are tried in order', async () => {
  await using workspace = await createCosWorkspace({ 'shell.ts': shellPlugin, 'cos.config.ts': good, 'cos.config.js': 'throw new Error("not this one");' });
  expect((await workspace.cos('list')).exitCode).toBe(0);
});
