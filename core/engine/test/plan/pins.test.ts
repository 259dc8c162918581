import { expect, test } from 'vitest';
import { definePlugin, noOptions, type Json } from '../../src/index.ts';
import { createWorkspace, planConfig, type AnyConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';
import { shell } from '../rig/shell.ts';

/** A plugin that looks up digests, and a target whose task has what was looked up as its command. */
function pinning(resolve: (request: string, context: { readonly env: Readonly<Record<string, string>> }) => Promise<Json>) {
  const registry = definePlugin({ name: 'registry', apiVersion: 1, options: noOptions, hostEnv: ['PROXY'], pins: { digest: { description: 'digest of a tag', resolve } } });
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
    "{
      "version": 1,
      "pins": {
        "registry": {
          "digest": {
            "debian:12": "<debian:12>",
            "second of <debian:12>": "<second of <debian:12>>"
          }
        }
      }
    }
    "
  `);
  await planConfig(config, { workspace: workspace.path, frozen: true });
  expect(asked).toEqual(['debian:12', 'second of <debian:12>']);
});

test('pins of others in the lock stay, sorted', async () => {
  await using workspace = await createWorkspace({ 'cos.lock': '{"version":1,"pins":{"z":{"p":{"r":{"b":1,"a":2}}},"registry":{"digest":{"zzz":"old"}}}}' });
  await planConfig(pinning((request) => Promise.resolve(request)), { workspace: workspace.path });
  expect(Object.keys(JSON.parse(await workspace.read('cos.lock')).pins)).toEqual(['registry', 'z']);
  expect(Object.keys(JSON.parse(await workspace.read('cos.lock')).pins.registry.digest)).toEqual(['debian:12', 'second of debian:12', 'zzz']);
});

test('a frozen lock must have what is asked for', async () => {
  await using workspace = await createWorkspace();
  const { text } = await planConfig(pinning(() => Promise.reject(new Error('asked'))), { workspace: workspace.path, frozen: true });
  expect(text.replaceAll(/\n {2}at \S*pins\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, '\n  at <test>')).toMatchInlineSnapshot(`
    "error COS_PLAN_PIN_MISSING: Expected "debian:12" (pin "digest" of plugin "registry") in cos.lock; it is not there, and --frozen forbids to look it up.
      at <test>
      hint: Run once without --frozen and commit cos.lock."
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
  ['{', /cos\.lock is not JSON/],
  ['[]', /cos\.lock has no map "pins"/],
  ['{"version":2,"pins":{}}', /cos\.lock has version 2; expected 1/],
])('a lock file of %j is refused', async (content, message) => {
  await using workspace = await createWorkspace({ 'cos.lock': content });
  const { text } = await planConfig(pinning((request) => Promise.resolve(request)), { workspace: workspace.path });
  expect(text).toMatch(message);
});
