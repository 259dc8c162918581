import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createDefinePin, createDefinePlanner, definePlugin, noOptions } from '../../src/index.ts';
import { createWorkspace, planConfig, runConfig, type AnyConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';
import { shell } from '../rig/shell.ts';

interface Outside {
  /** What is there when somebody looks. */
  content: string;
  asked: number;
  brought: number;
}

/** A plugin whose pin stands for a folder with one file, and a target that reads it while planning and as a source. */
function keeping(outside: Outside): AnyConfig {
  const answer = z.strictObject({ files: z.string() });
  const fetch = async (folder: string, keep: (folder: string) => Promise<string>): Promise<string> => {
    mkdirSync(join(folder, 'things', 'below'), { recursive: true });
    writeFileSync(join(folder, 'things', 'below', 'file'), outside.content);
    return keep(join(folder, 'things'));
  };
  const things = createDefinePin(noOptions)({
    description: 'things of the outside',
    answer,
    async resolve(_request, { scratch, keep }) {
      outside.asked += 1;
      return { files: await fetch(scratch, keep) };
    },
    files: {
      digestOf: ({ files }) => files,
      async bring(_request, _answer, { scratch, keep }) {
        outside.brought += 1;
        await fetch(scratch, keep);
      },
    },
  });
  const read = createDefinePlanner(noOptions)({
    description: 'read the things',
    options: z.object({ files: z.string() }),
    plan: async ({ options, pinned, read: readFile }) => ({ text: await readFile(`${pinned(options.files)}/below/file`), file: `${pinned(options.files)}/below` }),
  });
  const outsidePlugin = definePlugin({ name: 'outside', apiVersion: 1, options: noOptions, pins: { things }, planners: { read } });
  const plan = async ({ use, source }: any) => {
    const { text, file } = await use.outside.read(use.outside.things('all'));
    return [use.shell.run({ name: 'a', inputs: { files: [source(file)] }, options: { command: text } }).out];
  };
  return { ...configOf({}), plugins: [shell(), outsidePlugin()], targets: { t: { description: 'x', plan } } };
}

const pinnedOf = (workspace: string): string => {
  const folder = join(workspace, '.cos', 'pinned');
  const names = readdirSync(folder);
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  return join(folder, names[0] ?? '', 'below', 'file');
};

test('files that an answer stands for are read while planning, are sources, and are had once', async () => {
  await using workspace = await createWorkspace();
  const outside: Outside = { content: 'one', asked: 0, brought: 0 };
  const first = await planConfig(keeping(outside), { workspace: workspace.path });
  expect(first.text).toBe('');
  expect(first.plan?.tasks[0]?.options['command']).toBe('one');
  expect(readFileSync(pinnedOf(workspace.path), 'utf8')).toBe('one');
  outside.content = 'two';
  const second = await planConfig(keeping(outside), { workspace: workspace.path });
  expect(second.plan?.tasks[0]?.options['command']).toBe('one');
  expect(outside).toMatchObject({ asked: 1, brought: 0 });
});

test.each([
  ['are gone', (file: string) => rmSync(join(file, '..', '..'), { recursive: true })],
  ['were changed', (file: string) => writeFileSync(file, 'changed')],
  ['have one more file', (file: string) => writeFileSync(`${file}2`, '')],
])('files that %s are brought again, also when the lock is frozen', async (_what, damage) => {
  await using workspace = await createWorkspace();
  const outside: Outside = { content: 'one', asked: 0, brought: 0 };
  await planConfig(keeping(outside), { workspace: workspace.path });
  damage(pinnedOf(workspace.path));
  const { plan, text } = await planConfig(keeping(outside), { workspace: workspace.path, frozen: true });
  expect(text).toBe('');
  expect(plan?.tasks[0]?.options['command']).toBe('one');
  expect(readFileSync(pinnedOf(workspace.path), 'utf8')).toBe('one');
  expect(outside).toMatchObject({ asked: 1, brought: 1 });
});

test('other files than those of the lock are no substitute', async () => {
  await using workspace = await createWorkspace();
  const outside: Outside = { content: 'one', asked: 0, brought: 0 };
  await planConfig(keeping(outside), { workspace: workspace.path });
  const lock = await workspace.read('cos.lock');
  rmSync(join(workspace.path, '.cos', 'pinned'), { recursive: true });
  outside.content = 'two';
  const { plan, text } = await planConfig(keeping(outside), { workspace: workspace.path });
  expect(plan).toBeUndefined();
  expect(text).toMatch(/COS_PLAN_PIN_FAILED: .*the plugin brought other files than those of the digest sha256:/);
  expect(await workspace.read('cos.lock')).toBe(lock);
});

test('files that nothing has wanted for a month are removed after a run that built something; those that it wants stay, whatever their age', async () => {
  await using workspace = await createWorkspace();
  const outside: Outside = { content: 'cp -r "$1" out', asked: 0, brought: 0 };
  await planConfig(keeping(outside), { workspace: workspace.path });
  const wanted = join(pinnedOf(workspace.path), '..', '..');
  const age = (path: string, days: number): void => {
    const time = new Date(Date.now() - days * 24 * 3600 * 1000);
    utimesSync(path, time, time);
  };
  const other = (letter: string, days: number): string => {
    const path = join(workspace.path, '.cos', 'pinned', letter.repeat(64));
    mkdirSync(join(path, 'below'), { recursive: true });
    writeFileSync(join(path, 'below', 'file'), letter);
    age(path, days);
    return letter.repeat(64);
  };
  other('a', 31);
  const young = other('b', 29);
  age(wanted, 40);
  expect((await runConfig(keeping(outside), { workspace: workspace.path })).outcomes).toEqual({ 'shell.run#a': 'built' });
  expect(readdirSync(join(workspace.path, '.cos', 'pinned')).toSorted()).toEqual([young, basename(wanted)].toSorted());
});
