import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createDefinePin, definePlugin, noOptions, type Json, type PinContext } from '../../src/index.ts';
import { createWorkspace, planConfig, runConfig, type AnyConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';
import { shell } from '../rig/shell.ts';

/** A plugin that looks up digests, and a target whose task has what was looked up as its command. */
function pinning(resolve: (request: string, context: Pick<PinContext<unknown, unknown, unknown>, 'env' | 'warn'>) => Promise<Json>) {
  const registry = definePlugin({ name: 'registry', apiVersion: 1, options: noOptions, hostEnv: ['PROXY'], pins: { digest: createDefinePin(noOptions)({ description: 'digest of a tag', answer: z.any(), resolve }) } });
  const plan = ({ use }: any) => {
    const base = use.registry.digest('debian:12');
    const second = use.registry.digest(`second of ${base}`);
    return [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: `${base} ${second}` } }).out];
  };
  return { ...configOf({}), plugins: [shell(), registry()], targets: { t: { description: 'x', plan } } } as unknown as AnyConfig;
}

test('what the lock lacks is looked up, kept in cos.lock and not looked up again', async () => {
  const asked: string[] = [];
  const config = pinning((request) => {
    asked.push(request);
    return Promise.resolve(`<${request}>`);
  });
  await using workspace = await createWorkspace();
  const first = await planConfig(config, { workspace: workspace.path });
  expect(first.text).toBe('');
  expect(first.plan?.tasks[0]?.options['command']).toBe('<debian:12> <second of <debian:12>>');
  expect(await workspace.read('cos.lock')).toMatchInlineSnapshot(`
    "# What names of the outside stood for when they were looked up: digests of images, versions of packages.
    # cos writes this file; commit it. \`cos lock\` completes it, \`cos lock --update\` looks everything up anew.
    version: 1
    pins:
      registry:
        digest:
          debian:12: <debian:12>
          second of <debian:12>: <second of <debian:12>>
    "
  `);
  await planConfig(config, { workspace: workspace.path, frozen: true });
  expect(asked).toEqual(['debian:12', 'second of <debian:12>']);
});

test('what a look-up warns of is told with the place that asked, and its answer counts', async () => {
  await using workspace = await createWorkspace();
  const config = pinning(async (request, { warn }) => {
    if (request === 'debian:12') warn({ code: 'COS_TEST_DOUBT', message: 'Nobody has signed debian:12.', hint: 'Ask.' });
    return request;
  });
  const { events } = await runConfig(config, { workspace: workspace.path });
  expect(await workspace.read('cos.lock')).toContain('debian:12: debian:12');
  expect(events.filter(({ type }) => type === 'diagnostic')).toEqual([{ type: 'diagnostic', diagnostic: expect.objectContaining({ code: 'COS_TEST_DOUBT', severity: 'warning', place: expect.anything() as unknown }) }]);
});

test('pins of others in the lock stay', async () => {
  await using workspace = await createWorkspace({ 'cos.lock': 'version: 1\npins: {z: {p: {r: {b: 1, a: 2}}}, registry: {digest: {zzz: old}}}' });
  await planConfig(pinning((request) => Promise.resolve(request)), { workspace: workspace.path });
  expect(await workspace.read('cos.lock')).toMatchInlineSnapshot(`
    "# What names of the outside stood for when they were looked up: digests of images, versions of packages.
    # cos writes this file; commit it. \`cos lock\` completes it, \`cos lock --update\` looks everything up anew.
    version: 1
    pins:
      registry:
        digest:
          debian:12: debian:12
          second of debian:12: second of debian:12
          zzz: old
      z:
        p:
          r:
            a: 2
            b: 1
    "
  `);
});

test('a frozen lock must have what is asked for', async () => {
  await using workspace = await createWorkspace();
  const { text } = await planConfig(pinning(() => Promise.reject(new Error('asked'))), { workspace: workspace.path, frozen: true });
  expect(text.replaceAll(/\n {2}at \S*pins\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, '\n  at <test>')).toMatchInlineSnapshot(`
    "error COS_PLAN_PIN_MISSING: Expected "debian:12" (pin "digest" of plugin "registry") in cos.lock; it is not there, and the lock is frozen.
      at <test>
      hint: Run \`cos lock\` and commit cos.lock."
  `);
});

test('a look-up that fails is told, and nothing is written', async () => {
  await using workspace = await createWorkspace();
  const { text } = await planConfig(pinning(() => Promise.reject(new Error('no route to host'))), { workspace: workspace.path });
  expect(text).toContain('error COS_PLAN_PIN_FAILED: Looking up "debian:12" (pin "digest" of plugin "registry") failed: no route to host');
  await expect(workspace.read('cos.lock')).rejects.toThrow();
});

test('a look-up sees the declared variables of the environment only', async () => {
  let seen: unknown;
  await using workspace = await createWorkspace();
  await planConfig(
    pinning((request, { env }) => {
      seen = env;
      return Promise.resolve(request);
    }),
    { workspace: workspace.path, env: { PROXY: 'p', SECRET: 's' } },
  );
  expect(seen).toEqual({ PROXY: 'p' });
});

test.each([
  ['version: 1\npins:\n  registry:\n    digest: {a: [}\n', /cos\.lock:4:\d+\n(?:.*\n)*.*hint: Undo the change/],
  ['[]', /cos\.lock is no map with "version" and "pins"/],
  ['version: 2\npins: {}', /cos\.lock has version 2; expected 1/],
  ['version: 1\npins: {}\nmore: 1\n', /cos\.lock has the key "more", which is not known\.\n {2}at cos\.lock:3/],
  ['version: 1\npins:\n  registry: 1\n  other:\n    digest: no\n', /no map at "pins", "registry"\.\n {2}at cos\.lock:3[^]*no map at "pins", "other", "digest"\.\n {2}at cos\.lock:5/],
  ['version: 1\npins:\n<<<<<<< ours\n  a: {}\n=======\n  b: {}\n>>>>>>> theirs\n', /marks of a merge that was not finished\.\n {2}at cos\.lock:3/],
  ['version: 1\npins:\n  registry:\n    digest:\n      x: 1\n      x: 2\n', /cos\.lock:6/],
])('a lock file of %j is refused with the place', async (content, message) => {
  await using workspace = await createWorkspace({ 'cos.lock': content });
  const { text } = await planConfig(pinning((request) => Promise.resolve(request)), { workspace: workspace.path });
  expect(text).toMatch(message);
  expect(await workspace.read('cos.lock')).toBe(content);
});

/** A plugin whose pin has details and a form of answers, and a target with one task for each of the calls. */
function versions(calls: readonly (readonly [string, unknown])[], resolve: (request: string, context: { readonly details: any; readonly previous: unknown }) => Promise<any>, more: object = {}) {
  const packages = createDefinePin(noOptions)({ description: 'versions', answer: z.object({ version: z.string() }), details: z.object({ suite: z.string(), more: z._default(z.array(z.string()), []) }), placeholder: { version: '0' }, resolve, ...more });
  const debian = definePlugin({ name: 'debian', apiVersion: 1, options: noOptions, pins: { packages } });
  const plan = ({ use }: any) => calls.map(([request, details], index) => use.shell.run({ name: `t${index}`, inputs: { files: [] }, options: { command: use.debian.packages(request, details).version } }).out);
  return { ...configOf({}), plugins: [shell(), debian()], targets: { t: { description: 'x', plan } } } as unknown as AnyConfig;
}

test('an answer counts only for the details that it was looked up with, and the last answer is known to the next look-up', async () => {
  const asked: unknown[] = [];
  const resolve = (_: string, { details, previous }: { readonly details: any; readonly previous: unknown }) => {
    asked.push([details, previous]);
    return Promise.resolve({ version: details.suite });
  };
  await using workspace = await createWorkspace();
  await planConfig(versions([['base', { suite: 'a' }]], resolve), { workspace: workspace.path });
  const again = await planConfig(versions([['base', { suite: 'a' }]], resolve), { workspace: workspace.path });
  expect(again.plan?.tasks[0]?.options['command']).toBe('a');
  const other = versions([['base', { suite: 'b' }]], resolve);
  expect((await planConfig(other, { workspace: workspace.path, frozen: true })).text).toContain('error COS_PLAN_PIN_STALE: Expected an answer for "base" (pin "packages" of plugin "debian") in cos.lock that fits the config;');
  expect((await planConfig(other, { workspace: workspace.path })).plan?.tasks[0]?.options['command']).toBe('b');
  expect(asked).toEqual([[{ suite: 'a', more: [] }, undefined], [{ suite: 'b', more: [] }, { version: 'a' }]]);
  expect(await workspace.read('cos.lock')).toContain('      base:\n        for:\n          more: []\n          suite: b\n        is:\n          version: b\n');
});

test('a frozen lock tells everything that it lacks at once, and nothing is looked up', async () => {
  await using workspace = await createWorkspace();
  const { text, plan } = await planConfig(versions([['a', { suite: 'x' }], ['b', { suite: 'x' }], ['c', { suite: 'x' }]], () => Promise.reject(new Error('asked'))), { workspace: workspace.path, frozen: true });
  expect(plan).toBeUndefined();
  expect([...text.matchAll(/error (\S+): Expected "(.)"/g)].map(([, code, name]) => [code, name])).toEqual([['COS_PLAN_PIN_MISSING', 'a'], ['COS_PLAN_PIN_MISSING', 'b'], ['COS_PLAN_PIN_MISSING', 'c']]);
});

test('one name with two meanings is refused', async () => {
  await using workspace = await createWorkspace();
  const { text } = await planConfig(versions([['a', { suite: 'x' }], ['a', { suite: 'y' }]], () => Promise.resolve({ version: '1' })), { workspace: workspace.path });
  expect(text).toContain('error COS_PLAN_PIN_CONFLICT: Expected one meaning of "a" (pin "packages" of plugin "debian"); two calls differ in what they say beside it.');
});

test('an answer that was edited into another form is told with its line', async () => {
  const content = 'version: 1\npins:\n  debian:\n    packages:\n      a:\n        for: {more: [], suite: x}\n        is: {version: 2}\n';
  await using workspace = await createWorkspace({ 'cos.lock': content });
  const { text } = await planConfig(versions([['a', { suite: 'x' }]], () => Promise.reject(new Error('asked'))), { workspace: workspace.path });
  expect(text).toMatchInlineSnapshot(`
    "error COS_PLAN_LOCK: cos.lock has no answer of the pin "packages" of plugin "debian" for "a" at version: expected a text; found {"version":2}.
      at cos.lock:5
          3 |   debian:
          4 |     packages:
        > 5 |       a:
          6 |         for: {more: [], suite: x}
      hint: Undo the change of the file, or look it up anew: cos lock --update a"
  `);
});

test('details and answers of another form are refused', async () => {
  await using workspace = await createWorkspace();
  const plan = async (details: unknown, answer: unknown) => (await planConfig(versions([['a', details]], () => Promise.resolve(answer)), { workspace: workspace.path })).text;
  expect(await plan({ suite: 1 }, { version: '1' })).toContain('Option "suite" of pin "packages" of plugin "debian": expected a text; found 1.');
  expect(await plan({ suite: 'x' }, { version: 1 })).toContain('Plugin error: pin "packages" of plugin "debian" answered something for "a" that is not of the form that it declares.');
  expect(await plan({ suite: 'x' }, new Map())).toContain('Plugin error: pin "packages" of plugin "debian" answered an instance of Map for "a".');
  await expect(workspace.read('cos.lock')).rejects.toThrow();
});

test('a look-up has declared tools and a scratch folder that is gone afterwards', async () => {
  let scratch = '';
  const resolve = async (_: string, context: any) => {
    scratch = context.scratch;
    const { stdout } = await context.exec('sh', ['-c', 'pwd; echo here > file; cat file; echo "$GREETING"'], { env: { GREETING: 'hello' } });
    await expect(context.exec('cat', ['/etc/passwd'])).rejects.toThrow('which is not among its `tools`');
    return { version: stdout };
  };
  await using workspace = await createWorkspace();
  const { plan, text } = await planConfig(versions([['a', { suite: 'x' }]], resolve, { tools: ['sh'] }), { workspace: workspace.path });
  expect(text).toBe('');
  expect(plan?.tasks[0]?.options['command']).toBe(`${scratch}\nhere\nhello\n`);
  expect(existsSync(scratch)).toBe(false);
  await expect(planConfig(versions([['b', { suite: 'x' }]], resolve, { tools: ['no-such-tool'] }), { workspace: workspace.path })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_TOOL_MISSING', notes: [{ message: 'needed by debian.packages' }] }] });
});

test('two runs that look up different things at once both find their answers in the file', async () => {
  await using workspace = await createWorkspace();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all(names.map(async (name) => planConfig(versions([[name, { suite: name }]], async (_, { details }) => Promise.resolve({ version: details.suite })), { workspace: workspace.path })));
  const lock = await workspace.read('cos.lock');
  expect(names.filter((name) => !lock.includes(`\n      ${name}:\n`))).toEqual([]);
});

test('of two runs that look up the same at once, both take the first answer', async () => {
  await using workspace = await createWorkspace();
  let waiting = 0;
  let go = () => {};
  const both = new Promise<void>((resolve) => (go = resolve));
  let count = 0;
  const resolve = async () => {
    if ((waiting += 1) === 2) go();
    await both;
    return { version: String((count += 1)) };
  };
  const plans = await Promise.all([1, 2].map(async () => planConfig(versions([['a', { suite: 'x' }]], resolve), { workspace: workspace.path })));
  const [first, second] = plans.map(({ plan }) => plan?.tasks[0]?.options['command']);
  expect(first).toBe(second);
  expect(await workspace.read('cos.lock')).toContain(`version: '${typeof first === 'string' ? first : ''}'`);
});

test('a lock that cannot be written is told, and what it had stays', async () => {
  await using workspace = await createWorkspace({ 'cos.lock': 'version: 1\npins: {}\n', '.cos.lock.tmp/in-the-way': '' });
  const { text } = await planConfig(versions([['a', { suite: 'x' }]], () => Promise.resolve({ version: '1' })), { workspace: workspace.path });
  expect(text).toContain('error COS_PLAN_LOCK: cos.lock cannot be written: ');
  expect(await workspace.read('cos.lock')).toBe('version: 1\npins: {}\n');
});
