import { describe, expect, test } from 'vitest';
import { textFile } from '../../src/artifacts/index.ts';
import { previewPlan } from '../../src/execute/preview-plan.ts';
import { fileTree } from '../../src/model/artifact.ts';
import { hint, many, provenance } from '../../src/model/port.ts';
import type { BuildProvenance } from '../../src/model/provenance.ts';
import { noOptions } from '../../src/model/schema.ts';
import { createDefineStage } from '../../src/model/stage.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const define = createDefineStage(noOptions);

/** Gives on what it reads of how another artifact came to be. */
const tell = define({
  description: 'test',
  version: 1,
  inputs: { of: provenance(textFile) },
  outputs: { out: textFile },
  options: noOptions,
  cache: 'content',
  tools: ['cat'],
  async run({ inputs, exec, emit }) {
    await exec('cat', [await inputs.of.path()], { stdoutFile: 'out' });
    return { out: await emit.out('out', {}) };
  },
});

/** Its output does not depend on its source, which it reads all the same. */
const constant = textStage(() => Promise.resolve('always the same'));

const hinted = define({
  description: 'test',
  version: 1,
  inputs: { sources: many(fileTree), where: hint(textFile) },
  outputs: { out: textFile },
  options: noOptions,
  cache: 'content',
  tools: ['cat'],
  async run({ inputs, exec, emit }) {
    await exec('cat', await Promise.all(inputs.sources.map((source) => source.path())), { stdoutFile: 'out' });
    return { out: await emit.out('out', {}) };
  },
});

const pipeline = () =>
  makePipeline({
    tasks: [
      { stage: constant, stageName: 'constant', name: 'first', inputs: { sources: ['a'] } },
      { stage: joinStage(), name: 'second', inputs: { sources: ['b'], parts: [{ of: 'first', output: 'out' }] } },
      { stage: joinStage(), name: 'other', inputs: { sources: ['c'] } },
      { stage: tell, stageName: 'tell', name: 'told', inputs: { of: [{ of: 'second', output: 'out' }] } },
    ],
    wanted: { 'told.json': 'told:out', 'other.txt': 'other:out' },
  });

function setUp(): Workspace {
  const workspace = makeWorkspace();
  for (const name of ['a', 'b', 'c']) workspace.write(name, name);
  return workspace;
}

const read = (workspace: Workspace): BuildProvenance => JSON.parse(workspace.read('build/told.json'));

describe('how an artifact came to be', () => {
  test('is told from its own record up to the sources, and of nothing else', async () => {
    const workspace = setUp();
    const ran = await workspace.run(pipeline());
    expect(ran.failures).toEqual([]);
    const told = read(workspace);
    expect(told.steps.map(({ task }) => task.replace(/^.*#/, ''))).toEqual(['first', 'second']);
    expect(Object.keys(told.sources)).toEqual(['a', 'b']);
    const [first, second] = told.steps;
    expect(told.artifact).toEqual({ kind: 'text-file', digest: second?.outputs['out']?.digest, from: `${second?.task}:out` });
    expect(second?.record.inputs['parts']).toEqual([{ kind: 'text-file', digest: first?.outputs['out']?.digest, from: `${first?.task}:out` }]);
    expect(first?.record.inputs['sources']?.[0]?.digest).toBe(told.sources['a']);
    expect(second?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is told anew when something above changed, also where the artifact is the same, and not otherwise', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    const before = read(workspace);
    workspace.write('c', 'changed');
    expect((await workspace.run(pipeline())).outcomes).toMatchObject({ other: 'built', told: 'fresh' });
    workspace.write('a', 'changed');
    const preview = await previewPlan(pipeline().plan, pipeline().bindings, workspace.options());
    expect(preview.find(({ name }) => name === 'told')?.outcome).toBe('would build');
    expect((await workspace.run(pipeline())).outcomes).toMatchObject({ first: 'built', second: 'fresh', told: 'built' });
    expect(read(workspace).artifact).toEqual(before.artifact);
    expect(read(workspace).sources['a']).not.toBe(before.sources['a']);
    expect(read(workspace).sources['b']).toBe(before.sources['b']);
  });

  test('is the same text in another workspace and order of work', async () => {
    const texts = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const workspace = setUp();
      await workspace.run(pipeline(), { seed });
      texts.add(workspace.read('build/told.json'));
    }
    expect(texts.size).toBe(1);
  });

  test('is told without hints', async () => {
    const workspace = setUp();
    const ran = await workspace.run(
      makePipeline({
        tasks: [
          { stage: joinStage(), name: 'where', inputs: { sources: ['a'] } },
          { stage: hinted, stageName: 'hinted', name: 'work', inputs: { sources: ['b'], where: [{ of: 'where', output: 'out' }] } },
          { stage: tell, stageName: 'tell', name: 'told', inputs: { of: [{ of: 'work', output: 'out' }] } },
        ],
        wanted: { 'told.json': 'told:out' },
      }),
    );
    expect(ran.failures).toEqual([]);
    expect(read(workspace).steps.map(({ task }) => task.replace(/^.*#/, ''))).toEqual(['work']);
    expect(Object.keys(read(workspace).sources)).toEqual(['b']);
  });
});
