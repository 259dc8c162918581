// What a user reads when a plan cannot be made: whole messages.
import { describe, expect, it } from 'vitest';
import { formatProblem, planPackages } from '../../src/index.ts';
import type { PackagePlan, PlanPackagesOptions } from '../../src/index.ts';
import { memoryTree } from '../rig/memory-tree.ts';
import { verbatim } from '../rig/verbatim.ts';

const definition = (name: string, version = '1.0', rest = ''): string => `name: "${name}"\ncategory: "t"\nversion: "${version}"\n${rest}`;
const requires = (...names: string[]): string =>
  `requires:\n${names.map((one) => `- name: "${one.split('@')[0]}"\n  category: "t"\n  version: "${one.split('@')[1] ?? '>=0'}"\n`).join('')}`;

async function plan(files: Readonly<Record<string, string>>, targets: readonly string[] | 'all', options: Partial<PlanPackagesOptions> = {}): Promise<PackagePlan> {
  return planPackages({ tree: await memoryTree(files), targets, render: verbatim, ...options });
}

/** Packages by name: `lib@2.0` → build.yaml. */
function packages(recipes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recipes).flatMap(([id, recipe]) => {
      const [name = '', version] = id.split('@');
      return [[`${id}/definition.yaml`, definition(name, version)], [`${id}/build.yaml`, recipe]];
    }),
  );
}

const text = (result: PackagePlan): string => result.problems.map(formatProblem).join('\n');

describe('packages that nothing is built for', () => {
  it('cannot be copied from, not even by themselves', async () => {
    const copy = (name: string): string => `copy:\n- package: {name: "${name}", category: "t", version: ">=0"}\n  source: /a\n  destination: /b\n`;
    const result = await plan(packages({ one: copy('one'), two: copy('three'), three: copy('two') }), 'all');
    expect(result.problems.map(formatProblem)).toEqual([
      'tree/one/build.yaml:2:19: LUET_NO_PARENT: one-t-1.0 copies from one-t-1.0, which has no image because nothing is built for it',
      'tree/two/build.yaml:2:19: LUET_NO_PARENT: two-t-1.0 copies from three-t-1.0, which has no image because nothing is built for it',
      'tree/three/build.yaml:2:19: LUET_NO_PARENT: three-t-1.0 copies from two-t-1.0, which has no image because nothing is built for it',
    ]);
  });
});

describe('missing packages', () => {
  it('name who requires them, where, and what is near', async () => {
    const result = await plan(packages({ base: 'image: x\n', mid: requires('bsae'), top: requires('mid') }), ['t/top']);
    expect(text(result)).toMatchInlineSnapshot(`
      "tree/mid/build.yaml:2:9: LUET_UNKNOWN_PACKAGE: no package t/bsae in the trees (required by t/mid@1.0) (did you mean t/base?)
        needed because t/top@1.0 requires t/mid@>=0 [tree/top/build.yaml:2:9]"
    `);
  });

  it('list the versions that there are', async () => {
    const result = await plan(packages({ 'lib@1.0': 'image: x\n', 'lib@1.5': 'image: x\n', top: requires('lib@>=2') }), ['t/top']);
    expect(text(result)).toMatchInlineSnapshot(`"tree/top/build.yaml:2:9: LUET_NO_VERSION: no version of t/lib satisfies >=2 (required by t/top@1.0); found version 1.5, 1.0"`);
  });

  it('explain that ~1.0 is no selector', async () => {
    const result = await plan(packages({ 'lib@1.0': 'image: x\n', top: requires('lib@~1.0') }), ['t/top']);
    expect(text(result)).toMatchInlineSnapshot(`"tree/top/build.yaml:2:9: LUET_NO_VERSION: t/lib has no version ~1.0 (required by t/top@1.0); found version 1.0 ("~1.0" is no selector; selectors use >=, >, <=, <)"`);
  });

  it('explain that a reference without version is no wildcard', async () => {
    const result = await plan(packages({ 'lib@1.0': 'image: x\n', top: 'requires:\n- {name: lib, category: t}\n' }), ['t/top']);
    expect(text(result)).toMatchInlineSnapshot(`"tree/top/build.yaml:2:10: LUET_NO_VERSION: t/lib is named without a version (required by t/top@1.0), which only matches a package that has none; found version 1.0 (write version: ">=0")"`);
  });

  it('are reported for targets, too', async () => {
    const result = await plan(packages({ 'lib@1.0': 'image: x\n' }), ['t/lob', 't/lib-1.0', 't/lib@>=3', '>=lib']);
    expect(text(result)).toMatchInlineSnapshot(`
      "LUET_UNKNOWN_PACKAGE: no package t/lob in the trees (did you mean t/lib?)
      LUET_UNKNOWN_PACKAGE: no package t/lib-1.0 in the trees (for a version write t/lib@1.0)
      LUET_NO_VERSION: no version of t/lib satisfies >=3; found version 1.0
      LUET_BAD_ATOM: ">=lib" names no package (write category/name@version, or =category/name-version)"
    `);
  });

  it('show the file that could not be read, which may be the reason', async () => {
    const files = { ...packages({ top: requires('lib') }), 'lib/definition.yaml': 'name: [\n' };
    const result = await plan(files, ['t/top']);
    expect(result.problems.map((one) => one.code)).toEqual(['LUET_YAML_SYNTAX', 'LUET_UNKNOWN_PACKAGE']);
  });
});

describe('requirements that exclude each other', () => {
  it('name both sides', async () => {
    const result = await plan(
      packages({ 'lib@1.0': 'image: x\n', 'lib@2.0': 'image: x\n', a: requires('lib@<2'), b: requires('lib@>=2'), top: requires('a', 'b') }),
      ['t/top'],
    );
    expect(text(result)).toMatchInlineSnapshot(`
      "tree/b/build.yaml:2:9: LUET_UNSATISFIABLE: t/top@1.0 cannot be built: t/b@1.0 requires t/lib@>=2, and no candidate fits with the rest
        t/lib@2.0: t/lib@1.0 is needed by t/a@1.0 as t/lib@<2 [tree/a/build.yaml:2:9]
        needed because t/top@1.0 requires t/b@>=0 [tree/top/build.yaml:5:9]"
    `);
  });

  it('name the conflict', async () => {
    const recipes = packages({ a: 'image: x\n', b: 'image: x\nconflicts:\n- {name: a, category: t, version: ">=0"}\n', top: requires('a', 'b') });
    expect(text(await plan(recipes, ['t/top']))).toMatchInlineSnapshot(`
      "tree/top/build.yaml:5:9: LUET_UNSATISFIABLE: t/top@1.0 cannot be built: t/top@1.0 requires t/b@>=0, and no candidate fits with the rest
        t/b@1.0: in conflict with t/a@1.0 (t/a@>=0) [tree/b/build.yaml:3:10]"
    `);
  });
});

describe('circles', () => {
  it('show the whole trail', async () => {
    const result = await plan(packages({ ca: requires('cb'), cb: requires('ca') }), ['t/ca']);
    expect(text(result)).toMatchInlineSnapshot(`
      "tree/ca/build.yaml:2:9: LUET_CYCLE: packages require each other in a circle: ca-t-1.0 -> cb-t-1.0 -> ca-t-1.0
        ca-t-1.0 requires cb-t-1.0 [tree/ca/build.yaml:2:9]
        cb-t-1.0 requires ca-t-1.0 [tree/cb/build.yaml:2:9]"
    `);
  });

  it('are found when they run through copied files', async () => {
    const copy = (name: string): string => `image: x\nsteps: [a]\ncopy:\n- package: {name: ${name}, category: t, version: ">=0"}\n  source: /a\n  destination: /b\n`;
    const result = await plan(packages({ a: copy('b'), b: copy('a') }), ['t/a']);
    expect(result.problems.map((one) => one.code)).toContain('LUET_CYCLE');
    expect(text(result)).toContain('a-t-1.0 -> b-t-1.0 -> a-t-1.0');
  });

  it('are found when they run through archives', async () => {
    const copy = 'image: x\nsteps: [a]\ncopy:\n- package: {name: os, category: t, version: ">=0"}\n  source: /a\n  destination: /b\n';
    const result = await plan(packages({ os: `${requires('part')}requires_final_images: true\n`, part: copy }), ['t/os']);
    expect(text(result)).toContain('LUET_CYCLE');
  });
});

describe('recipes', () => {
  it('that are wrong stop only what needs them', async () => {
    const recipes = packages({ good: 'image: x\n', bad: 'image: x\nexludes: [a]\n', worse: 'steps: [a\n' });
    const alone = await plan(recipes, ['t/good']);
    expect(alone.problems).toEqual([]);
    expect(alone.unrelated.map((one) => one.code).toSorted()).toEqual(['LUET_UNKNOWN_KEY', 'LUET_YAML_SYNTAX']);
    const all = await plan(recipes, 'all');
    expect(text(all)).toMatchInlineSnapshot(`
      "tree/bad/build.yaml:2:1: LUET_UNKNOWN_KEY: unknown key "exludes" in a build recipe; found exludes (did you mean "excludes"?)
      tree/worse/build.yaml:1:8: LUET_YAML_SYNTAX: the [ has no end
        the parser gives up here [tree/worse/build.yaml:2:1]"
    `);
  });

  it('with steps and nothing to build on are refused', async () => {
    const result = await plan(packages({ p: 'steps:\n- make\n' }), ['t/p']);
    expect(text(result)).toMatchInlineSnapshot(`"tree/p/build.yaml:1:1: LUET_NO_PARENT: p-t-1.0 is invalid: package has no dependencies and no seed image supplied while it has steps defined; expected one of image, requires (a template condition may have left out both)"`);
  });

  it.each([
    ['steps: x\n', 'steps must be a list'],
    ['env: {A: b}\n', 'env must be a list'],
    ['unpack: "yes"\n', 'unpack must be true or false'],
    ['package_dir: out\n', 'package_dir must be absolute'],
    ['requires_final_images: true\n', 'has none'],
    ['requires: [{name: a, category: t, version: 1.0}]\n', 'requires[0].version must be text'],
    ['output_dir: /x\n', 'did you mean "package_dir"?'],
    ['copy: [{source: /a, destination: /b}]\n', 'copy[0] must say where to copy from'],
  ])('with the wrong shape are refused: %s', async (recipe, message) => {
    expect(text(await plan(packages({ p: `image: x\n${recipe}`.replace('image: x\nrequires_final', 'requires_final') }), ['t/p']))).toContain(message);
  });

  it('turn numbers and booleans among commands into text', async () => {
    const result = await plan(packages({ p: 'image: x\nsteps: [5, true]\n' }), ['t/p']);
    expect(result.packages[0]!.spec.steps).toEqual(['5', 'true']);
  });

  it('match their keys without regard to case', async () => {
    const result = await plan(packages({ p: 'IMAGE: x\nSteps: [a]\n' }), ['t/p']);
    expect(result.packages[0]!.spec).toMatchObject({ image: 'x', steps: ['a'] });
  });

  it('leave out a copy from a package without version, with a warning', async () => {
    const recipes = packages({ src: 'image: x\n', p: 'image: x\ncopy:\n- package: {name: src, category: t}\n  source: /a\n  destination: /b\n' });
    const result = await plan(recipes, ['t/p']);
    expect(result.problems).toEqual([]);
    expect(result.packages.at(-1)!.copies).toEqual([]);
    expect(result.warnings).toMatchObject([{ code: 'LUET_NO_EFFECT', file: 'tree/p/build.yaml', line: 3 }]);
  });

  it('read the 2021 key join as requirements built from archives', async () => {
    const join = 'join:\n- {name: a, category: t, version: ">=0"}\n';
    const result = await plan(packages({ a: 'image: x\nsteps: [a]\n', os: join }), ['t/os']);
    expect(result.packages.at(-1)).toMatchObject({ kind: 'final', finalRequires: ['a-t-1.0'] });
  });
});

describe('targets', () => {
  it('are not found without their category, but are suggested with it', async () => {
    const result = await plan(packages({ 'lib@1.0': 'image: x\n' }), ['lib']);
    expect(text(result)).toMatchInlineSnapshot(`"LUET_UNKNOWN_PACKAGE: no package lib in the trees (did you mean t/lib?)"`);
  });

  it.each([
    ['t/lib@<3', '2.0'], ['t/lib@>=2,<5', '2.0'], ['=t/lib-2.0', '2.0'], ['>=t/lib-1.0', '10.0'], ['<t/lib-2.0', '1.0'], ['t/lib', '10.0'],
  ])('%s means version %s', async (target, version) => {
    const recipes = packages({ 'lib@1.0': 'image: x\n', 'lib@2.0': 'image: x\n', 'lib@10.0': 'image: x\n' });
    const result = await plan(recipes, [target]);
    expect(result.packages.map((one) => one.version)).toEqual([version]);
  });

  it('without recipe are built on what they require at run time', async () => {
    const files = { ...packages({ a: 'image: x\n' }), 'meta/definition.yaml': definition('meta', '1.0', requires('a')) };
    const result = await plan(files, ['t/meta']);
    expect(result.packages.at(-1)!.chain.map((one) => one.fingerprintName)).toEqual(['a-t-1.0', 'meta-t-1.0']);
  });
});

it('warns of two packages whose image tags are the same', async () => {
  const result = await plan(packages({ 'p@1.0+1': 'image: x\n', 'p@1.0-1': 'image: x\n' }), 'all');
  expect(result.warnings).toMatchObject([{ code: 'LUET_TAG_COLLISION' }]);
});

it('chooses the newest version that works, going back when the newest does not', async () => {
  const recipes = packages({
    'lib@1.0': 'image: x\n', 'lib@2.0': 'image: x\n', 'tool@2.0': requires('lib@>=2'), 'tool@1.0': requires('lib@<2'), old: requires('lib@<2'), top: requires('tool', 'old'),
  });
  const result = await plan(recipes, ['t/top']);
  expect(result.packages.at(-1)!.chain.map((one) => one.fingerprintName)).toEqual(['lib-t-1.0', 'old-t-1.0', 'tool-t-1.0', 'top-t-1.0']);
});

it('reports a root that cannot be read even when the target is found elsewhere', async () => {
  const tree = await memoryTree(packages({ p: 'image: x\n' }), { roots: ['tree', 'nowhere'] });
  const result = planPackages({ tree, targets: ['t/p'], render: verbatim });
  expect(result.problems).toMatchObject([{ code: 'LUET_READ_FAILED', file: 'nowhere' }]);
});
