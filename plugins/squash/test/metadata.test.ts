import { readMetadata } from '@cos/luet';
import { describe, expect, it } from 'vitest';
import { readPackageDefinition } from '../src/definition.ts';
import { describePackage } from '../src/metadata.ts';
import { parseRecipe } from '../src/recipe.ts';

const recipe = parseRecipe(JSON.stringify({
  format: 1, category: 'test', name: 'b', version: '0.1', image: 'base:1', steps: ['cat /a > /b'], requires: [{ category: 'test', name: 'a', version: '>=0' }],
  copy: [{ image: 'x:1', source: '/s', destination: '/d' }],
}));
const definitionText = 'name: b\ncategory: test\nversion: "0.1"\nlabels: {x: "1"}\ndescription: text\nrequires:\n- {category: test, name: a, version: ">=1.0"}\n';

describe('the metadata of a package', () => {
  it('says what it needs for building and when it is installed, its archive\'s name, digest and files', async () => {
    const definition = await readPackageDefinition(definitionText, recipe);
    const text = describePackage({ recipe, definition, sha256: 'a'.repeat(64), files: ['b'], compression: 'zstd', epoch: 315_532_800 });
    const { metadata, problems } = readMetadata(text, 'b.metadata.yaml');
    expect(problems).toEqual([]);
    expect(metadata).toMatchObject({
      path: 'b-test-0.1.package.tar.zst', sha256: 'a'.repeat(64), compression: 'zstd', files: ['b'],
      spec: { image: 'base:1', seed: 'base:1', steps: ['cat /a > /b'], copy: [{ image: 'x:1', source: '/s', destination: '/d' }] },
      package: { name: 'b', requires: [{ name: 'a', version: '>=0' }], buildTimestamp: '1980-01-01T00:00:00.000Z sha256:aaaaaaaaaaaaaaaa' },
      runtime: { name: 'b', description: 'text', requires: [{ name: 'a', version: '>=1.0' }] },
    });
    expect(metadata?.runtime.labels).toEqual(new Map([['x', '1']]));
  });

  it('lists no files of a hidden package', async () => {
    const definition = await readPackageDefinition(`${definitionText}hidden: true\n`, recipe);
    expect(readMetadata(describePackage({ recipe, definition, sha256: 'a'.repeat(64), files: ['b'], compression: 'none', epoch: 0 }), 'm').metadata?.files).toEqual([]);
  });

  it('finds the package in a collection', async () => {
    const definition = await readPackageDefinition('packages:\n- {name: a, category: test, version: "1"}\n- {name: b, category: test, version: "0.1", license: MIT}\n', recipe);
    expect(definition.license).toBe('MIT');
  });

  it('is refused when the definition holds another version', async () => {
    await expect(readPackageDefinition('name: b\ncategory: test\nversion: "0.2"\n', recipe)).rejects.toMatchObject({
      diagnostics: [{ code: 'COS_SQUASH_DEFINITION', message: 'The input "definition" does not hold the package test/b@0.1.' }],
    });
  });

  it('is refused with its place when the definition cannot be read', async () => {
    await expect(readPackageDefinition('name: b\ncategory: test\nversion: 0.1\n', recipe)).rejects.toMatchObject({
      diagnostics: [{ notes: [{ message: expect.stringContaining('definition.yaml:3:10') as unknown }] }],
    });
  });
});

describe('a recipe', () => {
  it.each([['no JSON', 'x'], ['of another format', '{"format":2}'], ['with steps that are no list', '{"format":1,"category":"t","name":"p","version":"1","steps":"x"}']])('is refused when it is %s', (_, text) => {
    expect(() => parseRecipe(text)).toThrow('COS_SQUASH_RECIPE_FORM');
  });
});
