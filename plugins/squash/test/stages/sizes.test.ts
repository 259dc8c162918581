import { readFile, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { describe, expect, it } from 'vitest';
import { squash } from '../../src/index.ts';
import type { sizes } from '../../src/stages/sizes.ts';

const packages = [{ category: 'app', name: 'small', version: '1.0', content: 10 }, { category: 'app', name: 'large', version: '2.0', content: 5_000 }];

async function measure(options: Parameters<typeof squash>[0]): Promise<StageRun<typeof sizes>> {
  const workspace = await createWorkspace({});
  for (const { name, content } of packages) {
    await writeFile(workspace.join(`${name}.tar`), 'x'.repeat(100));
    await writeFile(workspace.join(`${name}.manifest`), `{"path":"a","type":"file","mode":"0644","uid":0,"gid":0,"size":${content},"sha256":"${'0'.repeat(64)}"}\n`);
  }
  return runStage(squash(options), 'sizes', {
    workspace,
    inputs: {
      archives: packages.map(({ category, name, version }) => ({ path: workspace.join(`${name}.tar`), meta: { category, name, version, compression: 'none' } })),
      manifests: packages.map(({ category, name, version }) => ({ path: workspace.join(`${name}.manifest`), meta: { category, name, version } })),
    },
  });
}

describe('sizes of packages', () => {
  it('are told for all, with a warning for each that is above its budget', async () => {
    await using measured = await measure({ budgets: { '*': { content: '1 kB' } } });
    expect(JSON.parse(await readFile(measured.outputs.sizes.path, 'utf8'))).toEqual(packages.map((one) => ({ ...one, archive: 100 })));
    expect(measured.lines).toEqual(['app/large@2.0 is larger than its budget: contents of 5.0 kB, at most 1.0 kB by budgets["*"].content; `cos inspect app/large` shows what makes it large.']);
  });

  it.each([
    ['a budget that is no size', { budgets: { '*': { content: 'much' } } }, 'expected bytes, or a text such as "200 MB"'],
    ['a budget of no package', { budgets: { os: { content: 1 } } }, 'expected packages as category/name, or * for all'],
    ['a preset that there is not', { leaveOut: { '*': ['yum'] } } as never, '"apt"'],
  ])('are not measured with %s', async (_, options, says) => {
    await using measured = await measure(options);
    expect(measured.failure).toMatchObject({ code: 'COS_PLUGIN_OPTIONS' });
    expect(measured.text).toContain(says);
  });
});
