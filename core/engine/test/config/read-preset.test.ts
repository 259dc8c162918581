import { pathToFileURL } from 'node:url';
import { createWorkspace } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { readPreset } from '../../src/config/read-preset.ts';

test('a preset is what its file says', async () => {
  await using folder = await createWorkspace({ 'values.yaml': 'image: base:1\npackages: [a, b]\n' });
  expect(readPreset(pathToFileURL(folder.join('values.yaml')))).toEqual({ image: 'base:1', packages: ['a', 'b'] });
});

test('lists of words become text, those of a platform behind the shared ones', async () => {
  await using folder = await createWorkspace({ 'values.yaml': 'packages: [a, b]\nother: [x]\n', 'values.arm64.yaml': 'packages: [c]\n', 'empty.yaml': 'packages: []\n' });
  const words = ['packages'];
  const shared = readPreset(pathToFileURL(folder.join('values.yaml')), { words });
  expect(shared).toEqual({ packages: 'a b', other: ['x'] });
  expect(readPreset(pathToFileURL(folder.join('values.arm64.yaml')), { words, after: shared })).toEqual({ packages: 'a b c' });
  const empty = readPreset(pathToFileURL(folder.join('empty.yaml')), { words });
  expect(readPreset(pathToFileURL(folder.join('values.arm64.yaml')), { words, after: empty })).toEqual({ packages: 'c' });
});

test('a preset that is no map is refused with its file', async () => {
  await using folder = await createWorkspace({ 'values.yaml': '- a\n' });
  expect(() => readPreset(pathToFileURL(folder.join('values.yaml')))).toThrow('Expected a map of values');
});
