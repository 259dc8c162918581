import { readFile, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { readMetadata } from '@cos/luet';
import { expect, it } from 'vitest';
import { squash } from '../../src/index.ts';
import { describePackage } from '../../src/metadata.ts';
import { parseRecipe } from '../../src/recipe.ts';
import type { describe } from '../../src/stages/describe.ts';

const identity = { category: 't', name: 'p', version: '1.0' };
const recipe = parseRecipe(JSON.stringify({ format: 1, ...identity, image: 'base:1', steps: ['make'] }));
const text = describePackage({ recipe, definition: undefined, sha256: 'a'.repeat(64), files: ['usr/a'], compression: 'zstd', epoch: 0 });

async function add(metadata: string): Promise<StageRun<typeof describe>> {
  const workspace = await createWorkspace({});
  await writeFile(workspace.join('metadata.yaml'), metadata);
  return runStage(squash(), 'describe', { workspace, inputs: { metadata: { path: workspace.join('metadata.yaml'), meta: identity } }, options: { values: { arch: 'x86_64', kernel: { flavour: 'rt' }, list: [1, 'two', null] } } });
}

it('the values of the build come to the metadata of a package, and nothing else changes', async () => {
  await using described = await add(text);
  expect(described.text).toBe('');
  const result = readMetadata(await readFile(described.outputs.metadata.path, 'utf8'), 'metadata.yaml').metadata;
  expect(result).toEqual({ ...readMetadata(text, 'metadata.yaml').metadata, buildValues: { arch: 'x86_64', kernel: { flavour: 'rt' }, list: [1, 'two', null] } });
});

it('what is no metadata is refused', async () => {
  await using described = await add('name: [\n');
  expect(described.failure).toMatchObject({ code: 'COS_SQUASH_METADATA' });
});
