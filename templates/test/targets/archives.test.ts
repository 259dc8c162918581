import { readdir, readFile } from 'node:fs/promises';
import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, runConfig, type RanConfig } from '@cos/core/testing';
import { detectCompression } from '@cos/archive';
import { readMetadata } from '@cos/luet';
import { expect, test } from 'vitest';
import { standardPlugins, standardTargets, type StandardPluginOptions } from '../../src/index.ts';

// Real runs: a package that builds nothing has an archive without any engine.

const files = { 'packages/meta/definition.yaml': 'category: t\nname: meta\nversion: "1.0"\n', 'packages/meta/build.yaml': '' };

async function build(workspace: string, squash: StandardPluginOptions['squash'], values: Readonly<Record<string, string>> = { colour: 'green' }): Promise<RanConfig & { readonly built: readonly string[]; readonly warned: readonly string[] }> {
  const plain = defineDistribution({ name: 'plain', values: { image: 'tiny:1', ...values }, platforms: { 'linux/amd64': {} } });
  const ran = await runConfig(
    { plugins: standardPlugins({ squash }), derivatives: [defineDerivative({ name: 'os', from: plain, platforms: ['linux/amd64'], trees: ['packages'] })], targets: standardTargets({ system: 't/meta', title: 'OS' }) },
    { workspace, targets: [{ name: 'build', parameters: { packages: [] } }] },
  );
  return {
    ...ran,
    built: ran.events.flatMap((event) => (event.type === 'task-finished' && event.outcome === 'built' ? [event.task] : [])),
    warned: ran.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : [])),
  };
}

test.each([['none', '.package.tar'], ['gzip', '.package.tar.gz'], ['zstd', '.package.tar.zst']] as const)('an archive with the compression %s is called %s', async (compression, suffix) => {
  await using workspace = await createWorkspace(files);
  expect((await build(workspace.path, { compression })).text).toBe('');
  const folder = workspace.join('build/packages');
  expect((await readdir(folder)).toSorted()).toEqual([`meta-t-1.0${suffix}`, 'meta-t-1.0.manifest.ndjson', 'meta-t-1.0.metadata.yaml'].toSorted());
  expect(detectCompression(await readFile(`${folder}/meta-t-1.0${suffix}`))).toBe(compression);
});

test('metadata has the values that rendered the recipe, and a value that no recipe uses costs that alone', async () => {
  await using workspace = await createWorkspace(files);
  await build(workspace.path, {});
  const second = await build(workspace.path, {}, { colour: 'blue' });
  expect(second.built).toEqual(['template.render#t/meta@1.0', 'squash.describe#t/meta@1.0']);
  const { metadata } = readMetadata(await readFile(workspace.join('build/packages/meta-t-1.0.metadata.yaml'), 'utf8'), 'metadata.yaml');
  expect(metadata?.buildValues).toMatchObject({ image: 'tiny:1', colour: 'blue' });
});

test('a budget warns in each run, also when there is nothing to build, and says so at the end', async () => {
  await using workspace = await createWorkspace(files);
  const options = { budgets: { '*': { archive: 10 } } } as const;
  for (const built of [true, false]) {
    const ran = await build(workspace.path, options);
    expect(ran.built.includes('squash.archive#t/meta@1.0')).toBe(built);
    expect(ran.warned).toEqual([expect.stringMatching(/^t\/meta@1\.0 is larger than its budget: an archive of \d+ B, at most 10 B by budgets\["\*"\]\.archive; /) as unknown]);
  }
  expect(JSON.parse(await readFile(workspace.join('build/packages/sizes.json'), 'utf8'))).toMatchObject([{ category: 't', name: 'meta', version: '1.0', content: 0 }]);
});
