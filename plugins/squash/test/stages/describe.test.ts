import { readFile, symlink, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { joinTag, readMetadata, type ArchiveMetadata } from '@cos/luet';
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
  return runStage(squash(), 'describe', { workspace, inputs: { metadata: { path: workspace.join('metadata.yaml'), meta: identity }, recipes: [], definitions: [], folders: [] }, options: { values: { arch: 'x86_64', kernel: { flavour: 'rt' }, list: [1, 'two', null] } } });
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

/** A tree whose tags a real luet has printed: `build.yaml` and the fields of the recipe that it renders to. */
const tree = {
  base: { build: 'image: base:1\nunpack: true\n', fields: { image: 'base:1', unpack: true } },
  rt: { build: 'requires:\n- name: "base"\n  category: "t"\n  version: ">=0"\nsteps:\n- echo rt > /rt\n', fields: { requires: [{ category: 't', name: 'base', version: '>=0' }], steps: ['echo rt > /rt'] } },
  x: { build: 'requires:\n- name: "base"\n  category: "t"\n  version: ">=0"\nsteps:\n- echo x > /x\n', fields: { requires: [{ category: 't', name: 'base', version: '>=0' }], steps: ['echo x > /x'] } },
  os: {
    build: 'requires:\n- name: "base"\n  category: "t"\n  version: ">=0"\n- name: "x"\n  category: "t"\n  version: ">=0"\nrequires_final_images: true\nunpack: true\nsteps:\n- echo os\n',
    fields: { requires: [{ category: 't', name: 'base', version: '>=0' }, { category: 't', name: 'x', version: '>=0' }], requiresFinalImages: true, unpack: true, steps: ['echo os'] },
  },
} as const;
type Name = keyof typeof tree;
const tags = {
  base: '3df2336f63532fa47c891c5ca6d82ae9415b4223be1af47599b365a6fc9ab370',
  rt: 'd2f36bc4aac6f65a212bb43e5041da6e816c866daae9627ca8ecb0a04ebda86c',
  x: '118b4b81208ce033639303f94fac298fefd1b3b51d5c506c78b1fc2030c002b0',
  os: 'f96b82ded8ce5f1d675a0a2f3fd3cef6521b2b961ff567590a61c5602101064a',
} as const;
const runtimeOfX = 'requires:\n- name: "rt"\n  category: "t"\n  version: ">=0"\n';

async function chained(elements: readonly Name[], { parts, repository, link = false }: { readonly parts?: readonly (readonly Name[])[]; readonly repository?: string; readonly link?: boolean } = {}): Promise<{ readonly run: StageRun<typeof describe>; readonly metadata: ArchiveMetadata }> {
  const names = [...new Set([...elements, ...(parts ?? []).flat()])].toSorted();
  const files = names.map((name) => [
    [`${name}/definition.yaml`, `name: "${name}"\ncategory: "t"\nversion: "1.0"\n${name === 'x' ? runtimeOfX : ''}`],
    [`${name}/build.yaml`, tree[name].build],
    [`${name}.json`, JSON.stringify({ format: 1, category: 't', name, version: '1.0', ...tree[name].fields })],
  ]);
  const own = elements.at(-1) ?? 'base';
  const recipeOfOwn = parseRecipe(JSON.stringify({ format: 1, category: 't', name: own, version: '1.0', ...tree[own].fields }));
  const plain = describePackage({ recipe: recipeOfOwn, definition: undefined, sha256: 'a'.repeat(64), files: [], compression: 'none', epoch: 0 });
  const workspace = await createWorkspace({ ...Object.fromEntries(files.flat()), 'metadata.yaml': plain });
  if (link) await symlink('/etc/hostname', workspace.join(`${own}/link`));
  const meta = (name: Name) => ({ category: 't', name, version: '1.0' });
  const run = await runStage(squash(), 'describe', {
    workspace,
    inputs: {
      metadata: { path: workspace.join('metadata.yaml'), meta: meta(own) },
      recipes: names.map((name) => ({ path: workspace.join(`${name}.json`), meta: meta(name) })),
      definitions: names.map((name) => ({ path: workspace.join(`${name}/definition.yaml`), meta: {} })),
      folders: names.map((name) => ({ path: workspace.join(name), meta: {} })),
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

it('a folder that has no hash of luet is told, and the metadata is made without the chain', async () => {
  const { run, metadata } = await chained(['base', 'x'], { link: true });
  await using _ = run;
  expect(metadata.chain).toEqual([]);
  expect(metadata.spec.seed).toBe('');
  expect(run.lines.join('\n')).toContain('have no tags of luet');
});
