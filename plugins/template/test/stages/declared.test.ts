import { readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkspace, runStage } from '@cos/core/testing';
import { createFolderReader, createGoTemplateRender, hashDirectory, hashPackage, loadTree, planPackages, writePackageObject, readPackageObject } from '@cos/luet';
import { describe, expect, test } from 'vitest';
import { template } from '../../src/index.ts';

const given = {
  category: 'app',
  name: 'tool',
  version: '1.0',
  requires: [{ category: 'system', name: 'base', version: '>=0' }],
  steps: ['echo "{{ no template }}"', 'make'],
  includes: ['^/usr'],
  description: 'A tool',
  runtime: { requires: [{ category: 'app', name: 'lib', version: '>=1' }] },
  finalizer: { install: ['ldconfig'] },
};

const run = (data: Readonly<Record<string, unknown>>) => runStage(template(), 'declared', { options: { package: data as never } });
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();

describe('a package that the config declares', () => {
  test('has a recipe that no template engine has touched, and a definition in the form of luet', async () => {
    await using one = await run(given);
    expect(one.text).toBe('');
    expect(JSON.parse(await readFile(one.outputs.recipe.path, 'utf8'))).toMatchObject({ format: 1, category: 'app', name: 'tool', version: '1.0', steps: given.steps, requires: given.requires, includes: ['^/usr'], unpack: false });
    expect(await readFile(one.outputs.definition.path, 'utf8')).toMatchInlineSnapshot(`
      "category: app
      conflicts: []
      description: A tool
      id: 0
      name: tool
      requires:
      - category: app
        conflicts: []
        id: 0
        name: lib
        requires: []
        version: '>=1'
      version: '1.0'
      "
    `);
    expect(await readdir(one.outputs.context.path)).toEqual([]);
  });

  test('has the recipe that the files that say the same have', async () => {
    const { one } = readPackageObject(given, { file: 'x', line: 1, column: 1 });
    await using workspace = await createWorkspace({
      'definition.yaml': 'category: app\nname: tool\nversion: "1.0"\n',
      'build.yaml': 'requires:\n- {category: system, name: base, version: ">=0"}\nsteps:\n- echo "{{ "{{" }} no template }}"\n- make\nincludes: [^/usr]\n',
    });
    await using fromFiles = await runStage(template(), 'render', {
      inputs: { definition: workspace.join('definition.yaml'), recipe: workspace.join('build.yaml'), shared: [] },
      options: { category: 'app', name: 'tool', version: '1.0', collection: false, values: {} },
    });
    await using declared = await run(writePackageObject(one!));
    expect(declared.outputs.recipe.digest).toBe(fromFiles.outputs.recipe.digest);
  });

  test('changes its definition and nothing else with its description', async () => {
    await using before = await run(given);
    await using after = await run({ ...given, description: 'Another tool' });
    expect(after.outputs.recipe.digest).toBe(before.outputs.recipe.digest);
    expect(after.outputs.context.digest).toBe(before.outputs.context.digest);
    expect(after.outputs.definition.digest).not.toBe(before.outputs.definition.digest);
  });

  test('has its files as its context', async () => {
    await using one = await run({ ...given, files: { 'etc/os-release': 'NAME="x"\n', 'a.sh': '' } });
    expect(await filesIn(one.outputs.context.path)).toEqual(['a.sh', 'etc/os-release']);
    expect(await readFile(join(one.outputs.context.path, 'etc/os-release'), 'utf8')).toBe('NAME="x"\n');
  });

  test('is refused when a call of one\'s own gives something else', async () => {
    await using one = await run({ name: 'tool', files: { '../x': '' } });
    expect(one.failure?.code).toBe('COS_TEMPLATE_RECIPE');
    expect(one.text).toContain('the package has no version');
    expect(one.text).toContain('"../x" of "files" is no relative path');
  });
});

describe('declared packages as a tree', () => {
  test('are read by luet as they are meant, with the files of their contexts', async () => {
    await using workspace = await createWorkspace({ 'context/x.sh': 'echo x\n', 'context/deep/build.yaml': 'kept', 'context/build.yaml': 'left out', 'context/out/keep': '' });
    await symlink('x.sh', workspace.join('context/link'));
    await symlink('/etc/passwd', workspace.join('context/absolute'));
    await symlink('../../x', workspace.join('context/out/up'));
    const packages = [
      { package: { category: 'system', name: 'base', version: '1.0', image: 'debian:12', requires: [], steps: ['echo {{ no template }}'] }, hasContext: false },
      { package: { ...given, runtime: {} }, hasContext: true },
      { package: { category: '', name: 'bare', version: '1', image: 'debian:12', requires: [], files: { 'a/b': 'c' }, steps: ['true'] }, hasContext: false },
    ];
    await using made = await runStage(template(), 'declaredTree', { inputs: { contexts: [workspace.join('context')] }, options: { packages } });
    expect(made.text).toBe('');
    expect(made.lines).toEqual(['the link absolute leads out of the context of app/tool@1.0 and is left out of the tree', 'the link out/up leads out of the context of app/tool@1.0 and is left out of the tree']);
    const root = made.outputs.tree.path;
    expect(await filesIn(root)).toEqual([
      '-/bare/1/a/b', '-/bare/1/build.yaml', '-/bare/1/definition.yaml',
      'app/tool/1.0/build.yaml', 'app/tool/1.0/deep/build.yaml', 'app/tool/1.0/definition.yaml', 'app/tool/1.0/finalize.yaml', 'app/tool/1.0/link', 'app/tool/1.0/out/keep', 'app/tool/1.0/x.sh',
      'system/base/1.0/build.yaml', 'system/base/1.0/definition.yaml',
    ]);
    expect(await readlink(join(root, 'app/tool/1.0/link'))).toBe('x.sh');
    const tree = await loadTree({ roots: [root], reader: createFolderReader({ roots: [root] }) });
    const plan = planPackages({ tree, targets: 'all', render: createGoTemplateRender() });
    expect([...tree.problems, ...plan.problems]).toEqual([]);
    expect(plan.packages.map(({ fingerprintName, spec }) => [fingerprintName, spec.steps])).toEqual([['base-system-1.0', ['echo {{ no template }}']], ['tool-app-1.0', given.steps], ['bare--1', ['true']]]);
  });

  test('have the folders that their luet tags are made of', async () => {
    await using workspace = await createWorkspace({ 'context/x.sh': 'echo x\n', 'context/build.yaml': 'left out' });
    const reader = createFolderReader({ roots: [workspace.path] });
    const { packages } = await loadTree({ roots: [], contexts: workspace.path, reader, objects: [{ data: { ...given, context: 'context' }, at: { file: 'x', line: 1, column: 1 } }] });
    await using made = await runStage(template(), 'declaredTree', { inputs: { contexts: [workspace.join('context')] }, options: { packages: [{ package: given, hasContext: true }] } });
    const folder = join(made.outputs.tree.path, 'app/tool/1.0');
    await using alone = await runStage(template(), 'declaredFolder', { inputs: { context: workspace.join('context') }, options: { package: given } });
    expect(await filesIn(alone.outputs.folder.path)).toEqual(await filesIn(folder));
    expect(await hashDirectory(alone.outputs.folder.path, createFolderReader({ roots: [alone.outputs.folder.path] }))).toEqual(await hashPackage(packages[0]!, reader));
    await using bare = await runStage(template(), 'declaredFolder', { options: { package: { ...given, files: { a: 'b' } } } });
    expect(await filesIn(bare.outputs.folder.path)).toEqual(['a', 'build.yaml', 'definition.yaml', 'finalize.yaml']);
    expect(await hashDirectory(folder, createFolderReader({ roots: [folder] }))).toEqual(await hashPackage(packages[0]!, reader));
  });
});
