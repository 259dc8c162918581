// Tags that luet 0.32.0 and 0.35.2 print.
import { describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import tagFixtures from '../fixtures/luet/tags.json' with { type: 'json' };
import vectors from '../fixtures/luet/hash-vectors.json' with { type: 'json' };
import { loadTree, parseYaml, planPackages, readBuildSpec, readValues, saltOf, tagPlan } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { render } from '../rig/render.ts';

const root = fileURLToPath(new URL('../fixtures/luet', import.meta.url));

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
