import { readFileSync } from 'node:fs';
import { imageId } from '@cos/luet';
import { describe, expect, it } from 'vitest';
import { formatBuilderDockerfile, formatPackageDockerfile } from '../src/dockerfile.ts';
import { parseRecipe } from '../src/recipe.ts';

const golden = (name: string): string => readFileSync(new URL(`fixtures/dockerfiles/${name}.dockerfile`, import.meta.url), 'utf8');
const recipe = (fields: object): ReturnType<typeof parseRecipe> => parseRecipe(JSON.stringify({ format: 1, category: 't', version: '1.0', ...fields }));

const cases = [
  { folder: 'chain', recipe: recipe({ name: 'base' }), base: 'base:1', builder: 'R/cache:d4c597b731baae937b8a1ae90bb91ccb3bcbc342896da1971b1cb1482c8bdf47', copies: [] },
  {
    folder: 'chain', recipe: recipe({ name: 'm', steps: ['echo m > /m'] }), copies: [],
    base: 'R/cache:263a0b80215ff2a52b6f1be187fd05e72002d059626fe633e5fce447bc9b456f', builder: 'R/cache:builder-b96a3ca86d43838b07c5df73843058f0',
  },
  { folder: 'copypkg', recipe: recipe({ name: 'src', steps: ['echo s > /s'] }), base: 'base:1', builder: 'R/cache:builder-f1008a4d59745a790120dcd927f6618a', copies: [] },
  {
    folder: 'fields', base: 'base:1', builder: 'R/cache:builder-5c6cf81ec73ed817c27d3d5cd4b20879', copies: ['img:2'],
    recipe: recipe({
      name: 'p', version: '1.0+2', env: ['A=1', 'B="two words"'], prelude: ['echo pre'], steps: ['echo a && \\\necho b\n'],
      retrieve: ['x-*.tar'], copy: [{ image: 'img:2', source: '/s', destination: '/d' }],
    }),
  },
  { folder: 'pdir', recipe: recipe({ name: 'p', steps: ['mkdir /output'] }), base: 'base:1', builder: 'R/cache:builder-a863331d5b27826f1dc050f1d90ef456', copies: [] },
];

describe('the Dockerfiles of a package', () => {
  for (const { folder, recipe, base, builder, copies } of cases) {
    it(`are byte for byte luet's for ${folder}/${imageId(recipe)}`, () => {
      expect(formatBuilderDockerfile({ recipe, from: base, copies }).text).toBe(golden(`${folder}/${imageId(recipe)}-builder`));
      expect(formatPackageDockerfile({ recipe, from: builder, copies }).text).toBe(golden(`${folder}/${imageId(recipe)}`));
    });
  }

  it('say for each instruction on which line it starts and which item of the recipe it stands for', () => {
    const { text, instructions } = formatPackageDockerfile({
      recipe: recipe({ name: 'p', env: ['A=1'], copy: [{ source: '/s', destination: '/d' }], steps: ['one && \\\ntwo', 'three'] }), from: 'x', copies: ['y'],
    });
    const lines = text.split('\n');
    for (const instruction of instructions) expect(lines[instruction.line - 1]).toBe(instruction.text.split('\n')[0]);
    expect(instructions.map(({ origin }) => origin && `${origin.list}[${origin.index}]`).filter(Boolean)).toEqual(['copy[0]', 'env[0]', 'steps[0]', 'steps[1]']);
  });
});
