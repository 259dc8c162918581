import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textFile } from '../../src/artifacts/index.ts';
import { fileTree } from '../../src/model/artifact.ts';
import { many, one } from '../../src/model/port.ts';
import { noOptions } from '../../src/model/schema.ts';
import { createDefineStage } from '../../src/model/stage.ts';
import { makePipeline, makeWorkspace } from './workspace.ts';

const defineStage = createDefineStage(noOptions);

/** Copies all bytes of its inputs, in upper case, by a real shell. */
const shout = defineStage({
  description: 'writes in upper case',
  version: 1,
  inputs: { text: one(fileTree) },
  outputs: { loud: textFile },
  options: noOptions,
  cache: 'content',
  tools: ['sh'],
  run: async ({ inputs, exec, emit }) => {
    await exec('sh', ['-c', 'tr a-z A-Z <"$1" >out; echo made it', 'sh', await inputs.text.path()]);
    return { loud: await emit.loud('out', {}) };
  },
});

const join2 = defineStage({
  description: 'joins texts',
  version: 1,
  inputs: { parts: many(textFile) },
  outputs: { whole: textFile },
  options: noOptions,
  cache: 'content',
  tools: ['cat'],
  run: async ({ inputs, exec, emit }) => {
    await exec('cat', ['--', ...(await Promise.all(inputs.parts.map((part) => part.path())))], { stdoutFile: 'whole' });
    return { whole: await emit.whole('whole', {}) };
  },
});

const pipeline = () =>
  makePipeline({
    tasks: [
      { stage: shout, name: 'a', inputs: { text: ['a.txt'] } },
      { stage: shout, name: 'b', inputs: { text: ['b.txt'] } },
      { stage: join2, stageName: 'join', name: 'all', inputs: { parts: [{ of: 'a', output: 'loud' }, { of: 'b', output: 'loud' }] } },
    ],
    wanted: { 'texts/all.txt': 'all:whole' },
  });

describe('a run', () => {
  test('builds everything first, and nothing when nothing changed', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    const first = await workspace.run(pipeline());
    expect(first.failures).toEqual([]);
    expect(first.summary).toMatchObject({ built: 3, exitCode: 0, outputs: ['build/texts/all.txt'] });
    expect(first.reasons).toEqual({ a: 'first build', b: 'first build', all: 'first build' });
    expect(workspace.read('build/texts/all.txt')).toBe('ONE\nTWO\n');
    expect(workspace.log('test.step#a')).toContain('made it\n');
    const second = await workspace.run(pipeline());
    expect(second.summary).toMatchObject({ fresh: 3, built: 0, cached: 0, exitCode: 0 });
    expect(second.events.some(({ type }) => type === 'task-started')).toBe(false);
  });

  test('runs exactly what depends on a changed file, and names the file', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    await workspace.run(pipeline());
    workspace.write('b.txt', 'three\n');
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ a: 'fresh', b: 'built', all: 'built' });
    expect(ran.reasons).toEqual({ b: 'input `text` changed: b.txt', all: 'input `parts` changed: test.step#b:loud' });
    expect(workspace.read('build/texts/all.txt')).toBe('ONE\nTHREE\n');
  });

  test('stops where the bytes come out as before', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    await workspace.run(pipeline());
    workspace.write('b.txt', 'TWO\n');
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ a: 'fresh', b: 'built', all: 'fresh' });
  });

  test('restores a result of earlier times without running', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    await workspace.run(pipeline());
    workspace.write('b.txt', 'three\n');
    await workspace.run(pipeline());
    workspace.write('b.txt', 'two\n');
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ a: 'fresh', b: 'cached', all: 'cached' });
    expect(workspace.read('build/texts/all.txt')).toBe('ONE\nTWO\n');
  });

  test('puts a named output back that was removed or edited', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    await workspace.run(pipeline());
    writeFileSync(join(workspace.root, 'build/texts/all.txt'), 'edited');
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ a: 'fresh', b: 'fresh', all: 'cached' });
    expect(workspace.read('build/texts/all.txt')).toBe('ONE\nTWO\n');
    expect(statSync(join(workspace.root, 'build/texts/all.txt')).mode & 0o777).toBe(0o644);
  });

  test('leaves no scratch, no registration and no temporary file behind', async () => {
    const workspace = makeWorkspace();
    workspace.write('a.txt', 'one\n');
    workspace.write('b.txt', 'two\n');
    await workspace.run(pipeline());
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/runs'))).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/locks'))).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/cache/tmp'))).toEqual([]);
    expect(readdirSync(join(workspace.root, 'build'))).toEqual(['texts']);
    expect(existsSync(join(workspace.root, '.cos/.gitignore'))).toBe(true);
  });
});
