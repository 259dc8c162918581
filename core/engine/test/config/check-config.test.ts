import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load-config.ts';
import { printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import { defineDerivative, definePlugin, noOptions } from '../../src/index.ts';
import { configOf, preset } from '../rig/config.ts';
import { shell } from '../rig/shell.ts';

/** All messages of a config, without the lines of this file. */
async function problemsOf(config: unknown, request: { readonly derivatives?: readonly string[]; readonly platforms?: readonly string[] } = {}): Promise<string> {
  const loaded = await resolveConfig(config, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: request.derivatives ?? [], platforms: request.platforms ?? [] });
  // Diagnostics of this file's code lead to its lines, which move.
  return printDiagnostics(loaded.diagnostics, { workspace: '/nowhere', color: false }).replaceAll(/\n {2}at \S*(?:check-config\.test|rig\/\w+)\.ts:\d+:\d+(?:\n {4}.*)*/g, '\n  at <test>');
}

const good = configOf({});

test('a good config has no problems, and defaults are filled in', async () => {
  const loaded = await resolveConfig(good, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: [] });
  expect(loaded.diagnostics).toEqual([]);
  expect(loaded.config).toMatchObject({ outDir: 'build', cacheFolder: '.cos', sourceDateEpoch: 315_532_800, cacheMaxBytes: 20 * 1024 ** 3, resources: {}, workspace: '/nowhere' });
  expect(loaded.config?.variants[0]?.derivative).toMatchObject({ name: 'sample', version: '0.0.0' });
  expect(loaded.config?.variants[0]?.scope).toBeUndefined();
});

test('with more than one derivative or platform, variants have scopes', async () => {
  const derivatives = [defineDerivative({ name: 'one', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [] })];
  const loaded = await resolveConfig({ ...good, derivatives }, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: ['linux/arm64'] });
  expect(loaded.config?.variants.map(({ scope }) => scope)).toEqual(['one/arm64']);
});

test('no config at all', async () => {
  expect(await problemsOf(42)).toMatchInlineSnapshot(`
    "error COS_CONFIG_NO_DEFAULT: Expected a config made by defineConfig({...}) as default export; found 42.
      at cos.config.ts:1"
  `);
});

test('all problems of the shape are shown together', async () => {
  const config = {
    plugin: [],
    plugins: 'shell',
    derivatives: [{ name: 'a b', from: preset, platforms: ['linux/amd64'], trees: [] }, { name: 'x', from: undefined, platforms: ['linux/riscv64'], trees: ['../up'], tree: [] }],
    targets: { Build: { description: 'x', plan: () => [] }, other: { plan: 1 } },
    outDir: '../out',
    sourceDateEpoch: -1,
    resources: { engine: 0, cpu: 4 },
    cache: { folder: 'cache', maxByte: 1 },
  };
  expect(await problemsOf(config)).toMatchInlineSnapshot(`
    "error COS_CONFIG_UNKNOWN_FIELD: The config has an unknown field "plugin".
      at cos.config.ts:1
      hint: Did you mean "plugins"?

    error COS_CONFIG_PATH: Expected a folder below the workspace as "outDir"; found "../out".
      at cos.config.ts:1
      hint: Leave it out for "build".

    error COS_CONFIG_UNKNOWN_FIELD: "cache" of the config has an unknown field "maxByte".
      at cos.config.ts:1
      hint: Did you mean "maxBytes"?

    error COS_CONFIG_SHAPE: Expected a list of configured plugins as "plugins" of the config; found "shell".
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected at most 64 letters, digits, dots and dashes as "name" of derivatives.0; found "a b".
      at cos.config.ts:1

    error COS_CONFIG_UNKNOWN_FIELD: Derivative "x" has an unknown field "tree".
      at cos.config.ts:1
      hint: Did you mean "trees"?

    error COS_CONFIG_SHAPE: Expected a distribution or another derivative as "from" of derivative "x"; found nothing.
      at cos.config.ts:1
      hint: Import a preset, or make one with defineDistribution.

    error COS_CONFIG_SHAPE: Expected one of linux/amd64, linux/arm64 as "platforms.0" of derivative "x"; found "linux/riscv64".
      at cos.config.ts:1

    error COS_CONFIG_PATH: Expected paths below the workspace as "trees" of derivative "x"; found "../up".
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected lower-case letters, digits, dots and dashes as name of a target; found "Build".
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected an object with "description" and the function "plan" as "targets.other" of the config; found {"plan":1}.
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected a whole number from 0 to 4354819199 as "sourceDateEpoch" of the config; found -1.
      at cos.config.ts:1

    error COS_CONFIG_UNKNOWN_FIELD: No stage takes the resource "engine".
      at cos.config.ts:1
      hint: There are no resources.

    error COS_CONFIG_UNKNOWN_FIELD: No stage takes the resource "cpu".
      at cos.config.ts:1
      hint: What runs at once is bounded by --jobs.

    error COS_CONFIG_SHAPE: Expected a whole number of at least 1 as "resources.engine" of the config; found 0.
      at cos.config.ts:1"
  `);
});

test('output and cache folders that overlap', async () => {
  expect(await problemsOf({ ...good, outDir: 'out', cache: { folder: 'out/cache' } })).toMatchInlineSnapshot(`
    "error COS_CONFIG_PATH: Expected "outDir" and "cache.folder" to be apart; found "out" and "out/cache".
      at cos.config.ts:1"
  `);
});

test('trees of others lie in the workspace, too; by default there are none', async () => {
  const derivativeWith = (more: object) => [defineDerivative({ name: 'one', from: preset, platforms: ['linux/amd64'], trees: ['own/'], ...more })];
  const request = { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: [] };
  const treesOf = async (more: object) => (await resolveConfig({ ...good, derivatives: derivativeWith(more) }, '/nowhere/cos.config.ts', request)).config?.variants[0]?.derivative;
  expect(await treesOf({})).toMatchObject({ trees: ['own'], referenceTrees: [] });
  expect(await treesOf({ referenceTrees: ['./upstream/packages'] })).toMatchObject({ trees: ['own'], referenceTrees: ['upstream/packages'] });
  expect(await problemsOf({ ...good, derivatives: derivativeWith({ referenceTrees: ['/usr/share/trees'] }) })).toMatchInlineSnapshot(`
    "error COS_CONFIG_PATH: Expected paths below the workspace as "referenceTrees" of derivative "one"; found "/usr/share/trees".
      at <test>"
  `);
});

test('two derivatives of one name', async () => {
  const one = () => defineDerivative({ name: 'one', from: preset, platforms: ['linux/amd64'], trees: [] });
  expect(await problemsOf({ ...good, derivatives: [one(), one()] })).toMatchInlineSnapshot(`
    "error COS_CONFIG_DUPLICATE: Expected each derivative once; "one" is declared twice.
      at <test>
      note: first declared here
      at <test>"
  `);
});

describe('plugins', () => {
  test('one that was not called', async () => {
    expect(await problemsOf({ ...good, plugins: [shell] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_INVALID: Expected a configured plugin as plugins.0; found a function.
        at cos.config.ts:1
        hint: Call it: a plugin is a function of its options, iso() or iso({ ... })."
    `);
  });

  test('a wrong option, an unknown option, and one of the wrong type', async () => {
    expect(await problemsOf({ ...good, plugins: [shell({ level: 'middle' } as never)] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_OPTIONS: Option "level" of plugin "shell": expected one of "low", "high"; found "middle".
        at <test>"
    `);
    expect(await problemsOf({ ...good, plugins: [shell({ levle: 'low' } as never)] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_OPTIONS: The options of plugin "shell" have an unknown key "levle".
        at <test>
        hint: Did you mean "level"?"
    `);
    expect(await problemsOf({ ...good, plugins: [shell('low' as never)] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_OPTIONS: The options of plugin "shell": expected an object; found "low".
        at <test>"
    `);
  });

  test('the same twice', async () => {
    expect(await problemsOf({ ...good, plugins: [shell(), shell({ level: 'high' })] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_DUPLICATE: Expected each plugin once; "shell" stands twice in "plugins".
        at <test>
        note: first declared here
        at <test>
        hint: Remove one of them."
    `);
  });

  test('one for another version of the interface is refused before its options are read', async () => {
    const next = definePlugin({ name: 'next', apiVersion: 2 as 1, options: { '~standard': { version: 1, vendor: 'x', validate: () => { throw new Error('read'); } } } });
    expect(await problemsOf({ ...good, plugins: [next({})] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_API_VERSION: Expected a plugin for version 1 of the plugin interface; "next" is for version 2.
        at <test>
        hint: Install the version of the plugin that fits your @cos/core."
    `);
  });

  test('a definition that is not well formed', async () => {
    const bad = definePlugin({
      name: 'Bad',
      apiVersion: 1,
      options: noOptions,
      stages: { 'a.b': { description: 'x', version: 1, inputs: {}, outputs: {}, options: noOptions, cache: 'always' as 'never', run: () => Promise.resolve({}) } },
      commands: { run: { description: 'x', parameters: {}, handle: () => Promise.resolve() } },
    });
    expect(await problemsOf({ ...good, plugins: [bad()] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_INVALID: Expected lower-case letters, digits and dashes as name of a plugin; found "Bad".
        at <test>
        hint: This is a mistake in the plugin.

      error COS_PLUGIN_INVALID: Expected letters, digits and dashes as name of a stage; found "a.b" in plugin "Bad".
        at <test>
        hint: This is a mistake in the plugin.

      error COS_PLUGIN_INVALID: Expected "content" or "never" as "cache" of stage "a.b" of plugin "Bad"; found "always".
        at <test>
        hint: This is a mistake in the plugin.

      error COS_PLUGIN_DUPLICATE: Plugin "Bad" brings the command "run", which the engine has already.
        at <test>
        hint: Remove one of the plugins."
    `);
  });

  test('a schema that throws is a mistake of the plugin', async () => {
    const broken = definePlugin({ name: 'broken', apiVersion: 1, options: { '~standard': { version: 1, vendor: 'x', validate: () => { throw new TypeError('boom'); } } } });
    expect(await problemsOf({ ...good, plugins: [broken({})] })).toMatchInlineSnapshot(`
      "error COS_PLUGIN_THREW: The schema of the options of plugin "broken" threw: boom.
        at <test>
        hint: This is a mistake in the plugin."
    `);
  });
});

test('parameters that no command line can be read by', async () => {
  const plan = () => [];
  const targets = {
    build: { description: 'x', plan, params: { jobs: { type: 'integer', description: 'x' }, 'a-b': { type: 'text', description: 'x' }, kind: { type: 'choice', choices: ['a'], default: 'b', description: 'x' }, all: { type: 'list', positional: true, description: 'x' }, more: { type: 'text', positional: true, description: 'x' }, size: { type: 'number', description: 'x' } } },
  };
  expect(await problemsOf({ ...good, targets })).toMatchInlineSnapshot(`
    "error COS_CONFIG_PARAMETER: The flag --jobs of parameter "jobs" of target "build" is a flag of cos: choose another name.
      at cos.config.ts:1

    error COS_CONFIG_PARAMETER: Expected letters and digits as name of a parameter; found "a-b" in target "build".
      at cos.config.ts:1

    error COS_CONFIG_PARAMETER: Expected one of a as "default" of parameter "kind" of target "build"; found "b".
      at cos.config.ts:1

    error COS_CONFIG_PARAMETER: Parameter "all" of target "build" takes all words: it must be the last positional one, but "more" comes after it.
      at cos.config.ts:1

    error COS_CONFIG_PARAMETER: Expected one of text, list, choice, flag, integer as "type" of parameter "size" of target "build"; found "number".
      at cos.config.ts:1"
  `);
});

test('derivatives and platforms that are not there', async () => {
  expect(await problemsOf(good, { derivatives: ['sampel'], platforms: ['linux/arm64'] })).toMatchInlineSnapshot(`
    "error COS_REQUEST_UNKNOWN_DERIVATIVE: Expected the name of a derivative after --derivative; found "sampel".
      hint: Did you mean "sample"?

    error COS_REQUEST_UNKNOWN_PLATFORM: Expected a platform of a derivative after --platform; found "linux/arm64".
      hint: Did you mean "linux/amd64"?"
  `);
});

test('a derivative whose tree is refused is not planned: its other trees alone would be another system', async () => {
  const derivatives = [{ name: 'half', from: preset, platforms: ['linux/amd64'], trees: ['../up'] }, { name: 'whole', from: preset, platforms: ['linux/amd64'], trees: ['packages'] }];
  const loaded = await resolveConfig({ ...good, derivatives }, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: [] });
  expect(loaded.diagnostics.map(({ message }) => message)).toEqual(['Expected paths below the workspace as "trees" of derivative "half"; found "../up".']);
  expect(loaded.config?.variants.map(({ derivative }) => derivative.name)).toEqual(['whole']);
});
