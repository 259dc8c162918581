import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createDefinePin, defineCommand, definePlugin, noOptions } from '../../src/index.ts';
import { createWorkspace, planConfig, runCommand, type AnyConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';

// What commands of a plugin learn from cos.lock.

const definePin = createDefinePin(noOptions);
const number = definePin({ description: 'a number', answer: z.int(), details: z.object({ base: z.int() }), resolve: async (request, { details }) => request.length * details.base });
const foreign = definePin({ description: 'a pin of nobody', answer: z.int(), resolve: async () => 1 });

const ask = defineCommand({
  description: 'ask',
  parameters: { requests: { type: 'list', description: 'x' }, base: { type: 'integer', default: 2, description: 'x' } },
  async handle({ args, readPins, print }) {
    const answers = await readPins(number, args.requests.map((request) => ({ request, details: { base: args.base } })));
    print(answers.map(({ answer, folder }) => `${answer satisfies number} ${String(folder)}`).join(', '));
  },
});
const stray = defineCommand({ description: 'ask for what is not there', parameters: {}, handle: async ({ readPins }) => void (await readPins(foreign, [{ request: 'x' }])) });
const plugin = definePlugin({ name: 'outside', apiVersion: 1, options: noOptions, pins: { number }, commands: { ask, stray } });

const config: AnyConfig = {
  ...configOf({}),
  plugins: [plugin()],
  targets: {
    t: {
      description: 'x',
      async plan({ use }: any) {
        for (const request of ['one', 'three']) use.outside.number(request, { base: 2 });
        return [];
      },
    },
  },
};

describe('a command that asks pins', () => {
  const askIn = async (workspace: string, args: object, name = 'ask') => runCommand(plugin(), name, { workspace, config, args: { ...args } });

  test('has the answers of cos.lock, in the order of its requests', async () => {
    await using workspace = await createWorkspace({});
    expect((await planConfig(config, { workspace: workspace.path })).text).toBe('');
    expect(await askIn(workspace.path, { requests: ['three', 'one', 'three'] })).toMatchObject({ exitCode: 0, text: '', printed: '10 undefined, 6 undefined, 10 undefined\n' });
  });

  test('is told everything that has no answer, or one for other details; nothing is looked up', async () => {
    await using workspace = await createWorkspace({});
    const { exitCode, text } = await askIn(workspace.path, { requests: ['one', 'two', 'two'] });
    expect([exitCode, text.match(/COS_PLAN_PIN_MISSING: Expected "\w+"/g)]).toEqual([1, ['COS_PLAN_PIN_MISSING: Expected "one"', 'COS_PLAN_PIN_MISSING: Expected "two"']]);
    expect(existsSync(join(workspace.path, 'cos.lock'))).toBe(false);
    await planConfig(config, { workspace: workspace.path });
    const before = readFileSync(join(workspace.path, 'cos.lock'), 'utf8');
    expect((await askIn(workspace.path, { requests: ['one'], base: 3 })).text).toContain('COS_PLAN_PIN_STALE: Expected an answer for "one"');
    expect(readFileSync(join(workspace.path, 'cos.lock'), 'utf8')).toBe(before);
  });

  test('is told what is wrong with the lock, and only when it asks something', async () => {
    await using workspace = await createWorkspace({});
    await planConfig(config, { workspace: workspace.path });
    const path = join(workspace.path, 'cos.lock');
    writeFileSync(path, readFileSync(path, 'utf8').replace('is: 6', 'is: six'));
    expect((await askIn(workspace.path, { requests: ['one'] })).text).toMatch(/COS_PLAN_LOCK: cos\.lock has no answer of the pin "number"[^\n]*found "six"\.\n {2}at cos\.lock:\d+/);
    writeFileSync(path, 'not: [a lock');
    expect((await askIn(workspace.path, { requests: [] })).printed).toBe('\n');
    expect((await askIn(workspace.path, { requests: ['one'] })).text).toContain('cos.lock');
  });

  test('asks pins of its own plugin only', async () => {
    await using workspace = await createWorkspace({});
    await expect(askIn(workspace.path, {}, 'stray')).rejects.toThrow('a command of the plugin "outside" asks a pin that the plugin does not have');
  });
});
