import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textFile } from '../../src/artifacts/index.ts';
import { previewPlan } from '../../src/execute/preview-plan.ts';
import { fileTree } from '../../src/model/artifact.ts';
import type { TaskKey } from '../../src/model/identity.ts';
import { hint, many } from '../../src/model/port.ts';
import { noOptions } from '../../src/model/schema.ts';
import { createDefineStage } from '../../src/model/stage.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const seen: (string | undefined)[] = [];

/** Reads its source and notes the hint that it finds. */
const hinted = createDefineStage(noOptions)({
  description: 'test',
  version: 1,
  inputs: { sources: many(fileTree), where: hint(textFile) },
  outputs: { out: textFile },
  options: noOptions,
  cache: 'content',
  tools: ['cat'],
  async run({ inputs, exec, emit }) {
    seen.push(inputs.where === undefined ? undefined : (await exec('cat', [await inputs.where.path()])).stdout);
    await exec('cat', await Promise.all(inputs.sources.map((source) => source.path())), { stdoutFile: 'out' });
    return { out: await emit.out('out', {}) };
  },
});

const pipeline = () =>
  makePipeline({
    tasks: [
      { stage: joinStage(), name: 'where', inputs: { sources: ['where'] } },
      { stage: hinted, stageName: 'hinted', name: 'work', inputs: { sources: ['work'], where: [{ of: 'where', output: 'out' }] } },
    ],
    wanted: { 'work.txt': 'work:out' },
  });

function setUp(): Workspace {
  seen.length = 0;
  const workspace = makeWorkspace();
  workspace.write('where', 'here');
  workspace.write('work', 'one');
  return workspace;
}

describe('a hint', () => {
  test('is made before the task that gets it, and is found there', async () => {
    const ran = await setUp().run(pipeline());
    expect(ran.failures).toEqual([]);
    expect(ran.outcomes).toEqual({ where: 'built', work: 'built' });
    expect(seen).toEqual(['here']);
  });

  test('that changes makes nothing run again', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    workspace.write('where', 'there');
    const preview = await previewPlan(pipeline().plan, pipeline().bindings, workspace.options());
    expect(preview.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual(['where: would build', 'work: fresh']);
    expect((await workspace.run(pipeline())).outcomes).toEqual({ where: 'built', work: 'fresh' });
    workspace.write('work', 'two');
    expect((await workspace.run(pipeline())).outcomes).toEqual({ where: 'fresh', work: 'built' });
    expect(seen).toEqual(['here', 'there']);
  });

  test('whose bytes are lost is made again only for a task that runs', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    rmSync(join(workspace.root, '.cos/cache/blobs'), { recursive: true });
    workspace.write('work', 'two');
    expect((await workspace.run(pipeline())).outcomes).toEqual({ where: 'built', work: 'built' });
    expect(seen).toEqual(['here', 'here']);
  });
});

test('a stage knows whether it runs because the user says so', async () => {
  const forced: boolean[] = [];
  const stage = textStage((context) => {
    forced.push(context.forced);
    return 'x';
  });
  const one = makePipeline({ tasks: [{ stage, name: 'a' }] });
  const workspace = makeWorkspace();
  await workspace.run(one);
  await workspace.run(one, { force: new Set(['test.step#a' as TaskKey]) });
  await workspace.run(one, { force: 'all' });
  expect(forced).toEqual([false, true, true]);
});
