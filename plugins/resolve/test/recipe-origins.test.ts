import { createGoTemplateRender, loadTree, renderTree, type TreeReader } from '@cos/luet';
import { expect, test } from 'vitest';
import { recipeOrigins } from '../src/recipe-origins.ts';

async function originsOf(recipe: string, fields = '') {
  const files: Readonly<Record<string, string>> = { 'definition.yaml': `category: t\nname: p\nversion: "1.0"\n${fields}`, 'build.yaml': recipe };
  const reader: TreeReader = { list: async () => Object.keys(files).map((name) => ({ name, kind: 'file' })), readFile: async (path) => files[path.slice('tree/'.length)] ?? '' };
  const [rendered] = renderTree({ tree: await loadTree({ roots: ['tree'], reader }), render: createGoTemplateRender() });
  return recipeOrigins(rendered!);
}

test('items of a recipe have the lines where they were written', async () => {
  expect(await originsOf('image: x\nprelude:\n- one\nsteps: [two, three]\n')).toEqual({
    'prelude[0]': { place: { file: 'tree/build.yaml', line: 3, column: 3, length: 3 } },
    'steps[0]': { place: { file: 'tree/build.yaml', line: 4, column: 9, length: 3 } },
    'steps[1]': { place: { file: 'tree/build.yaml', line: 4, column: 14, length: 5 } },
  });
});

test('items behind a loop of a template have their line of the source and of the rendered text', async () => {
  const origins = await originsOf('image: x\nsteps:\n{{- range .Values.list }}\n- echo {{ . }}\n{{- end }}\n- last\n', 'list: [a, b]\n');
  expect(origins['steps[2]']).toMatchObject({ place: { file: 'tree/build.yaml', line: 6 }, notes: [{ message: 'it is line 5 of the rendered recipe: cos render t/p@1.0 --part recipe' }] });
  // Which turn of the loop made it is not to be told from the text.
  expect(origins['steps[0]']).toEqual({ place: { file: 'tree/build.yaml' }, notes: [{ message: 'it is line 3 of the rendered recipe: cos render t/p@1.0 --part recipe' }] });
});

test('items of copy are counted as the rendered recipe has them', async () => {
  const item = (version: string) => `- {package: {category: t, name: q${version}}, source: /a, destination: /b}\n`;
  expect(await originsOf(`image: x\ncopy:\n${item('')}${item(', version: "1"')}`)).toMatchObject({ 'copy[0]': { place: { line: 4 } } });
});
