import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { writeMetadata } from '@cos/luet';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { repo } from '../src/index.ts';
import { readAsClient, samplePackage, sha256Of, type SamplePackage } from './rig.ts';

async function newWorkspace(): Promise<TemporaryWorkspace> {
  const workspace = await createWorkspace({ 'packages/a/definition.yaml': 'name: a\ncategory: app\nversion: "1.0"\n', 'packages/a/build.yaml': 'image: base\n' });
  onTestFinished(async () => await workspace.remove());
  return workspace;
}

/** What the stage that makes archives would hand on. `form`: how the metadata is written. */
async function inputsOf(workspace: TemporaryWorkspace, packages: readonly SamplePackage[], form: 'yaml' | 'json' = 'json') {
  for (const { metadata } of packages) await workspace.write({ [`given/${metadata.path}.metadata`]: form === 'yaml' ? writeMetadata(metadata) : JSON.stringify(parse(writeMetadata(metadata))) });
  return {
    archives: packages.map(({ archive: { category, name, version, compression, path } }) => ({ path, meta: { category, name, version, compression } })),
    metadata: packages.map(({ archive: { category, name, version }, metadata }) => ({ path: workspace.join(`given/${metadata.path}.metadata`), meta: { category, name, version } })),
    trees: [workspace.join('packages')],
  };
}

test('create makes a repository that a client reads, with time and digests of the run', async () => {
  const workspace = await newWorkspace();
  const packages = [await samplePackage(workspace.path, { name: 'a' }), await samplePackage(workspace.path, { name: 'b', version: '2+1' }, 'zstd')];
  const run = await runStage(repo(), 'create', { workspace, sourceDateEpoch: 1_000_000_000, inputs: await inputsOf(workspace, packages), options: { name: 'sample', type: 'http', urls: ['https://example.org'], treeNames: ['packages'] } });
  expect(run.text).toBe('');
  expect((await readAsClient(run.outputs.repository.path)).map(({ file }) => file)).toEqual(['a-app-1.0.package.tar.gz', 'b-app-2+1.package.tar.zst']);
  expect(parse(await readFile(join(run.outputs.repository.path, 'repository.yaml'), 'utf8'))).toMatchObject({ name: 'sample', type: 'http', last_update: '1000000000', revision: 1 });
});

test('metadata in YAML and in JSON give the same repository', async () => {
  const workspace = await newWorkspace();
  const packages = [await samplePackage(workspace.path, { name: 'a', labels: new Map([['b', '1'], ['a', 'yes']]) })];
  const digests: unknown[] = [];
  for (const form of ['yaml', 'json'] as const) digests.push((await runStage(repo(), 'create', { workspace, inputs: await inputsOf(workspace, packages, form), options: { name: 'sample' } })).outputs.repository.digest);
  expect(digests[1]).toBe(digests[0]);
});

test('the revision follows that of the previous repository', async () => {
  const workspace = await newWorkspace();
  const inputs = await inputsOf(workspace, []);
  const first = await runStage(repo(), 'create', { workspace, inputs, options: { name: 'sample', revision: 41 } });
  const second = await runStage(repo(), 'create', { workspace, inputs: { ...inputs, previous: first.outputs.repository.path }, options: { name: 'sample' }, name: 'second' });
  expect(parse(await readFile(join(second.outputs.repository.path, 'repository.yaml'), 'utf8')).revision).toBe(42);
  await workspace.write({ 'broken/repository.yaml': 'name: [\n' });
  const broken = await runStage(repo(), 'create', { workspace, inputs: { ...inputs, previous: workspace.join('broken') }, options: { name: 'sample' }, name: 'broken' });
  expect(broken.failure).toMatchObject({ code: 'COS_REPO_PREVIOUS' });
});

test('metadata that is no metadata, and metadata of other bytes, are told with the package', async () => {
  const workspace = await newWorkspace();
  const [a, b] = [await samplePackage(workspace.path, { name: 'a' }), await samplePackage(workspace.path, { name: 'b' })];
  const inputs = await inputsOf(workspace, [a, b]);
  const swapped = [{ ...inputs.archives[0]!, path: b.archive.path }, { ...inputs.archives[1]!, path: a.archive.path }];
  const run = await runStage(repo(), 'create', { workspace, inputs: { ...inputs, archives: swapped }, options: { name: 'sample' } });
  expect(run.text).toContain('Archive and metadata of a-app-1.0 do not belong together: the metadata says sha256');
  expect(run.text).toContain('b-app-1.0');
  await workspace.write({ 'bad.metadata': 'path: x\n' });
  const bad = await runStage(repo(), 'create', { workspace, inputs: { ...inputs, metadata: [{ path: workspace.join('bad.metadata'), meta: { category: 'app', name: 'a', version: '1.0' } }] }, options: { name: 'sample' } });
  expect(bad.failure).toMatchObject({ code: 'COS_REPO_METADATA', message: 'The metadata of app/a cannot be read.' });
});

test('names of trees must be as many as trees', async () => {
  const workspace = await newWorkspace();
  const run = await runStage(repo(), 'create', { workspace, inputs: await inputsOf(workspace, []), options: { name: 'sample', treeNames: ['a', 'b'] } });
  expect(run.failure).toMatchObject({ code: 'COS_REPO_TREE_NAMES' });
});

test('a repository without packages is one, too', async () => {
  const workspace = await newWorkspace();
  const { outputs } = await runStage(repo(), 'create', { workspace, inputs: await inputsOf(workspace, []), options: { name: 'empty' } });
  expect(await readAsClient(outputs.repository.path)).toEqual([]);
  expect((await readdir(outputs.repository.path)).map((name) => [name, sha256Of(join(outputs.repository.path, name)).length])).toHaveLength(4);
});
