import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, defineDerivative, type Distribution, type Platform, type Values } from '@cos/core';
import { createWorkspace, planConfig } from '@cos/core/testing';
import { createFolderReader, createGoTemplateRender, loadTree, mergeValues, planPackages, valuesFromJson } from '@cos/luet';
import { expect, test } from 'vitest';
import { standardPlugins, standardTargets } from '../../src/index.ts';
import { variants } from './presets.ts';

const fixture = fileURLToPath(new URL('../fixtures/tree', import.meta.url));
/** The example of this repository. */
const sample = fileURLToPath(new URL('../../../packages', import.meta.url));

async function plan(root: string, preset: Distribution<string, Values>, platform: Platform) {
  const tree = await loadTree({ roots: [root], reader: createFolderReader({ roots: [root] }) });
  const values = mergeValues([valuesFromJson(preset.values), valuesFromJson(preset.platforms[platform] ?? {})], 'presence');
  return planPackages({ tree, targets: 'all', values: [values], render: createGoTemplateRender() });
}

test.each(variants)('a tree for all distributions renders and plans with $name, without a word of warning', async ({ preset, platform }) => {
  const { packages, problems, warnings, unrelated } = await plan(fixture, preset, platform);
  expect([...problems, ...warnings, ...unrelated]).toEqual([]);
  const steps = Object.fromEntries(packages.map(({ name, spec }) => [name, spec.steps]));
  expect({ base: packages.find(({ name }) => name === 'base')?.spec.image, ...steps }).toMatchSnapshot();
});

test.each(variants)('the sample tree renders and plans with $name', async ({ preset, platform }) => {
  const { packages, problems, warnings, unrelated } = await plan(sample, preset, platform);
  expect([...problems, ...warnings, ...unrelated]).toEqual([]);
  expect(packages.find(({ fingerprintName }) => fingerprintName === 'base-system-12.0')?.spec.image).toBe(preset.values['image']);
});

/** What cos.lock has for a base that is bootstrapped. */
function basePackages(preset: Distribution<string, Values>, platform: Platform): object {
  const { from, pathExcludes: _, ...content }: Record<string, unknown> = { ...Object(preset.values['base']), ...Object(preset.platforms[platform]?.['base']) };
  if (from !== 'mmdebstrap') return {};
  const details = { variant: 'minbase', keyrings: [], mirrors: [], pool: [], ...content, platform };
  return { packages: { [`my-os/${platform.slice('linux/'.length)}`]: { for: details, is: { packages: {}, pool: {} } } } };
}

test.each(variants)('all ready-made targets can be planned for $name', async ({ preset, platform }) => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const images = [preset.values['image'], preset.values['tool_image']].map((image) => [String(image), digest]);
  await using workspace = await createWorkspace({ 'cos.lock': JSON.stringify({ version: 1, pins: { 'docker-build': { digest: Object.fromEntries(images), ...basePackages(preset, platform) } } }), 'cos.pub': 'a key\n' });
  cpSync(fixture, workspace.join('packages'), { recursive: true });
  const config = defineConfig({
    plugins: standardPlugins(),
    derivatives: [defineDerivative({ name: 'my-os', from: preset, platforms: [platform], trees: ['packages'] })],
    targets: standardTargets({ system: 'system/os', title: 'My OS' }),
  });
  const { plan: planned, text } = await planConfig(config, { workspace: workspace.path, targets: ['build', 'create-repo', 'build-iso'], frozen: true });
  expect(text).toBe('');
  const keys = planned?.tasks.map(({ key }) => String(key)) ?? [];
  expect(keys).toContain('docker-build.image#distro/kernel@1.0');
  expect(keys).toContain('iso.medium#my-os');
  expect(keys.includes(`docker-build.pull#${String(preset.values['image'])}`)).toBe(preset.name !== 'debian');
});
