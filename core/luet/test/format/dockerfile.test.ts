// The Dockerfiles of a package: byte for byte those that luet wrote, and each instruction knows where it stands and what it is made of.
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { formatBuilderDockerfile, formatDockerfiles, formatPackageDockerfile, imageId } from '../../src/index.ts';
import type { DockerfileSpec } from '../../src/index.ts';

const golden = (name: string): string => readFileSync(new URL(`../fixtures/luet/dockerfiles/${name}.dockerfile`, import.meta.url), 'utf8');
const one = (name: string, version = '1.0') => ({ category: 't', name, version });
const spec = (fields: Partial<DockerfileSpec> = {}): DockerfileSpec => ({ retrieve: [], copy: [], env: [], prelude: [], steps: [], ...fields });

const cases = [
  { folder: 'chain', package: one('base'), spec: spec(), base: 'base:1', builder: 'R/cache:d4c597b731baae937b8a1ae90bb91ccb3bcbc342896da1971b1cb1482c8bdf47', copies: [] },
  {
    folder: 'chain', package: one('m'), spec: spec({ steps: ['echo m > /m'] }), copies: [],
    base: 'R/cache:263a0b80215ff2a52b6f1be187fd05e72002d059626fe633e5fce447bc9b456f', builder: 'R/cache:builder-b96a3ca86d43838b07c5df73843058f0',
  },
  { folder: 'copypkg', package: one('src'), spec: spec({ steps: ['echo s > /s'] }), base: 'base:1', builder: 'R/cache:builder-f1008a4d59745a790120dcd927f6618a', copies: [] },
  {
    folder: 'fields', package: one('p', '1.0+2'), base: 'base:1', builder: 'R/cache:builder-5c6cf81ec73ed817c27d3d5cd4b20879', copies: ['img:2'],
    spec: spec({
      env: ['A=1', 'B="two words"'], prelude: ['echo pre'], steps: ['echo a && \\\necho b\n'], retrieve: ['x-*.tar'], copy: [{ source: '/s', destination: '/d' }],
    }),
  },
  { folder: 'pdir', package: one('p'), spec: spec({ steps: ['mkdir /output'] }), base: 'base:1', builder: 'R/cache:builder-a863331d5b27826f1dc050f1d90ef456', copies: [] },
];

describe('the Dockerfiles of a package', () => {
  for (const { folder, ...input } of cases) {
    it(`are byte for byte luet's for ${folder}/${imageId(input.package)}`, () => {
      expect(formatDockerfiles(input)).toEqual({ builder: golden(`${folder}/${imageId(input.package)}-builder`), package: golden(`${folder}/${imageId(input.package)}`) });
    });
  }

  it('say for each instruction on which line it starts and which item of the recipe it stands for', () => {
    const { text, instructions } = formatPackageDockerfile({
      package: one('p'), from: 'x', copies: ['y'],
      spec: spec({ env: ['A=1'], retrieve: ['*.tar'], copy: [{ source: '/s', destination: '/d' }], steps: ['one && \\\ntwo', 'three'] }),
    });
    const lines = text.split('\n');
    for (const instruction of instructions) expect(lines[instruction.line - 1]).toBe(instruction.text.split('\n')[0]);
    expect(instructions.map(({ origin }) => origin && `${origin.list}[${origin.index}]`).filter(Boolean)).toEqual(['retrieve[0]', 'copy[0]', 'env[0]', 'steps[0]', 'steps[1]']);
  });

  it('leave an item of copy out that has no image, and count the others by their place in the recipe', () => {
    const copy = [{ source: '/a', destination: '/a' }, { source: '/b', destination: '/b' }];
    const { text, instructions } = formatBuilderDockerfile({ package: one('p'), spec: spec({ copy }), from: 'x', copies: [undefined, 'y'] });
    expect(text).not.toContain('/a ');
    expect(instructions.at(-1)).toEqual({ text: 'COPY --from=y /b /b', line: 8, origin: { list: 'copy', index: 1 } });
  });
});
