import { describe, expect, it } from 'vitest';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatProblem, loadTree } from '../../src/index.ts';
import type { Tree } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { memoryReader, memoryTree } from '../rig/memory-tree.ts';

const pkg = (name: string, rest = ''): string => `name: "${name}"\ncategory: "t"\nversion: "1.0"\n${rest}`;
const namesOf = (tree: Tree): string[] => tree.packages.map((one) => one.fingerprintName);
const codesOf = (tree: Tree): string[] => tree.problems.map((one) => one.code);

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'luet-tree-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

describe('finding packages', () => {
  it('enters hidden folders, follows no links but says so, and takes no other file names', async () => {
    const root = await folderWith({
      'tree/a/definition.yaml': pkg('a'),
      'tree/a/build.yaml': '',
      'tree/b/.hidden/definition.yaml': pkg('hidden'),
      'tree/c/definition.yml': pkg('c'),
      'tree/d/build.yaml': 'image: x\n',
      'elsewhere/definition.yaml': pkg('elsewhere'),
    });
    await symlink(join(root, 'elsewhere'), join(root, 'tree/link'));
    const tree = await loadTree({ roots: [join(root, 'tree')], reader: folderReader });
    expect(namesOf(tree)).toEqual(['a-t-1.0', 'hidden-t-1.0']);
    expect(tree.problems).toMatchObject([{ code: 'LUET_LINKED_FOLDER', severity: 'warning', file: join(root, 'tree/link') }]);
  });

  it('tells of links between packages that lead to folders or nowhere, not of those in build contexts and of linked files', async () => {
    const root = await folderWith({
      'tree/a/definition.yaml': pkg('a'),
      'tree/a/build.yaml': '',
      'elsewhere/group/b/definition.yaml': pkg('b'),
      'elsewhere/note.txt': '',
    });
    await symlink(join(root, 'elsewhere/group'), join(root, 'tree/a/context'));
    await symlink(join(root, 'nowhere'), join(root, 'tree/a/dangling'));
    await symlink(join(root, 'elsewhere/group/b'), join(root, 'tree/a/package'));
    await symlink(join(root, 'elsewhere/group'), join(root, 'tree/group'));
    await symlink(join(root, 'nowhere'), join(root, 'tree/nowhere'));
    await symlink(join(root, 'elsewhere/note.txt'), join(root, 'tree/note.txt'));
    const tree = await loadTree({ roots: [join(root, 'tree')], reader: folderReader });
    expect(tree.problems.map(formatProblem).map((text) => text.replaceAll(`${root}/`, '').replace(/ \(.*/, ''))).toEqual([
      'tree/group: LUET_LINKED_FOLDER: a folder is passed over, because it is a symbolic link: no package in it is read',
      'tree/nowhere: LUET_LINKED_FOLDER: a symbolic link that cannot be followed is passed over',
      'tree/a/package: LUET_LINKED_FOLDER: the folder of a package is passed over, because it is a symbolic link',
    ]);
  });

  it('finds nothing in a root that is a link, and says so', async () => {
    const root = await folderWith({ 'tree/a/definition.yaml': pkg('a') });
    await symlink(join(root, 'tree'), join(root, 'link'));
    const tree = await loadTree({ roots: [join(root, 'link')], reader: folderReader });
    expect(namesOf(tree)).toEqual([]);
    expect(tree.problems).toMatchObject([{ code: 'LUET_READ_FAILED', severity: 'warning', file: join(root, 'link') }]);
  });

  it('reports a root that does not exist', async () => {
    const tree = await loadTree({ roots: ['nowhere'], reader: memoryReader({}) });
    expect(tree.problems).toMatchObject([{ code: 'LUET_READ_FAILED', severity: 'error', file: 'nowhere' }]);
  });

  it('takes packages inside packages', async () => {
    const tree = await memoryTree({ 'a/definition.yaml': pkg('a'), 'a/deep/er/definition.yaml': pkg('b') });
    expect(namesOf(tree)).toEqual(['a-t-1.0', 'b-t-1.0']);
  });

  it('collects the files of all folders called templates, in order', async () => {
    const tree = await memoryTree({
      'templates/b.yaml': '2', 'templates/a.YAML': '1', 'templates/notes.md': 'x', 'x/templates/deep/c.yaml': '3', 'p/definition.yaml': pkg('p'),
    });
    expect(tree.templates.map((one) => one.file)).toEqual(['tree/templates/a.YAML', 'tree/templates/b.yaml', 'tree/x/templates/deep/c.yaml']);
  });

  it('lets the last one of two equal packages win, with a note that names both', async () => {
    const files = { 'ta/p/definition.yaml': pkg('p', 'description: from a\n'), 'tb/p/definition.yaml': pkg('p', 'description: from b\n') };
    const both = await loadTree({ roots: ['ta', 'tb'], reader: memoryReader(files) });
    expect(both.packages.map((one) => one.definition.description)).toEqual(['from b']);
    const reversed = await loadTree({ roots: ['tb', 'ta'], reader: memoryReader(files) });
    expect(reversed.packages.map((one) => one.definition.description)).toEqual(['from a']);
    expect(both.problems.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "tb/p/definition.yaml:1:7: LUET_DUPLICATE_PACKAGE: p-t-1.0 is defined twice; this one, loaded later, wins
        also defined here [ta/p/definition.yaml:1:7]",
      ]
    `);
  });
});

describe('collections', () => {
  it('share anchors by both spellings of the merge key, and a recipe', async () => {
    const text = [
      'packages:',
      '- &a', '  name: one', '  category: t', '  version: "1.0"', '  labels: {x: "y"}',
      '- !!merge <<: *a', '  name: two',
      '- <<: *a', '  name: three',
    ].join('\n');
    const tree = await memoryTree({ 'c/collection.yaml': text, 'c/build.yaml': 'image: x\n' });
    expect(tree.problems).toEqual([]);
    expect(namesOf(tree)).toEqual(['one-t-1.0', 'two-t-1.0', 'three-t-1.0']);
    expect(tree.packages.every((one) => one.recipe?.file === 'tree/c/build.yaml' && one.definition.labels.get('x') === 'y')).toBe(true);
    expect(tree.packages.some((one) => one.values.entries.has('<<'))).toBe(false);
  });

  it('need a recipe', async () => {
    const tree = await memoryTree({ 'c/collection.yaml': 'packages:\n- {name: a, category: t, version: "1"}\n' });
    expect(codesOf(tree)).toEqual(['LUET_NO_RECIPE']);
    expect(tree.packages).toEqual([]);
  });

  it('turn numbers into floats and keys into text, as they pass through JSON', async () => {
    const tree = await memoryTree({ 'c/collection.yaml': 'packages:\n- {name: a, version: "1", num: 5, n: 6, m: {1: x}}\n', 'c/build.yaml': '' });
    const { entries } = tree.packages[0]!.values;
    expect(entries.get('num')).toBe(5);
    expect(entries.get('false')).toBe(6);
    expect(entries.get('m')).toEqual({ keys: 'text', entries: new Map([['1', 'x']]) });
  });
});

describe('definitions', () => {
  it('keep free keys as template values with the types of YAML 1.1', async () => {
    const tree = await memoryTree({ 'p/definition.yaml': pkg('p', 'branch: x\nmode: 0755\nflag: y\nn: 1_000\nf: 1.10\nday: 2022-05-06\n') });
    expect(tree.problems).toEqual([]);
    expect(Object.fromEntries(tree.packages[0]!.values.entries)).toMatchObject({ branch: 'x', mode: 493n, flag: true, n: 1000n, f: 1.1, day: '2022-05-06' });
  });

  it.each([
    ['version: 1.0', 'tree/p/definition.yaml:2:10', 'version'],
    ['version: 10', 'tree/p/definition.yaml:2:10', 'version'],
    ['version: "1.0"\ncategory: n', 'tree/p/definition.yaml:3:11', 'category'],
    ['version: "1.0"\nrequires: [{name: a, category: t, version: 1.0}]', 'tree/p/definition.yaml:3:44', 'requires[0].version'],
    ['version: "1.0"\nlabels: {a: 1}', 'tree/p/definition.yaml:3:13', 'labels.a'],
  ])('refuse an unquoted number or boolean where text is wanted: %s', async (text, place, what) => {
    const tree = await memoryTree({ 'p/definition.yaml': `name: p\n${text}\n` });
    expect(tree.packages).toEqual([]);
    expect(tree.problems).toMatchObject([{ code: 'LUET_WRONG_TYPE', severity: 'error' }]);
    expect(formatProblem(tree.problems[0]!)).toContain(`${place}: LUET_WRONG_TYPE: ${what} must be text`);
  });

  it('take the written text instead, with a warning, when asked to', async () => {
    const tree = await memoryTree({ 'p/definition.yaml': 'name: p\ncategory: t\nversion: 1.10\n' }, { unquoted: 'text' });
    expect(namesOf(tree)).toEqual(['p-t-1.10']);
    expect(tree.problems).toMatchObject([{ code: 'LUET_LOSSY_SCALAR', severity: 'warning', line: 3, column: 10 }]);
  });

  it.each(['1.0.1', '0.10.7', '1.0-1', '1.0+1'])('accept the unquoted version %s', async (version) => {
    const tree = await memoryTree({ 'p/definition.yaml': `name: p\ncategory: t\nversion: ${version}\n` });
    expect(tree.problems).toEqual([]);
    expect(tree.packages[0]!.definition.version).toBe(version);
  });

  it('match keys without regard to case', async () => {
    const tree = await memoryTree({ 'p/definition.yaml': 'Name: p\nCATEGORY: t\nversion: "1"\n' });
    expect(namesOf(tree)).toEqual(['p-t-1']);
  });

  it('name the key that a misspelt one resembles', async () => {
    const tree = await memoryTree({ 'p/definition.yaml': pkg('p', 'requries: []\nbranch: x\n') });
    expect(tree.problems).toMatchObject([{ code: 'LUET_UNKNOWN_KEY', severity: 'warning', line: 4, column: 1, hint: 'did you mean "requires"?' }]);
  });

  it.each(['../up', '-rf', 'a/b', '.', 'a b', 'a\\nb', 'ä'])('refuse the name %j', async (name) => {
    const tree = await memoryTree({ 'p/definition.yaml': `name: "${name}"\ncategory: t\nversion: "1"\n` });
    expect(codesOf(tree)).toEqual(['LUET_BAD_NAME']);
    expect(tree.packages).toEqual([]);
  });

  it('refuse a version with a slash', async () => {
    const tree = await memoryTree({ 'p/definition.yaml': 'name: p\ncategory: t\nversion: "1/../../x"\n' });
    expect(codesOf(tree)).toEqual(['LUET_BAD_VERSION']);
  });

  it('report a missing name, a key given twice and broken syntax with their places', async () => {
    const tree = await memoryTree({
      'a/definition.yaml': 'category: t\nversion: "1"\n',
      'b/definition.yaml': 'name: b\nname: c\nversion: "1"\n',
      'c/definition.yaml': 'name: [c\n',
      'd/definition.yaml': '',
      'e/definition.yaml': '- e\n',
      'ok/definition.yaml': pkg('ok'),
    });
    expect(namesOf(tree)).toContain('ok-t-1.0');
    expect(tree.problems.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "tree/a/definition.yaml:1:1: LUET_MISSING_KEY: the package has no name",
        "tree/b/definition.yaml:2:1: LUET_DUPLICATE_KEY: the key "name" is given twice in one mapping
        first given here [tree/b/definition.yaml:1:1]",
        "tree/c/definition.yaml:1:7: LUET_YAML_SYNTAX: the [ has no end
        the parser gives up here [tree/c/definition.yaml:2:1]",
        "tree/d/definition.yaml:1:1: LUET_MISSING_KEY: the file is empty",
        "tree/e/definition.yaml:1:1: LUET_WRONG_TYPE: a package definition must be a mapping; expected a mapping; found a list",
      ]
    `);
  });
});
