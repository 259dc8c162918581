import { expect, test } from 'vitest';
import { createCosWorkspace, type CosWorkspace } from '../rig/cos.ts';

// A plugin whose pin asks a "registry" (a JSON file) for what names mean, and notes that it was asked.

const registryPlugin = `
import { appendFileSync, readFileSync } from 'node:fs';
import { createDefinePin, createDefineStage, CosError, definePlugin, fileTree, noOptions } from '@cos/core';
import * as z from 'zod/mini';
const digest = createDefinePin(noOptions)({
  description: 'what a name means', answer: z.string(), placeholder: 'none',
  async resolve(request) {
    appendFileSync('asked', request + '\\n');
    const known = JSON.parse(readFileSync('registry.json', 'utf8'));
    if (known[request] === undefined) throw new CosError({ code: 'COS_TEST_UNKNOWN', severity: 'error', message: 'The registry does not know ' + request + '.' });
    return known[request];
  },
});
const versions = createDefinePin(noOptions)({
  description: 'versions of packages', answer: z.object({ packages: z.record(z.string(), z.string()) }), details: z.object({ suite: z.string() }), placeholder: { packages: {} },
  resolve: async (request, { details }) => ({ packages: JSON.parse(readFileSync('registry.json', 'utf8'))[details.suite] }),
});
const make = createDefineStage(noOptions)({
  description: 'x', version: 1, cache: 'content', inputs: {}, outputs: { out: fileTree }, options: z.object({ of: z.any() }),
  run: () => { throw new Error('ran'); },
});
export const registry = definePlugin({ name: 'registry', apiVersion: 1, options: noOptions, pins: { digest, versions }, stages: { make } });
`;

function config(targets: string, derivatives = "defineDerivative({ name: 'one', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [] })"): string {
  return `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { registry } from './registry.ts';
const preset = defineDistribution({ name: 'preset', values: { image: 'os:1', suite: 'stable' }, platforms: {} });
export default defineConfig({ plugins: [registry()], derivatives: [${derivatives}], targets: {
${targets}
} });
`;
}
const image = `  image: { description: 'x', plan: ({ use, values }) => [use.registry.make({ name: 'a', inputs: {}, options: { of: use.registry.digest(values.image) } }).out] },`;
const other = `  other: { description: 'x', plan: ({ use }) => [use.registry.make({ name: 'b', inputs: {}, options: { of: use.registry.digest('other:1') } }).out] },`;
const base = `  base: { description: 'x', plan: ({ use, values, platform, derivative }) => [use.registry.make({ name: 'c', inputs: {}, options: { of: use.registry.versions(derivative.name + '/' + platform.slice(6), { suite: values.suite }) } }).out] },`;
const wishes = `  wishes: { description: 'x', params: { what: { type: 'text', required: true, description: 'x' } }, plan: ({ use, params }) => [use.registry.make({ name: 'd', inputs: {}, options: { of: use.registry.digest(params.what) } }).out] },`;

const known = { 'os:1': `sha256:${'1'.repeat(64)}`, 'other:1': `sha256:${'2'.repeat(64)}`, stable: { apt: '2.6.1', zstd: '1.5' } };
const workspaceOf = async (text: string, more: Record<string, string> = {}): Promise<CosWorkspace> => createCosWorkspace({ 'cos.config.ts': text, 'registry.ts': registryPlugin, 'registry.json': JSON.stringify(known), ...more });
const change = async (workspace: CosWorkspace, answers: object) => workspace.write({ 'registry.json': JSON.stringify({ ...known, ...answers }) });

test('cos lock looks up what all targets need for all derivatives and platforms, and builds nothing', async () => {
  await using workspace = await workspaceOf(config(image + other + base));
  const { exitCode, stdout, stderr } = await workspace.cos('lock');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'looks up registry.digest os:1\nlooks up registry.digest other:1\nlooks up registry.versions one/amd64\nlooks up registry.versions one/arm64\n' });
  expect(stdout).toMatchInlineSnapshot(`
    "added   os:1 registry.digest  sha256:111111111111…
    added   other:1 registry.digest  sha256:222222222222…
    added   one/amd64 registry.versions
    added   one/arm64 registry.versions
    cos.lock: 4 added
    "
  `);
  const lock = await workspace.read('cos.lock');
  expect(lock).toContain('      one/arm64:\n        for:\n          suite: stable\n        is:\n          packages:\n            apt: 2.6.1\n');
  const again = await workspace.cos('lock');
  expect(again).toEqual({ exitCode: 0, stdout: 'cos.lock: 4 as before\n', stderr: '' });
  expect(await workspace.read('cos.lock')).toBe(lock);
  expect((await workspace.cos('lock', '--check')).exitCode).toBe(0);
});

test('cos lock --update says what has changed, of all pins or of those that are named', async () => {
  await using workspace = await workspaceOf(config(image + other + base));
  await workspace.cos('lock');
  await change(workspace, { 'os:1': `sha256:${'3'.repeat(64)}`, 'other:1': `sha256:${'4'.repeat(64)}`, stable: { apt: '2.6.2', zstd: '1.5', dash: '0.5' } });
  const named = await workspace.cos('lock', '--update', 'os:1');
  expect(named.stdout).toBe('changed os:1 registry.digest  sha256:111111111111… -> sha256:333333333333…\ncos.lock: 1 changed, 3 as before\n');
  expect(named.stderr).toBe('looks up registry.digest os:1\n');
  const check = await workspace.cos('lock', '--update', '--check', 'other:1');
  expect(check.stdout).toContain('cos.lock: 1 to be changed');
  expect(check.stderr).toContain('error COS_PLAN_LOCK_OUTDATED: cos.lock is not what it should be: 1 entry differs.');
  expect(check.exitCode).toBe(2);
  const all = await workspace.cos('lock', '--update');
  expect(all.stdout).toMatchInlineSnapshot(`
    "changed other:1 registry.digest  sha256:222222222222… -> sha256:444444444444…
    changed one/amd64 registry.versions
              packages apt  2.6.1 -> 2.6.2
              packages dash  new: 0.5
    changed one/arm64 registry.versions
              packages apt  2.6.1 -> 2.6.2
              packages dash  new: 0.5
    cos.lock: 3 changed, 1 as before
    "
  `);
});

test('a name that is no pin is an error that suggests neighbours, and nothing is changed', async () => {
  await using workspace = await workspaceOf(config(image));
  await workspace.cos('lock');
  const before = await workspace.read('cos.lock');
  await change(workspace, { 'os:1': 'new' });
  const { exitCode, stderr } = await workspace.cos('lock', '--update', 'os:1', 'os:2');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error COS_REQUEST_UNKNOWN_PIN: Neither cos.lock nor the config has a pin of the name "os:2".\n  hint: Did you mean "os:1"?');
  expect(await workspace.read('cos.lock')).toBe(before);
  expect((await workspace.cos('lock', 'os:1')).stderr).toContain('error COS_REQUEST_EXTRA_WORD: Names of pins are for --update; found "os:1" without it.\n  hint: cos lock --update os:1');
});

test('pins that nothing asks for are taken out, unless it cannot be told', async () => {
  await using workspace = await workspaceOf(config(image + other));
  await workspace.cos('lock');
  await workspace.write({ 'cos.config.ts': config(image + wishes) });
  const uncertain = await workspace.cos('lock');
  expect(uncertain).toMatchObject({ exitCode: 0, stdout: 'cos.lock: 2 as before\n', stderr: 'Pins that nothing asks for stay: "wishes" cannot be planned without parameters.\n' });
  await workspace.write({ 'cos.config.ts': config(image) });
  expect((await workspace.cos('lock', '--platform', 'linux/amd64')).stderr).toBe('Pins that nothing asks for stay: only some derivatives or platforms were looked at.\n');
  const check = await workspace.cos('lock', '--check');
  expect(check).toMatchObject({ exitCode: 2, stdout: 'removed other:1 registry.digest\ncos.lock: 1 to be removed, 1 as before\n' });
  expect((await workspace.cos('lock')).stdout).toBe('removed other:1 registry.digest\ncos.lock: 1 removed, 1 as before\n');
  expect(await workspace.read('cos.lock')).not.toContain('other:1');
});

test('what cannot be looked up is told with everything else, and the rest is kept', async () => {
  await using workspace = await workspaceOf(config(image + other));
  await workspace.write({ 'registry.json': JSON.stringify({ 'other:1': 'x' }) });
  const { exitCode, stdout, stderr } = await workspace.cos('lock');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error COS_TEST_UNKNOWN: The registry does not know os:1.');
  expect(stdout).toBe('added   other:1 registry.digest  x\ncos.lock: 1 added\n');
  expect(await workspace.read('asked')).toBe('os:1\nother:1\n');
});

test('--check and --frozen look nothing up, tell everything, and end with exit status 2', async () => {
  await using workspace = await workspaceOf(config(image + other + base));
  for (const command of [['lock', '--check'], ['run', 'image', 'other', 'base', '--frozen']]) {
    const { exitCode, stderr } = await workspace.cos(...command);
    expect([...stderr.matchAll(/error (\S+): Expected "([^"]+)"/g)].map(([, code, name]) => `${code} ${name}`)).toEqual(['os:1', 'other:1', 'one/amd64', 'one/arm64'].map((name) => `COS_PLAN_PIN_MISSING ${name}`));
    expect(exitCode).toBe(2);
  }
  await expect(workspace.read('asked')).rejects.toThrow();
  await expect(workspace.read('cos.lock')).rejects.toThrow();
});

test('a target that could not run for another reason has its pins looked up all the same', async () => {
  const signed = `  signed: { description: 'x', plan: ({ use, source }) => { use.registry.digest('other:1'); return [source('no-key-yet')]; } },`;
  await using workspace = await workspaceOf(config(image + signed));
  expect(await workspace.cos('lock')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('cos.lock: 2 added') });
  expect(await workspace.cos('lock', '--check')).toMatchObject({ exitCode: 0, stderr: '' });
  const refusing = `  refusing: { description: 'x', plan: () => { throw new CosError({ code: 'COS_TEST_REFUSED', severity: 'error', message: 'Not with this base.' }); } },`;
  await workspace.write({ 'cos.config.ts': config(image + refusing).replace('{ defineConfig,', '{ CosError, defineConfig,') });
  expect(await workspace.cos('lock')).toMatchObject({ exitCode: 0, stdout: 'removed other:1 registry.digest\ncos.lock: 1 removed, 1 as before\n', stderr: '' });
  const broken = `  broken: { description: 'x', plan: () => { throw new Error('too early'); } },`;
  await workspace.write({ 'cos.config.ts': config(image + broken) });
  const { exitCode, stderr } = await workspace.cos('lock');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^Pins that nothing asks for stay: not everything could be planned\.\nerror COS_PLAN_TARGET_THREW: /);
});
