import { describe, expect, test } from 'vitest';
import { createWorkspace } from '@cos/core/testing';
import { compareRequests } from '../../src/rebuild/compare-requests.ts';
import { readStatement } from '../../src/rebuild/read-statement.ts';
import { repetitionOf, statementOf, step, type StatementParts } from './statements.ts';

async function compare(before: StatementParts, after: StatementParts) {
  await using workspace = await createWorkspace({ 'made.txt.provenance.json': JSON.stringify(statementOf(before)) });
  const statement = await readStatement({ path: workspace.join('made.txt'), given: undefined, keys: [], show: (path) => path });
  const { workspace: causes, tools } = compareRequests(statement, repetitionOf(after));
  return [...causes, ...tools].map(({ what, name, difference }) => `${what} ${name}: ${difference}`);
}

describe('what is different before a second build', () => {
  test('is nothing where sources, steps and tools are those of the statement, whatever the order of their keys', async () => {
    expect(await compare({}, {})).toEqual([]);
    expect(await compare({ steps: [step('a.b#c', [], 'x', { options: { one: 1, two: { three: 3, four: [4] } } })] }, { steps: [step('a.b#c', [], 'x', { options: { two: { four: [4], three: 3 }, one: 1 } })] })).toEqual([]);
  });

  test('is every source that differs, is missing or additional, at once', async () => {
    expect(await compare({ sources: { same: '1', changed: '1', gone: '1' } }, { sources: { same: '1', changed: '2', 'new one': '1' } })).toEqual([
      'source changed: its content is another',
      'source gone: it is in the statement, and is not read',
      'source new one: it is read, and is not in the statement',
    ]);
  });

  test('is every option that is another, by its path, and each task that is in one of the plans only', async () => {
    const before = [step('a.b#c', [], 'x', { stageVersion: 1, options: { list: [1], deep: { title: 'A', same: true } }, env: { LANG: null } }), step('a.b#gone', [], 'x')];
    const after = [step('a.b#c', [], 'x', { stageVersion: 2, platform: 'linux/arm64', options: { list: [1, 2], deep: { title: 'B', same: true } }, pluginOptions: { level: 3 }, env: { LANG: 'C' } }), step('a.b#new', [], 'x')];
    expect(await compare({ steps: before }, { steps: after })).toEqual([
      'step a.b#c: version of the stage 1 -> 2',
      'step a.b#c: platform null -> linux/arm64',
      'step a.b#c: option deep.title: "A" -> "B"',
      'step a.b#c: option list: [1] -> [1,2]',
      'step a.b#c: option of the plugin level: none -> 3',
      'step a.b#c: variable LANG: null -> "C"',
      'step a.b#gone: it is in the statement, and is not done',
      'step a.b#new: it is done, and is not in the statement',
    ]);
  });

  test('is every tool of another version', async () => {
    expect(await compare({ tools: { sh: ['1'], tar: ['1.34', '1.35'] } }, { tools: { sh: ['2'], tar: ['1.35', '1.34'], xz: ['5'] } })).toEqual(['tool sh: 1 -> 2', 'tool xz: none -> 5']);
  });
});
