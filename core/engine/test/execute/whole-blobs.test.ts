import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineArtifact, noMeta } from '../../src/model/artifact.ts';
import { hexOf } from '../../src/model/identity.ts';
import { one } from '../../src/model/port.ts';
import type { Stage } from '../../src/model/stage.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Ran, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});

describe('damaged bytes in the cache', () => {
  const folder = defineArtifact({ name: 'folder', storage: 'tree', meta: noMeta });
  const makeFolder = textStage(() => 'x', {
    outputs: { out: folder },
    run: async ({ emit, scratch }: any) => {
      mkdirSync(join(scratch, 'tree'));
      writeFileSync(join(scratch, 'tree/data'), 'whole');
      return { out: await emit.out('tree', {}) };
    },
  });
  const readFolder = textStage(async ({ inputs }: any) => readFileSync(join(await inputs.folder.path(), 'data'), 'utf8'), { inputs: { folder: one(folder) } });
  const chain = (stage: Stage, read: Stage, port: string, menu: string) =>
    makePipeline({ tasks: [{ stage, name: 'made' }, { stage: read, name: 'read', inputs: { [port]: [{ of: 'made', output: 'out' }] }, options: { suffix: menu } }], wanted: { out: 'read:out' } });
  const texts = (menu: string) => chain(joinStage([], { run: async ({ emit, scratch }: any) => (writeFileSync(join(scratch, 'out'), 'whole'), { out: await emit.out('out', {}) }) }), joinStage(), 'parts', menu);
  const trees = (menu: string) => chain(makeFolder, readFolder, 'folder', menu);
  const blobsOf = (ran: Ran) => {
    const finished = ran.events.find((event) => event.type === 'task-finished' && event.name === 'made');
    const digest = finished?.type === 'task-finished' ? finished.outputs!['out']! : undefined!;
    return join(workspace.root, '.cos/cache/blobs', hexOf(digest).slice(0, 2), hexOf(digest));
  };

  test.each([
    ['a file that was cut off', texts, (blob: string) => (chmodSync(blob, 0o644), truncateSync(blob, 3))],
    ['a folder that lost a file', trees, (blob: string) => rmSync(join(blob, 'data'))],
    ['a folder with an edited file', trees, (blob: string) => (chmodSync(join(blob, 'data'), 0o644), writeFileSync(join(blob, 'data'), 'other'))],
  ])('are made again before a task reads them: %s', async (_, plan, damage) => {
    damage(blobsOf(await workspace.run(plan(''))));
    expect((await workspace.run(plan(''))).outcomes).toEqual({ made: 'fresh', read: 'fresh' });
    const ran = await workspace.run(plan('!'));
    expect(ran.outcomes).toEqual({ made: 'built', read: 'built' });
    expect(ran.failures).toEqual([expect.stringMatching(/^COS_CACHE_DAMAGED: The bytes of a (text-file|folder) in the cache are not those that were stored; they are made again\.$/)]);
    expect(workspace.read('build/out')).toMatch(/^whole/);
    expect((await workspace.run(plan('?'))).failures).toEqual([]);
  });
});
