// Cases 1 to 14 of luet's behaviour: which packages a tree has, and what their files may hold.
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { formatProblem } from '../../src/index.ts';
import { definition, load, packages, plan, planFiles, requires, writeTree } from '../rig/written-tree.ts';

describe('finding packages', () => {
  it('1: a folder with definition.yaml is a package, also a hidden one; links are not followed and definition.yml is none', async () => {
    const root = await writeTree({
      'tree/a/definition.yaml': definition('a'),
      'tree/a/build.yaml': '',
      'tree/b/.hidden/definition.yaml': definition('hidden'),
      'tree/b/.hidden/build.yaml': '',
      'tree/link': { link: '../elsewhere' },
      'tree/c/definition.yml': definition('c'),
      'elsewhere/definition.yaml': definition('elsewhere'),
    });
    const { names, tree } = await load(join(root, 'tree'));
    expect(names).toEqual(['a-t-1.0', 'hidden-t-1.0']);
    expect(tree.problems.map(({ code, severity }) => [severity, code])).toEqual([['warning', 'LUET_LINKED_FOLDER']]);
  });

  it('2: a root that is a symbolic link has no packages', async () => {
    const root = await writeTree({ 'tree/a/definition.yaml': definition('a'), link: { link: 'tree' } });
    expect((await load(join(root, 'link'))).names).toEqual([]);
  });

  it('10: of two equal packages the one in the later tree wins', async () => {
    const root = await writeTree({ 'ta/p/definition.yaml': definition('p', '1.0', 'license: A\n'), 'tb/p/definition.yaml': definition('p', '1.0', 'license: B\n') });
    const licenses = async (...roots: string[]): Promise<string[]> => (await load(...roots)).tree.packages.map((one) => one.definition.license);
    expect(await licenses(join(root, 'ta'), join(root, 'tb'))).toEqual(['B']);
    expect(await licenses(join(root, 'tb'), join(root, 'ta'))).toEqual(['A']);
  });

  it('11: a collection merges anchors, and its packages share one build.yaml', async () => {
    const collection = 'packages:\n- &a\n  name: "one"\n  category: "t"\n  version: "1.0"\n- !!merge <<: *a\n  name: "two"\n';
    const { names, tree } = await load(await writeTree({ 'c/collection.yaml': collection, 'c/build.yaml': 'image: x\n' }));
    expect(names).toEqual(['one-t-1.0', 'two-t-1.0']);
    expect(new Set(tree.packages.map((one) => one.recipe?.file)).size).toBe(1);
  });

  it('12: a collection without build.yaml is an error', async () => {
    const { errors } = await load(await writeTree({ 'c/collection.yaml': 'packages:\n- {name: "one", category: "t", version: "1.0"}\n' }));
    expect(errors).toEqual(['LUET_NO_RECIPE']);
  });
});

describe('definitions', () => {
  it('3: an unquoted version 1.0 is an error that names file and key', async () => {
    const { tree } = await load(await writeTree({ 'p/definition.yaml': 'name: "p"\ncategory: "t"\nversion: 1.0\n' }));
    expect(tree.packages).toEqual([]);
    expect(formatProblem(tree.problems[0]!)).toMatch(/p\/definition\.yaml:3:10: LUET_WRONG_TYPE: version must be text.*number/);
  });

  it('4: an unquoted version 1.0.1 is text', async () => {
    const { names, tree } = await load(await writeTree({ 'p/definition.yaml': 'name: "p"\ncategory: "t"\nversion: 1.0.1\n' }));
    expect(names).toEqual(['p-t-1.0.1']);
    expect(tree.problems).toEqual([]);
  });

  it('5: an unquoted name n is a boolean and an error', async () => {
    const { tree } = await load(await writeTree({ 'p/definition.yaml': 'name: n\ncategory: "t"\nversion: "1.0"\n' }));
    expect(formatProblem(tree.problems[0]!)).toMatch(/p\/definition\.yaml:1:7: LUET_WRONG_TYPE: name must be text.*boolean/);
  });

  it('6: an unquoted version 1.0 in a requirement is an error', async () => {
    const { errors } = await load(await writeTree({ 'p/definition.yaml': definition('p', '1.0', 'requires: [{name: a, category: t, version: 1.0}]\n') }));
    expect(errors).toEqual(['LUET_WRONG_TYPE']);
  });
});

describe('recipes', () => {
  it('7: numbers and booleans among the steps become text', async () => {
    const result = await planFiles(packages({ p: 'image: x\nsteps: [5, true]\n' }));
    expect(result.problems).toEqual([]);
    expect(result.packages[0]!.spec.steps).toEqual(['5', 'true']);
  });

  it.each(['steps: x', 'env: {A: b}', 'unpack: "yes"'])('8: the wrong shape %s is an error', async (line) => {
    const result = await planFiles(packages({ p: `image: x\n${line}\n` }));
    expect(result.problems).toMatchObject([{ code: 'LUET_WRONG_TYPE', line: 2 }]);
  });

  it('9: keys are the same in upper and lower case', async () => {
    const result = await planFiles(packages({ p: 'IMAGE: x\nSteps: [make]\n' }));
    expect(result.packages[0]!.spec).toMatchObject({ image: 'x', steps: ['make'] });
  });
});

describe('references', () => {
  it('13: one without version does not find a package that has a version', async () => {
    const root = await writeTree(packages({ a: 'image: x\n', user: 'requires:\n- {name: "a", category: "t"}\n' }));
    const result = plan((await load(root)).tree, { targets: ['t/user'] });
    expect(result.problems).toMatchObject([{ code: 'LUET_NO_VERSION', file: join(root, 'user/build.yaml'), line: 2 }]);
  });

  it('14: ~1.0 is no selector but a version that nothing has', async () => {
    const result = await planFiles(packages({ 'a@1.0': 'image: x\n', user: requires('a@~1.0') }), { targets: ['t/user'] });
    expect(result.problems).toMatchObject([{ code: 'LUET_NO_VERSION', found: 'version 1.0' }]);
  });
});
