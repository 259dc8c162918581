import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { readHashedPackage, tagChain, type HashedPackage } from '@cos/luet';
import { expect, test } from 'vitest';
import { template } from '../../src/index.ts';

/** Packages whose tags a real luet has printed. */
const base = { 'definition.yaml': 'name: "base"\ncategory: "t"\nversion: "1.0"\n', 'build.yaml': 'image: base:1\nunpack: true\n' };
const x = {
  'definition.yaml': 'name: "x"\ncategory: "t"\nversion: "1.0"\nrequires:\n- name: "rt"\n  category: "t"\n  version: ">=0"\n',
  'build.yaml': 'requires:\n- name: "base"\n  category: "t"\n  version: ">=0"\nsteps:\n- echo x > /x\n',
};
const tags = ['3df2336f63532fa47c891c5ca6d82ae9415b4223be1af47599b365a6fc9ab370', '118b4b81208ce033639303f94fac298fefd1b3b51d5c506c78b1fc2030c002b0'];

interface Hashed {
  readonly hashed: HashedPackage | undefined;
  readonly text: string;
  readonly lines: readonly string[];
  readonly failure: { readonly code?: string } | undefined;
}

/** The hash of the package in the folder `p`, by its rendered recipe. */
async function hash(workspace: TemporaryWorkspace, name: string, { file = 'definition.yaml', recipe }: { readonly file?: 'definition.yaml' | 'collection.yaml'; readonly recipe?: string } = {}): Promise<Hashed> {
  const folder = workspace.join('p');
  const [definition, collection] = [workspace.join('p', file), file === 'collection.yaml'];
  const meta = { category: 't', name, version: '1.0' };
  await using rendered = await runStage(template(), 'render', { inputs: { definition, recipe: workspace.join('p/build.yaml'), shared: [] }, options: { ...meta, values: {}, collection } });
  if (recipe !== undefined) await writeFile(workspace.join('recipe.json'), recipe);
  await using run = await runStage(template(), 'hash', { inputs: { recipe: { path: recipe === undefined ? rendered.outputs.recipe.path : workspace.join('recipe.json'), meta }, definition, folder }, options: { collection } });
  const text = run.failure === undefined ? await readFile(run.outputs.hash.path, 'utf8') : '';
  return { hashed: text === '' ? undefined : readHashedPackage(text, 'hash.json').hashed, text, lines: run.lines, failure: run.failure };
}

const folderOf = (files: Readonly<Record<string, string>>): Promise<TemporaryWorkspace> => createWorkspace(Object.fromEntries(Object.entries(files).map(([name, text]) => [`p/${name}`, text])));

const saltOf = ({ hashed }: Hashed): string => (hashed?.hash.ok === true ? hashed.hash.salt : '');

test('the tags of a chain follow from the hashes of its packages, as luet prints them', async () => {
  await using first = await folderOf(base);
  await using second = await folderOf(x);
  const salted = [
    { category: 't', name: 'base', version: '1.0', salt: saltOf(await hash(first, 'base')) },
    { category: 't', name: 'x', version: '1.0', salt: saltOf(await hash(second, 'x')) },
  ];
  expect(tagChain(salted).map(({ packageHash }) => packageHash)).toEqual(tags);
});

test('the record of a package has what its recipe requires for building', async () => {
  await using workspace = await folderOf(x);
  expect((await hash(workspace, 'x')).hashed?.record).toMatchObject({ category: 't', name: 'x', version: '1.0', requires: [{ name: 'base' }] });
});

test('a package of a collection is found by its name', async () => {
  const collection = 'packages:\n- {category: t, name: other, version: "1.0"}\n- {category: t, name: one, version: "1.0", description: This one}\n';
  await using workspace = await folderOf({ 'collection.yaml': collection, 'build.yaml': 'image: base:1\n' });
  expect((await hash(workspace, 'one', { file: 'collection.yaml' })).hashed?.record.description).toBe('This one');
});

test('a byte of a file changes the hash, and a mode does not', async () => {
  await using workspace = await folderOf({ ...base, file: 'content\n' });
  const before = await hash(workspace, 'base');
  await chmod(workspace.join('p/file'), 0o755);
  expect((await hash(workspace, 'base')).text).toBe(before.text);
  await writeFile(workspace.join('p/file'), 'contenT\n');
  expect(saltOf(await hash(workspace, 'base'))).not.toBe(saltOf(before));
});

test('a link that leads nowhere, or out of the folder to bytes that nobody watches, leaves a package without a hash, and that is told', async () => {
  await using workspace = await folderOf(base);
  await mkdir(workspace.join('elsewhere'));
  await writeFile(workspace.join('elsewhere/file'), 'x');
  for (const [name, target] of [['nowhere', 'nothing'], ['out', '../elsewhere/file']] as const) {
    await symlink(target, workspace.join('p', name));
    const { hashed, lines, text } = await hash(workspace, 'base');
    expect(hashed?.hash.ok).toBe(false);
    expect(hashed?.record.name).toBe('base');
    // The text is the same wherever the folder lies.
    expect(text).not.toContain(workspace.path);
    expect(lines.filter((line) => line.startsWith('t/base@1.0 and what is built on it have no tags of luet: '))).toHaveLength(1);
  }
});

test.each([
  ['{', 'no JSON'],
  ['{"format":2}', 'another format'],
  ['{"format":1,"category":"t","name":"another","version":"1.0"}', 'a package that the definition does not hold'],
])('a recipe %s is refused: %s', async (recipe) => {
  await using workspace = await folderOf(base);
  expect((await hash(workspace, 'base', { recipe })).failure).toMatchObject({ code: 'COS_TEMPLATE_RECIPE' });
});
