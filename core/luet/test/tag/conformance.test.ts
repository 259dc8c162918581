// Tags that luet 0.32.0 and 0.35.2 print, and the intermediate values of their derivation.
import { describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import tagFixtures from '../fixtures/luet/tags.json' with { type: 'json' };
import vectors from '../fixtures/luet/hash-vectors.json' with { type: 'json' };
import { builderTag, hashDirectory, loadTree, parseYaml, planPackages, readValues, saltOf, tagChain, tagPlan } from '../../src/index.ts';
import { readBuildSpec } from '../../src/package/build-spec.ts';
import { hashSpec } from '../../src/tag/structural-hash.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { render } from '../rig/render.ts';

const root = fileURLToPath(new URL('../fixtures/luet', import.meta.url));

describe('the structural hash', () => {
  it.each(vectors.signature)('$name', ({ spec, decimal }) => {
    const { root: node } = parseYaml({ text: JSON.stringify(spec), file: 'build.yaml' });
    expect(String(hashSpec(readBuildSpec(node).spec!))).toBe(decimal);
  });
});

describe('the directory hash', () => {
  it.each(vectors.dirhash)('$dir', async ({ dir, hash }) => {
    expect(await hashDirectory(`${root}/${dir}`, folderReader)).toEqual({ ok: true, hash });
  });
});

it('derives package, build and builder tags from salts', () => {
  const { salts, packageHash, buildHash, builderTagOfTarget } = vectors.chain;
  const names = ['base', 'z'];
  const chain = names.map((name, index) => ({ category: 't', name, version: '1.0', salt: salts[index]! }));
  const tags = tagChain(chain);
  expect(tags.map((one) => one.packageHash)).toEqual(packageHash);
  expect(tags.map((one) => one.buildHash)).toEqual(buildHash);
  expect(tags[1]!.builderTag).toBe(builderTagOfTarget);
  expect(builderTag('z-t-1.0', packageHash[1]!)).toBe(builderTagOfTarget);
});

it('joins structural and directory hash to a salt', () => {
  const spec = readBuildSpec(parseYaml({ text: 'image: "base:1"', file: 'build.yaml' }).root).spec!;
  expect(saltOf(spec, vectors.dirhash[0]!.hash)).toBe(vectors.chain.salts[0]);
});

describe('the tags of whole trees', () => {
  it.each(tagFixtures.cases)('$tree: $target with $values', async ({ tree: name, target, chain, ...rest }) => {
    const file = 'values' in rest ? rest.values : undefined;
    const values = file === undefined ? [] : [readValues(await readFile(`${root}/${file}`, 'utf8'), file).values];
    const tree = await loadTree({ roots: [`${root}/trees/${name}`], reader: folderReader });
    const plan = planPackages({ tree, targets: [target], values, render });
    expect(plan.problems).toEqual([]);
    const { tags, problems } = await tagPlan({ plan, reader: folderReader });
    expect(problems).toEqual([]);
    const planned = plan.packages.find((one) => `${one.category}/${one.name}` === target)!;
    const found = tags.get(planned.fingerprintName)!.chain.map((one) => one.packageHash);
    expect(found).toEqual(chain.map((one) => one.tag));
  });
});
