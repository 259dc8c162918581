import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { loadTree, planPackages } from '../../src/index.ts';
import type { PackagePlan } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { memoryTree } from '../rig/memory-tree.ts';
import { verbatim } from '../rig/verbatim.ts';

const trees = fileURLToPath(new URL('../fixtures/luet/trees', import.meta.url));

async function plan(name: string, targets: readonly string[] | 'all'): Promise<PackagePlan> {
  const tree = await loadTree({ roots: [`${trees}/${name}`], reader: folderReader });
  return planPackages({ tree, targets, render: verbatim });
}

function chainOf(result: PackagePlan, name: string): string[] {
  return result.packages.find((one) => one.fingerprintName === name)!.chain.map((one) => one.fingerprintName);
}

describe('the chain', () => {
  it('stacks requirements depth first in the order of their names', async () => {
    const result = await plan('chain', ['t/top']);
    expect(result.problems).toEqual([]);
    expect(chainOf(result, 'top-t-1.0')).toEqual(['base-t-1.0', 'm-t-1.0', 'a-t-1.0', 'z-t-1.0', 'top-t-1.0']);
    expect(result.images.map((one) => one.base.kind)).toEqual(['reference', 'image', 'image', 'image', 'image']);
    result.images.slice(1).forEach((image, index) => {
      expect(image.base).toEqual({ kind: 'image', id: result.images[index]!.id });
    });
  });

  it('shares images of chains that begin alike, and not others', async () => {
    const result = await plan('chain', 'all');
    const ids = result.images.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(result.images.filter((one) => one.fingerprintName === 'base-t-1.0')).toHaveLength(1);
    expect(result.images.filter((one) => one.fingerprintName === 'm-t-1.0')).toHaveLength(1);
    expect(result.images.filter((one) => one.fingerprintName === 'z-t-1.0')).toHaveLength(2);
    expect(result.packages.every((one) => one.role === 'target')).toBe(true);
  });

  it('marks what is only below the target', async () => {
    const result = await plan('chain', ['t/z']);
    expect(result.packages.map((one) => [one.fingerprintName, one.role])).toEqual([
      ['base-t-1.0', 'parent'],
      ['z-t-1.0', 'target'],
    ]);
  });
});

describe('packages to install', () => {
  const install = async (name: string, packages: readonly string[] | 'all'): Promise<PackagePlan> => {
    const tree = await loadTree({ roots: [`${trees}/${name}`], reader: folderReader });
    return planPackages({ tree, targets: [], install: packages, render: verbatim });
  };

  it('come with all that they need at run time, in the order of unpacking, as archives', async () => {
    const { installed, packages, problems } = await install('final', ['t/x']);
    expect(problems).toEqual([]);
    expect(installed).toEqual(['rt-t-1.0', 'x-t-1.0']);
    expect(packages.filter((one) => one.role === 'archive').map((one) => one.fingerprintName).toSorted()).toEqual(['rt-t-1.0', 'x-t-1.0']);
    expect((await plan('final', ['t/x'])).installed).toEqual([]);
  });

  it('may be all packages', async () => {
    const { installed } = await install('final', 'all');
    expect(installed).toContain('os-t-1.0');
    expect(installed.indexOf('rt-t-1.0')).toBeLessThan(installed.indexOf('x-t-1.0'));
  });

  it('must be there, and fit together', async () => {
    expect((await install('final', ['t/nothing'])).problems).toMatchObject([{ code: 'LUET_UNKNOWN_PACKAGE' }]);
    const one = (folder: string, definition: string) => ({ [`${folder}/definition.yaml`]: `category: t\n${definition}\n`, [`${folder}/build.yaml`]: 'image: x\nsteps: [x]\n' });
    const tree = await memoryTree({
      ...one('a', 'name: a\nversion: "1"\nrequires: [{category: t, name: c, version: ">=2"}]'),
      ...one('b', 'name: b\nversion: "1"\nrequires: [{category: t, name: c, version: "<2"}]'),
      ...one('c1', 'name: c\nversion: "1"'),
      ...one('c2', 'name: c\nversion: "2"'),
    });
    const { problems } = planPackages({ tree, targets: [], install: ['t/a', 't/b'], render: verbatim });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/^t\/a@1, t\/b@1 cannot be installed together: /)]);
  });
});

describe('packages built on archives', () => {
  it('take the runtime closure of what they require, in chain order', async () => {
    const result = await plan('final', ['t/os']);
    expect(result.problems).toEqual([]);
    const os = result.packages.at(-1)!;
    expect(os).toMatchObject({ fingerprintName: 'os-t-1.0', kind: 'final', archive: 'unpack', role: 'target' });
    expect(os.finalRequires).toEqual(['base-t-1.0', 'rt-t-1.0', 'x-t-1.0']);
    expect(os.chain.map((one) => one.fingerprintName)).toEqual(['os-t-1.0']);
    expect(result.packages.slice(0, -1).map((one) => one.role)).toEqual(['archive', 'archive', 'archive']);
    expect(result.images.at(-1)!.base).toEqual({ kind: 'archives', packages: ['base-t-1.0', 'rt-t-1.0', 'x-t-1.0'] });
  });

  it('take only what they list when the rule of 2021 is asked for', async () => {
    const tree = await loadTree({ roots: [`${trees}/final`], reader: folderReader });
    const result = planPackages({ tree, targets: ['t/os'], render: verbatim, finalRequires: 'first-level' });
    expect(result.packages.at(-1)!.finalRequires).toEqual(['base-t-1.0', 'x-t-1.0']);
  });

  it('are the bottom of chains above them', async () => {
    expect(chainOf(await plan('final', ['t/top']), 'top-t-1.0')).toEqual(['os-t-1.0', 'top-t-1.0']);
  });
});

describe('other kinds', () => {
  it('copy from the image of a package that is built for itself', async () => {
    const result = await plan('copypkg', ['t/dst']);
    expect(result.packages.map((one) => [one.fingerprintName, one.role])).toEqual([['src-t-1.0', 'image'], ['dst-t-1.0', 'target']]);
    expect(result.packages[1]!.copies).toEqual([
      { from: 'image', package: 'src-t-1.0', image: 'src-t-1.0', source: '/s', destination: '/s2' },
    ]);
    expect(result.images.map((one) => one.fingerprintName)).toEqual(['src-t-1.0', 'dst-t-1.0']);
  });

  it('build nothing for a virtual package', async () => {
    const result = await plan('virtual', ['t/v']);
    expect(result.images).toEqual([]);
    expect(result.packages).toMatchObject([{ kind: 'virtual', archive: 'empty', image: undefined }]);
  });

  it('build an image and an empty archive for a package that only requires', async () => {
    const result = await plan('virtual', ['t/u']);
    expect(result.images.map((one) => one.fingerprintName)).toEqual(['base-t-1.0', 'vr-t-1.0', 'u-t-1.0']);
    expect(result.packages.find((one) => one.name === 'vr')).toMatchObject({ kind: 'requires', archive: 'empty' });
  });

  it('put the provider in the place of what it provides', async () => {
    expect(chainOf(await plan('provides', ['t/u']), 'u-t-1.0')).toEqual(['c-t-1.0', 'u-t-1.0']);
    expect((await plan('provides', ['t/old'])).packages.map((one) => one.fingerprintName)).toEqual(['c-t-1.0']);
  });

  it('choose the newest version unless an exact one is required', async () => {
    expect(chainOf(await plan('versions', ['t/u']), 'u-t-1.0')).toEqual(['l-t-1.10', 'u-t-1.0']);
    expect(chainOf(await plan('versions', ['t/e']), 'e-t-1.0')).toEqual(['l-t-1.9', 'e-t-1.0']);
  });
});
