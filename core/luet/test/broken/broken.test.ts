// Each mistake that a tree can have: one message, at the right place, and nothing else.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolderReader, createGoTemplateRender, formatProblem, loadTree, validateTree } from '../../src/index.ts';
import type { Problem } from '../../src/index.ts';
import { sound } from './broken-tree.ts';
import type { BrokenTree } from './broken-tree.ts';
import { files } from './files.ts';
import { requirements } from './requirements.ts';
import { shapes } from './shapes.ts';
import { templates } from './templates.ts';

async function problemsOf(broken: BrokenTree): Promise<readonly Problem[]> {
  const root = await mkdtemp(join(tmpdir(), 'luet-broken-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries({ ...sound, ...broken.files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const [path, target] of Object.entries(broken.links ?? {})) await symlink(target, join(root, path));
  const reader = createFolderReader({ roots: [root] });
  const tree = await loadTree({ roots: [root], reader });
  const values = (broken.values ?? []).map((text, index) => ({ file: join(root, `values-${index}.yaml`), text }));
  const { problems } = await validateTree({ tree, values, render: createGoTemplateRender(), reader });
  return problems.map((problem) => (problem.file === undefined ? problem : { ...problem, file: problem.file.slice(root.length + 1) }));
}

function summarize({ severity, code, file, line, column }: Problem): string {
  return `${severity} ${code} ${[file, line, column].filter((part) => part !== undefined).join(':')}`;
}

it('a sound tree has no problems', async () => {
  expect(await problemsOf({ name: 'sound', expect: [] })).toEqual([]);
});

describe.each([['files', files], ['shapes', shapes], ['templates', templates], ['requirements', requirements]] as const)('mistakes in %s', (_, trees) => {
  it.each(trees.map((tree) => [tree.name, tree] as const))('%s', async (_name, tree) => {
    const problems = await problemsOf(tree);
    const [first] = problems;
    expect(problems.map(summarize), problems.map(formatProblem).join('\n')).toEqual(tree.expect);
    for (const words of tree.says ?? []) expect(formatProblem(first!)).toContain(words);
  });
});
