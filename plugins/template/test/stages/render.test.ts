import { readFile } from 'node:fs/promises';
import { createWorkspace, runStage } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { template } from '../../src/index.ts';

const definition = 'category: app\nname: hello\nversion: "1.0"\nword: moin\nnum: 5\n';
const identity = { category: 'app', name: 'hello', version: '1.0', collection: false };

async function render(files: Readonly<Record<string, string>>, options: Readonly<Record<string, unknown>> = {}) {
  await using workspace = await createWorkspace({ 'definition.yaml': definition, ...files });
  const shared = Object.keys(files).filter((file) => file.startsWith('templates/'));
  return await runStage(template(), 'render', {
    inputs: { definition: workspace.join('definition.yaml'), ...('build.yaml' in files ? { recipe: workspace.join('build.yaml') } : {}), shared: shared.map((file) => workspace.join(file)) },
    options: { ...identity, values: {}, ...options },
  });
}

test('a recipe is rendered with the values over the fields of its definition', async () => {
  await using run = await render({ 'build.yaml': 'image: base\nsteps:\n- echo {{ .Values.word }} {{ .Values.num }} {{ .Values.name }}\n' }, { values: { word: 'hello' } });
  expect(run.text).toBe('');
  expect(JSON.parse(await readFile(run.outputs.recipe.path, 'utf8'))).toMatchObject({ format: 1, category: 'app', name: 'hello', version: '1.0', image: 'base', steps: ['echo hello 5 hello'] });
});

test('shared templates stand before the recipe', async () => {
  await using run = await render({ 'templates/a.yaml': '{{ define "greet" }}echo {{ . }}{{ end }}\n', 'build.yaml': 'image: base\nsteps:\n- {{ template "greet" "you" }}\n' });
  expect(run.text).toBe('');
  expect(JSON.parse(await readFile(run.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: ['echo you'] });
});

test('a comment in a recipe does not change a byte of what is rendered', async () => {
  await using plain = await render({ 'build.yaml': 'image: base\nsteps: [a]\n' });
  await using commented = await render({ 'build.yaml': '# why\nimage: base # here\nsteps:\n- a\n' });
  expect(commented.outputs.recipe.digest).toBe(plain.outputs.recipe.digest);
});

test('a package without a recipe has an empty one that keeps its requirements', async () => {
  await using run = await render({ 'definition.yaml': `${definition}requires:\n- {category: system, name: base, version: ">=0"}\n` });
  expect(JSON.parse(await readFile(run.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: [], image: '', requires: [{ category: 'system', name: 'base', version: '>=0' }] });
});

test('an empty value overrides, unless the original rule is asked for', async () => {
  const files = { 'build.yaml': 'image: base\nsteps:\n- echo "{{ .Values.word }}"\n' };
  await using presence = await render(files, { values: { word: '' } });
  await using luet = await render(files, { values: { word: '' }, valuesMerge: 'luet' });
  expect(JSON.parse(await readFile(presence.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: ['echo ""'] });
  expect(JSON.parse(await readFile(luet.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: ['echo "moin"'] });
});

test('a recipe that cannot be rendered is told, with the reason', async () => {
  await using run = await render({ 'build.yaml': 'image: base\nsteps:\n- {{ .Values.missing.deep }}\n' });
  expect(run.outcome).toBe('failed');
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_TEMPLATE_RECIPE: The recipe of app/hello@1.0 cannot be rendered.
      task: template.render#test
      note: the recipe of hello-app-1.0 cannot be rendered: nil pointer evaluating interface {}.deep
      hint: The files changed after the plan was made: run again."
  `);
});

test('a recipe sees the variables that it is given, which count, and none of the process', async () => {
  const files = { 'build.yaml': 'image: base\nsteps:\n- echo "[{{ env "COLOUR" }}{{ env "PATH" }}]"\n' };
  await using green = await render(files, { env: { COLOUR: 'green' } });
  await using blue = await render(files, { env: { COLOUR: 'blue' } });
  expect(JSON.parse(await readFile(green.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: ['echo "[green]"'] });
  expect(JSON.parse(await readFile(blue.outputs.recipe.path, 'utf8'))).toMatchObject({ steps: ['echo "[blue]"'] });
});

test('an item of copy that names a package without a version is left out, as nothing is copied for it', async () => {
  const item = (version: string) => `- {package: {category: app, name: x${version}}, source: /a, destination: /b}\n`;
  await using run = await render({ 'build.yaml': `image: base\ncopy:\n${item('')}${item(', version: ">=0"')}- {image: other, source: /c, destination: /d}\n` });
  const { copy }: { readonly copy: readonly object[] } = JSON.parse(await readFile(run.outputs.recipe.path, 'utf8'));
  expect(copy).toEqual([{ package: { category: 'app', name: 'x', version: '>=0' }, source: '/a', destination: '/b' }, { image: 'other', source: '/c', destination: '/d' }]);
});
