// Cases 15 to 23 of luet's behaviour: what templates see and what they print.
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import tagFixtures from '../fixtures/luet/tags.json' with { type: 'json' };
import templating from '../fixtures/luet/templating.json' with { type: 'json' };
import { mergeValues, parseYaml, readValues, tagPlan, valuesFromYaml } from '../../src/index.ts';
import type { YamlMapping } from '../../src/index.ts';
import { render } from '../rig/render.ts';
import { definition, load, plan, planFiles, renderFiles } from '../rig/written-tree.ts';

interface Rendering { template: string; definition?: string; values?: string[]; expect?: string; error?: string }

describe('15: templates print what luet prints', () => {
  it.each(templating.cases as Rendering[])('$template', (row) => {
    const { root } = parseYaml({ text: row.definition ?? templating.definition, file: 'definition.yaml' });
    const layers = [valuesFromYaml(root as YamlMapping), ...(row.values ?? []).map((text) => readValues(text, 'values.yaml').values)];
    const result = render({ source: row.template, name: 'build.yaml', values: mergeValues(layers, 'luet') });
    expect(result.ok ? result.text : 'error').toBe(row.expect ?? 'error');
  });
});

/** The recipe of a package whose definition has these further lines. */
async function print(recipe: string, rest: string, values: readonly string[], merge: 'presence' | 'luet' = 'presence'): Promise<string> {
  return await renderFiles({ 'p/definition.yaml': definition('p', '1.0', rest), 'p/build.yaml': recipe }, 'p', { values, merge });
}

describe('values', () => {
  it('16: by the rule of luet an empty value does not override; by default it does', async () => {
    const recipe = '# {{ .Values.flag }} {{ .Values.num }}';
    const values = ['flag: false\nnum: 0\n'];
    expect(await print(recipe, 'flag: true\nnum: 5\n', values, 'luet')).toBe('# true 5');
    expect(await print(recipe, 'flag: true\nnum: 5\n', values)).toBe('# false 0');
  });

  it.each(['presence', 'luet'] as const)('17: mappings merge at any depth (%s)', async (merge) => {
    const text = await print('# {{ .Values.nested }}', 'nested: {k1: a, k2: {deep: b}}\n', ['nested: {k2: {other: c}}\n'], merge);
    expect(text).toBe('# map[k1:a k2:map[deep:b other:c]]');
  });

  it.each(['presence', 'luet'] as const)('18: lists are replaced whole (%s)', async (merge) => {
    expect(await print('# {{ .Values.list }}', 'list: [a, b]\n', ['list: [z]\n'], merge)).toBe('# [z]');
  });

  it('19: a value can change the name that a template sees, not what the package is', async () => {
    const result = await planFiles({ 'p/definition.yaml': definition('p'), 'p/build.yaml': 'image: {{ .Values.name }}\n' }, { values: ['name: evil\n'] });
    expect(result.packages).toMatchObject([{ name: 'p', fingerprintName: 'p-t-1.0', spec: { image: 'evil' } }]);
  });

  it.each(['presence', 'luet'] as const)('20: of several files the last one wins, for every package (%s)', async (merge) => {
    const names = ['a', 'b', 'c'];
    const files = Object.fromEntries(names.flatMap((name) => [[`${name}/definition.yaml`, definition(name)], [`${name}/build.yaml`, 'image: {{ .Values.v }}\n']]));
    const result = await planFiles(files, { values: ['v: one\n', 'v: two\n', 'v: three\n'], merge });
    expect(result.packages.map((one) => one.spec.image)).toEqual(['three', 'three', 'three']);
  });

  it('21: a recipe may use what only a values file has', async () => {
    const result = await planFiles({ 'p/definition.yaml': definition('p'), 'p/build.yaml': 'image: {{ .Values.foo.bar }}\n' }, { values: ['foo: {bar: x}\n'] });
    expect(result.problems).toEqual([]);
    expect(result.packages[0]!.spec.image).toBe('x');
  });

  it('22: numbers of a collection are floats and print like them', async () => {
    const files = { 'c/collection.yaml': 'packages:\n- {name: "p", category: "t", version: "1.0", num: 20230106}\n', 'c/build.yaml': '# {{ .Values.num }}' };
    expect(await renderFiles(files, 'p')).toBe('# 2.0230106e+07');
  });
});

it('23: a collection whose recipe calls a shared template has the recorded tags', async () => {
  const { tree, reader } = await load(fileURLToPath(new URL('../fixtures/luet/trees/collection', import.meta.url)));
  const result = plan(tree);
  const { tags } = await tagPlan({ plan: result, reader });
  for (const name of ['c1', 'c2']) {
    const recorded = tagFixtures.cases.find((one) => one.tree === 'collection' && one.target === `t/${name}`)!;
    expect(tags.get(`${name}-t-1.0`)!.chain.map((one) => one.packageHash)).toEqual(recorded.chain.map((one) => one.tag));
  }
});
