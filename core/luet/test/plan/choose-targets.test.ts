import { describe, expect, it } from 'vitest';
import { isError, loadTree, planPackages } from '../../src/index.ts';
import type { PackagePlan, PlanPackagesOptions } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { memoryReader, memoryTree } from '../rig/memory-tree.ts';
import { verbatim } from '../rig/verbatim.ts';
import { chainOf, definition, requires } from '../rig/written-tree.ts';

const trees = new URL('../fixtures/luet/trees', import.meta.url).pathname;
const base = 'image: b:1\nsteps: [make]\n';
const steps = 'steps: [make]\n';

async function planRecorded(name: string, options: Omit<PlanPackagesOptions, 'tree' | 'render'>): Promise<PackagePlan> {
  return planPackages({ tree: await loadTree({ roots: [`${trees}/${name}`], reader: folderReader }), render: verbatim, ...options });
}

async function planWritten(recipes: Readonly<Record<string, string>>, options: Omit<PlanPackagesOptions, 'tree' | 'render'>): Promise<PackagePlan> {
  const files = Object.fromEntries(Object.entries(recipes).flatMap(([name, recipe]) => {
    const [short = '', version = '1.0'] = name.split('@');
    return [[`${name}/definition.yaml`, definition(short, version)], [`${name}/build.yaml`, recipe]];
  }));
  return planPackages({ tree: await memoryTree(files), render: verbatim, ...options });
}

const targetsOf = (plan: PackagePlan) => plan.packages.filter(({ role }) => role === 'target').map(({ name, version }) => `${name}@${version}`).toSorted();

describe('the tops of a tree', () => {
  it('are what nothing is built with, by chains, copies and archives', async () => {
    expect(targetsOf(await planRecorded('chain', { targets: 'tops' }))).toEqual(['top@1.0']);
    expect(targetsOf(await planRecorded('copypkg', { targets: 'tops' }))).toEqual(['dst@1.0']);
    expect(targetsOf(await planRecorded('final', { targets: 'tops' }))).toEqual(['top@1.0']);
  });

  it('have old versions that nothing is built with any more', async () => {
    const recipes = { 'lib@1.0': base, 'lib@2.0': base, app: requires('lib') + steps };
    expect(targetsOf(await planWritten(recipes, { targets: 'tops' }))).toEqual(['app@1.0', 'lib@1.0']);
  });

  it('build everything', async () => {
    for (const tree of ['chain', 'final', 'copypkg', 'virtual', 'versions', 'collection']) {
      const all = await planRecorded(tree, { targets: 'all' });
      const tops = await planRecorded(tree, { targets: 'tops' });
      expect(tops.packages.map(({ fingerprintName }) => fingerprintName).toSorted()).toEqual(all.packages.map(({ fingerprintName }) => fingerprintName).toSorted());
    }
  });

  it('are told by the own trees alone, and broken packages are among them', async () => {
    const files = { 'own/base/definition.yaml': definition('base'), 'own/base/build.yaml': base, 'own/bad/definition.yaml': definition('bad'), 'own/bad/build.yaml': requires('nowhere') + steps, 'up/x/definition.yaml': definition('x'), 'up/x/build.yaml': requires('base') + steps };
    const tree = await loadTree({ roots: ['own'], references: ['up'], reader: memoryReader(files) });
    const plan = planPackages({ tree, render: verbatim, targets: 'tops' });
    expect(targetsOf(plan)).toEqual(['base@1.0']);
    expect(plan.problems.filter(isError).map(({ code }) => code)).toEqual(['LUET_UNKNOWN_PACKAGE']);
  });
});

describe('the dependents of a package', () => {
  const recipes = { base, lib: requires('base') + steps, app: requires('lib') + steps, tool: base, copying: `${base}copy:\n- {package: {name: tool, category: t, version: ">=0"}, source: /a, destination: /b}\n`, os: `${requires('app')}requires_final_images: true\nsteps: [make]\n`, other: base };

  it('are built as well: those above it, those that copy from it, those that are made of its archive', async () => {
    const of = async (...targets: readonly string[]) => targetsOf(await planWritten(recipes, { targets, dependents: true }));
    expect(await of('t/lib')).toEqual(['app@1.0', 'lib@1.0', 'os@1.0']);
    expect(await of('t/base')).toEqual(['app@1.0', 'base@1.0', 'lib@1.0', 'os@1.0']);
    expect(await of('t/tool')).toEqual(['copying@1.0', 'tool@1.0']);
    expect(await of('t/os', 't/other')).toEqual(['os@1.0', 'other@1.0']);
  });

  it('are not built without being asked for', async () => {
    expect(targetsOf(await planWritten(recipes, { targets: ['t/lib'] }))).toEqual(['lib@1.0']);
  });

  it('leave packages that nothing can be said of alone', async () => {
    const plan = await planWritten({ ...recipes, bad: requires('nowhere') + steps }, { targets: ['t/tool'], dependents: true });
    expect([targetsOf(plan), plan.problems.filter(isError)]).toEqual([['copying@1.0', 'tool@1.0'], []]);
  });
});

describe('archives of all own packages', () => {
  it('are those of packages that are built for themselves', async () => {
    const below = await planRecorded('chain', { targets: ['t/top'] });
    expect(chainOf(below, 'z')).toEqual(['base-t-1.0', 'm-t-1.0', 'a-t-1.0', 'z-t-1.0']);
    const all = await planRecorded('chain', { targets: ['t/top'], archives: 'own' });
    expect(chainOf(all, 'z')).toEqual(chainOf(await planRecorded('chain', { targets: ['t/z'] }), 'z'));
    expect(all.packages.map(({ name, role }) => [name, role])).toEqual([['base', 'archive'], ['m', 'archive'], ['a', 'archive'], ['z', 'archive'], ['top', 'target']]);
    expect(all.images.map(({ fingerprintName }) => fingerprintName).toSorted()).toEqual(['a-t-1.0', 'base-t-1.0', 'm-t-1.0', 'top-t-1.0', 'z-t-1.0', 'z-t-1.0']);
  });

  it('leave out those of reference trees that are only built on', async () => {
    const files = { 'own/app/definition.yaml': definition('app'), 'own/app/build.yaml': requires('lib') + steps, 'own/lib/definition.yaml': definition('lib'), 'own/lib/build.yaml': requires('up') + steps, 'up/up/definition.yaml': definition('up'), 'up/up/build.yaml': base };
    const tree = await loadTree({ roots: ['own'], references: ['up'], reader: memoryReader(files) });
    const plan = planPackages({ tree, render: verbatim, targets: ['t/app'], archives: 'own' });
    expect(plan.packages.map(({ name, role }) => [name, role])).toEqual([['up', 'parent'], ['lib', 'archive'], ['app', 'target']]);
  });
});

it('unknown packages are told at once, each with what is probably meant', async () => {
  const plan = await planWritten({ base, lib: requires('base') + steps }, { targets: ['t/bsae', 't/lib', 'x/lib', 't/lib-1.0'] });
  expect(plan.problems.map(({ message, hint }) => [message, hint])).toEqual([
    ['no package t/bsae in the trees', 'did you mean t/base?'],
    ['no package x/lib in the trees', 'did you mean t/lib?'],
    ['no package t/lib-1.0 in the trees', 'for a version write t/lib@1.0'],
  ]);
});
