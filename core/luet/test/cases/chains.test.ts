// Cases 35, 36 and 50 to 52 of luet's behaviour: in which order images and archives are stacked.
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { describeChainImages, tagPlan } from '../../src/index.ts';
import type { PackagePlan, PackageTags } from '../../src/index.ts';
import { chainOf, load, packages, plan, planFiles, requires } from '../rig/written-tree.ts';

async function planFixture(name: string): Promise<{ readonly result: PackagePlan; readonly tags: ReadonlyMap<string, PackageTags> }> {
  const { tree, reader } = await load(fileURLToPath(new URL(`../fixtures/luet/trees/${name}`, import.meta.url)));
  const result = plan(tree);
  return { result, tags: (await tagPlan({ plan: result, reader })).tags };
}

describe('the chain', () => {
  it('35: stands depth first in the order of names, each image on the one before it', async () => {
    const { result, tags } = await planFixture('chain');
    expect(chainOf(result, 'top')).toEqual(['base-t-1.0', 'm-t-1.0', 'a-t-1.0', 'z-t-1.0', 'top-t-1.0']);
    const images = describeChainImages({ plan: result, tags, target: result.packages.find((one) => one.name === 'top')!, repository: 'R' });
    expect(images.map((one) => one.base)).toEqual(['base:1', ...images.slice(0, -1).map((one) => one.package)]);
  });

  it('36: the tag of a package depends on the chain that it stands in', async () => {
    const { tags } = await planFixture('chain');
    expect(tags.get('z-t-1.0')!.chain.at(-1)!.packageHash).toMatch(/^11adec65/);
    expect(tags.get('top-t-1.0')!.chain.find((one) => one.fingerprintName === 'z-t-1.0')!.packageHash).toMatch(/^b14aefb9/);
  });
});

describe('packages built on archives', () => {
  it('50: stand on what they require and what that needs at run time, in the order of the chain', async () => {
    const { result } = await planFixture('final');
    expect(result.packages.find((one) => one.name === 'os')!.finalRequires).toEqual(['base-t-1.0', 'rt-t-1.0', 'x-t-1.0']);
  });

  it('52: get the archive of a package after those that it needs, so that its own files win', async () => {
    const files = { ...packages({ rt: 'image: x\nsteps: [a]\n', x: 'image: x\nsteps: [a]\n', os: `${requires('x')}requires_final_images: true\nunpack: true\n` }) };
    const needs = { ...files, 'x/definition.yaml': `${files['x/definition.yaml']!}${requires('rt')}` };
    const result = await planFiles(needs, { targets: ['t/os'] });
    const os = result.packages.at(-1)!;
    expect(result.images.find((one) => one.id === os.image)!.base).toEqual({ kind: 'archives', packages: ['rt-t-1.0', 'x-t-1.0'] });
  });
});
