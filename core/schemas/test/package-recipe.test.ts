import { expect, test } from 'vitest';
import { readPackageRecipe } from '../src/index.ts';

const identity = { format: 1, category: 't', name: 'p', version: '1.0' };

test('a recipe that says nothing has empty fields', () => {
  expect(readPackageRecipe(JSON.stringify(identity))).toMatchObject({ ok: true, recipe: { name: 'p', image: '', steps: [], copy: [], unpack: false, packageDir: '' } });
});

test('everything that is wrong with a recipe is told', () => {
  expect(readPackageRecipe(JSON.stringify({ ...identity, format: 2, steps: 'make', copy: [{ source: 1 }] }))).toMatchObject({
    ok: false,
    reasons: [expect.stringContaining('format: '), expect.stringContaining('steps: '), expect.stringContaining('copy.0.source: '), expect.stringContaining('copy.0.destination: ')],
  });
  expect(readPackageRecipe('{')).toMatchObject({ ok: false, reasons: [expect.stringContaining('no JSON')] });
  expect(readPackageRecipe('[]')).toMatchObject({ ok: false, reasons: [expect.stringContaining('the recipe: ')] });
});
