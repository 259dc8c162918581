// Tags by image, from chains and salts alone, are those that each target gives its chain.
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { builderTag, describeChainImages, describeTagChains, hashDirectory, loadTree, planPackages, saltOf, tagImages, tagPlan } from '../../src/index.ts';
import type { PackagePlan, TaggedImages, TaggedPackage } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { render } from '../rig/render.ts';

const root = fileURLToPath(new URL('../fixtures/luet/trees', import.meta.url));

async function planOf(name: string, targets: readonly string[] | 'all' = 'all'): Promise<PackagePlan> {
  const plan = planPackages({ tree: await loadTree({ roots: [`${root}/${name}`], reader: folderReader }), targets, render });
  expect(plan.problems).toEqual([]);
  return plan;
}

async function saltsOf({ rendered }: PackagePlan): Promise<Map<string, TaggedPackage>> {
  const salted = new Map<string, TaggedPackage>();
  for (const { package: one, spec } of rendered) {
    const hashed = await hashDirectory(one.dir, folderReader);
    const { category, name, version } = one.definition;
    if (hashed.ok) salted.set(one.fingerprintName, { category, name, version, salt: saltOf(spec, hashed.hash) });
  }
  return salted;
}

async function tagsOf(plan: PackagePlan): Promise<TaggedImages> {
  // A chain travels as JSON.
  return tagImages(structuredClone(describeTagChains(plan)), await saltsOf(plan));
}

describe.each(['chain', 'collection', 'copypkg', 'fields', 'final', 'pdir', 'provides', 'virtual'])('the images of the tree %s', (name) => {
  it('have exactly the tags that their targets give them, and those that they have as targets', async () => {
    const plan = await planOf(name);
    const { tags } = await tagPlan({ plan, reader: folderReader });
    const found = await tagsOf(plan);
    const expected = new Map<string, { packages: Set<string>; builders: Set<string> }>();
    for (const target of plan.packages.filter(({ role }) => role !== 'parent')) {
      const described = describeChainImages({ plan, tags, target, repository: 'r' });
      for (const element of target.chain) {
        const image = described.find(({ fingerprintName }) => fingerprintName === element.fingerprintName);
        if (element.image === undefined || image === undefined) continue;
        const known = expected.get(element.image) ?? { packages: new Set(), builders: new Set() };
        expected.set(element.image, known);
        const own = image.package.slice('r:'.length);
        known.packages.add(own);
        known.builders.add(image.builder.slice('r:'.length)).add(builderTag(element.fingerprintName, own));
      }
    }
    const sorted = (set: ReadonlySet<string>) => [...set].toSorted();
    expect(found.images).toEqual(new Map([...expected].map(([id, { packages, builders }]) => [id, { packages: sorted(packages), builders: sorted(builders) }])));
    expect(found.joins).toEqual(new Map(plan.packages.flatMap((one) => (one.kind === 'final' ? [[one.fingerprintName, tags.get(one.fingerprintName)!.joinTag]] : []))));
    expect(found.images.size).toBeGreaterThan(0);
  });
});

it('a package below others has the same builder image under a tag for each of them', async () => {
  const plan = await planOf('chain');
  const base = plan.packages.find((one) => one.name === 'base')!;
  const { images } = await tagsOf(plan);
  // A seed's tag below others does not name them; the other one is its own.
  expect(images.get(base.image!)!.builders).toHaveLength(2);
  const m = plan.packages.find((one) => one.name === 'm')!;
  const owners = plan.packages.filter((one) => one.role !== 'parent' && one.chain.some(({ image }) => image === m.image));
  expect(images.get(m.image!)!.builders).toHaveLength(owners.length);
});

it('a chain with a package that has no salt has no tags, and others keep theirs', async () => {
  const plan = await planOf('chain');
  const salted = await saltsOf(plan);
  salted.delete('m-t-1.0');
  const { images } = tagImages(describeTagChains(plan), salted);
  const named = (name: string): boolean => images.has(plan.packages.find((one) => one.name === name)!.image!);
  expect([named('base'), named('m'), named('top')]).toEqual([true, false, false]);
});
