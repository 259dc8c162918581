import { readFile, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { createRecord, joinTag, readMetadata, writeHashedPackage, type ArchiveMetadata } from '@cos/luet';
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
  return runStage(squash(), 'describe', { workspace, inputs: { metadata: { path: workspace.join('metadata.yaml'), meta: identity }, hashes: [] }, options: { values: { arch: 'x86_64', kernel: { flavour: 'rt' }, list: [1, 'two', null] } } });
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

/** Packages whose tags a real luet has printed: their salts, and the fields of their recipes. */
const base = [{ category: 't', name: 'base', version: '>=0' }];
const tree = {
  base: { salt: '3764977859468022215h1:uugpGXMATtWrI4MR7Kf95ykS2iqSKE65Tdppi3Tfj7s=', fields: { image: 'base:1', unpack: true, requires: [] } },
  rt: { salt: '15029096253223303161h1:p6PENgFOFQ9pKsjqTAdf3Ku7XvEky/MjZGHVLaOQYD0=', fields: { requires: base, steps: ['echo rt > /rt'] } },
  x: { salt: '17137274223118826915h1:sIZhKTuz99n2cUIi2Fxyik+cJJT/ikJ+rubNjJbm4MQ=', fields: { requires: base, steps: ['echo x > /x'] } },
  os: { salt: '14047325175209229477h1:6XDRoP3RMIA+4aSq8bGyIO2WUysHaDVSbT7/7Zy9Qck=', fields: { requires: [...base, { category: 't', name: 'x', version: '>=0' }], requiresFinalImages: true, unpack: true, steps: ['echo os'] } },
} as const;
type Name = keyof typeof tree;
const tags = {
  base: '3df2336f63532fa47c891c5ca6d82ae9415b4223be1af47599b365a6fc9ab370',
  rt: 'd2f36bc4aac6f65a212bb43e5041da6e816c866daae9627ca8ecb0a04ebda86c',
  x: '118b4b81208ce033639303f94fac298fefd1b3b51d5c506c78b1fc2030c002b0',
  os: 'f96b82ded8ce5f1d675a0a2f3fd3cef6521b2b961ff567590a61c5602101064a',
} as const;

async function chained(elements: readonly Name[], { parts, repository, without }: { readonly parts?: readonly (readonly Name[])[]; readonly repository?: string; readonly without?: Name } = {}): Promise<{ readonly run: StageRun<typeof describe>; readonly metadata: ArchiveMetadata }> {
  const names = [...new Set([...elements, ...(parts ?? []).flat()])].toSorted();
  const identityOf = (name: Name) => ({ category: 't', name, version: '1.0' });
  const hashOf = (name: Name) => (name === without ? { ok: false, problem: 'a link leads out of the folder' } as const : { ok: true, salt: tree[name].salt } as const);
  const files = names.map((name) => [`${name}.json`, writeHashedPackage({ record: createRecord({ ...identityOf(name), requires: tree[name].fields.requires }), hash: hashOf(name) })] as const);
  const own = elements.at(-1) ?? 'base';
  const recipeOfOwn = parseRecipe(JSON.stringify({ format: 1, ...identityOf(own), ...tree[own].fields }));
  const plain = describePackage({ recipe: recipeOfOwn, definition: undefined, sha256: 'a'.repeat(64), files: [], compression: 'none', epoch: 0 });
  const workspace = await createWorkspace({ ...Object.fromEntries(files), 'metadata.yaml': plain });
  const run = await runStage(squash(), 'describe', {
    workspace,
    inputs: {
      metadata: { path: workspace.join('metadata.yaml'), meta: identityOf(own) },
      hashes: names.map((name) => ({ path: workspace.join(`${name}.json`), meta: identityOf(name) })),
    },
    options: {
      values: {},
      chain: {
        elements: elements.map((name) => ({ fingerprintName: `${name}-t-1.0`, hasImage: true, hasSeed: name === 'base' })),
        ...(parts === undefined ? {} : { parts: parts.map((part) => part.map((name) => `${name}-t-1.0`)) }),
      },
      ...(repository === undefined ? {} : { chainRepository: repository }),
    },
  });
  expect(run.text).not.toMatch(/error/i);
  const { metadata } = readMetadata(await readFile(run.outputs.metadata.path, 'utf8'), 'metadata.yaml');
  if (metadata === undefined) throw new Error('no metadata was made');
  return { run, metadata };
}

it('the chain of a package is told with the tags that luet gives, and the image that its builder image starts from', async () => {
  const { run, metadata } = await chained(['base', 'x'], { repository: 'R/cache' });
  await using _ = run;
  expect(metadata.chain.map(({ package: { name, requires }, packageHash }) => [name, requires.map((one) => one.name), packageHash])).toEqual([['base', [], tags.base], ['x', ['base'], tags.x]]);
  // The image below it is that of the package before.
  expect(metadata.chain[1]?.buildHash).toBe(tags.base);
  expect(metadata.spec).toMatchObject({ image: '', seed: `R/cache:${tags.base}` });
});

it('a package on an image of its recipe has that one as its seed', async () => {
  const { run, metadata } = await chained(['base']);
  await using _ = run;
  expect(metadata.spec).toMatchObject({ image: 'base:1', seed: 'base:1' });
  expect(metadata.chain.map(({ packageHash }) => packageHash)).toEqual([tags.base]);
});

it('a package on assembled archives tells the assembled image, in the repository where luet keeps images by itself', async () => {
  const { run, metadata } = await chained(['os'], { parts: [['base'], ['base', 'rt'], ['base', 'x']] });
  await using _ = run;
  const join = `luet/cache:${joinTag((['base', 'rt', 'x'] as const).map((name) => ({ fingerprintName: `${name}-t-1.0`, packageHash: tags[name] })))}`;
  expect(metadata.spec).toMatchObject({ image: join, seed: join });
  expect(metadata.chain.map(({ packageHash }) => packageHash)).toEqual([tags.os]);
});

it('a package without a hash of luet is told, and the metadata is made without the chain', async () => {
  const { run, metadata } = await chained(['base', 'x'], { without: 'base' });
  await using _ = run;
  expect(metadata.chain).toEqual([]);
  expect(metadata.spec.seed).toBe('');
  expect(run.lines.join('\n')).toContain('does not tell them: t/base@1.0: a link leads out of the folder');
});

it('what is no hash of a package is refused', async () => {
  await using workspace = await createWorkspace({ 'metadata.yaml': text, 'hash.json': '[]' });
  await using run = await runStage(squash(), 'describe', { inputs: { metadata: { path: workspace.join('metadata.yaml'), meta: identity }, hashes: [{ path: workspace.join('hash.json'), meta: identity }] }, options: { values: {}, chain: { elements: [] } } });
  expect(run.failure).toMatchObject({ code: 'COS_SQUASH_RECIPE_FORM' });
});
