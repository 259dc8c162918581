import { createWorkspace, runCommand } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../../src/index.ts';
import { args, broken, tree } from './trees.ts';

test('all packages are listed, versions in their order', async () => {
  await using workspace = await createWorkspace(tree);
  const run = await runCommand(resolve(), 'packages', { workspace: workspace.path, args });
  expect([run.exitCode, run.text]).toEqual([0, '']);
  expect(run.printed).toMatchInlineSnapshot(`
    "app/lib@1.9
    app/lib@1.10     (hidden)
    app/tool@1.0
    system/base@1.0  The ground
    system/os@1.0
    "
  `);
});

test('packages that are cut out of others are listed with them', async () => {
  const recipe = 'image: x\nsteps: [make]\nsubpackages:\n- {category: app, name: part-doc, version: "1.1", description: Texts, requires: [{category: app, name: part, version: ">=0"}]}\n';
  await using workspace = await createWorkspace({ ...tree, 'packages/part/definition.yaml': 'category: app\nname: part\nversion: "1.0"\n', 'packages/part/build.yaml': recipe });
  const run = await runCommand(resolve(), 'packages', { workspace: workspace.path, args });
  expect(run.printed.split('\n').filter((line) => line.includes('part'))).toEqual(['app/part@1.0', 'app/part-doc@1.1  (part of app/part@1.0) Texts']);
  const json = JSON.parse((await runCommand(resolve(), 'packages', { workspace: workspace.path, args: { ...args, json: true } })).printed);
  expect(json.packages.find(({ name }: { readonly name: string }) => name === 'part-doc')).toMatchObject({ kind: 'subpackage', of: 'app/part@1.0', path: 'packages/part', file: 'packages/part/build.yaml', runtimeRequires: ['app/part@>=0'] });
});

test('--json says for programs what each package is, where, and what it needs', async () => {
  await using workspace = await createWorkspace(tree);
  const { printed } = await runCommand(resolve(), 'packages', { workspace: workspace.path, args: { ...args, json: true } });
  const { packages } = JSON.parse(printed);
  expect(packages).toHaveLength(5);
  expect(packages[2]).toEqual({
    name: 'tool', category: 'app', version: '1.0', path: 'packages/tool', file: 'packages/tool/definition.yaml', description: '', hidden: false, kind: 'requires', archive: 'delta',
    buildRequires: ['app/lib@>=1.9'], runtimeRequires: ['app/lib@>=1.9'], provides: [], conflicts: [], labels: {},
  });
  expect(packages[3]).toMatchObject({ name: 'base', kind: 'image', labels: { kind: 'ground' } });
});

test('--revdeps lists who needs a package, also through others', async () => {
  await using workspace = await createWorkspace(tree);
  const list = async (revdeps: string, more = {}) => await runCommand(resolve(), 'packages', { workspace: workspace.path, args: { ...args, revdeps, ...more } });
  expect((await list('system/base')).printed).toMatchInlineSnapshot(`
    "app/lib@1.9    needs system/base@>=0
    app/lib@1.10   needs system/base@>=0
    app/tool@1.0   needs app/lib@>=1.9
    system/os@1.0  needs app/tool@>=0
    "
  `);
  expect((await list('app/lib@<1.10')).printed).toContain('app/tool@1.0');
  expect(JSON.parse((await list('app/tool', { json: true })).printed)).toMatchObject({ packages: [{ name: 'os', needs: { package: 'tool-app-1.0', reference: 'app/tool@>=0', when: 'build' } }] });
  expect(await list('app/tol')).toMatchObject({ exitCode: 2, printed: '', problems: [{ code: 'COS_RESOLVE_UNKNOWN_PACKAGE' }] });
});

test('a recipe that cannot be rendered is a warning, and its package is listed', async () => {
  await using workspace = await createWorkspace({ ...tree, ...broken });
  const run = await runCommand(resolve(), 'packages', { workspace: workspace.path, args });
  expect(run).toMatchObject({ exitCode: 0, problems: [{ code: 'COS_RESOLVE_RENDER_FAILED', severity: 'warning' }] });
  expect(run.printed).toContain('app/bad@1.0');
});

test('a definition that cannot be read is an error, and the others are listed', async () => {
  await using workspace = await createWorkspace({ ...tree, 'packages/odd/definition.yaml': 'category: [\n' });
  const run = await runCommand(resolve(), 'packages', { workspace: workspace.path, args });
  expect(run).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_RESOLVE_YAML_SYNTAX', severity: 'error' }] });
  expect(run.printed).toContain('system/base@1.0');
});
