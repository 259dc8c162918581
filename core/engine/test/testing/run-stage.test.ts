import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { containerImage, isoImage } from '../../src/artifacts/index.ts';
import { asDigest, createDefineStage, defineArtifact, definePlugin, fileTree, many, noOptions, one, optional, type ArtifactStore } from '../../src/index.ts';
import { createFakeTool, createWorkspace, runStage } from '../../src/testing.ts';

// A store in memory: the locator is the content.
const images = new Map<string, string>();
const store: ArtifactStore = {
  kind: 'container-image',
  has: (digest) => Promise.resolve(images.has(digest)),
  import: (locator) => {
    const digest = asDigest(`sha256:${Buffer.from(locator).toString('hex').padStart(64, '0')}`);
    images.set(digest, locator);
    return Promise.resolve(digest);
  },
  async *read(digest) {
    yield Buffer.from(images.get(digest) ?? '');
  },
  remove: () => Promise.resolve(),
};

const note = defineArtifact({ name: 'note', storage: 'tree', meta: z.object({ author: z.string() }) });
const define = createDefineStage(z.object({ prefix: z._default(z.string(), '') }));
const join3 = define({
  description: 'joins what it is given',
  version: 1,
  cache: 'content',
  inputs: { image: one(containerImage), files: many(fileTree), iso: optional(isoImage) },
  outputs: { image: containerImage, note },
  options: z.object({ word: z.string() }),
  async run({ inputs, options, plugin, emit, scratch, log }) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of inputs.image.read()) chunks.push(chunk);
    const files = await Promise.all(inputs.files.map(async (file) => readFile(await file.path(), 'utf8')));
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(scratch, 'note'));
    await writeFile(join(scratch, 'note/text'), [plugin.prefix, Buffer.concat(chunks).toString(), ...files, inputs.iso?.meta.label ?? 'no iso', options.word].join('|'));
    log.info('joined');
    return { image: await emit.image('made', { reference: 'made:1' }), note: await emit.note(join(scratch, 'note'), { author: inputs.image.meta.reference }) };
  },
});
const call = define({
  description: 'calls a tool',
  version: 1,
  cache: 'content',
  inputs: {},
  outputs: { out: fileTree },
  options: noOptions,
  tools: ['held'],
  async run({ exec, emit, scratch }) {
    await exec('held', ['--now']);
    return { out: await emit.out(join(scratch, 'out'), {}) };
  },
});
const plugin = definePlugin({ name: 'joiner', apiVersion: 1, options: z.object({ prefix: z._default(z.string(), '') }), stages: { join3, call }, createStores: () => [store] });

test('a stage runs with inputs of every storage and its outputs come back with metadata', async () => {
  await using files = await createWorkspace({ a: 'first', b: 'second', 'x.iso': 'iso' });
  await using run = await runStage(plugin({ prefix: 'P' }), 'join3', {
    inputs: { image: { path: 'content', meta: { reference: 'given:1' } }, files: [files.join('a'), files.join('b')], iso: { path: files.join('x.iso'), meta: { label: 'COS' } } },
    options: { word: 'W' },
  });
  expect(run.text).toBe('');
  expect(run.outcome).toBe('built');
  expect(run.lines).toEqual(['joined']);
  expect(run.outputs.note.meta.author).toBe('given:1');
  expect(await readFile(join(run.outputs.note.path, 'text'), 'utf8')).toBe('P|content|first|second|COS|W');
  expect(run.outputs.image.meta).toEqual({ reference: 'made:1' });
  expect(await readFile(run.outputs.image.path, 'utf8')).toBe('made');
});

test('a second run in the same workspace is fresh', async () => {
  await using files = await createWorkspace({ a: 'first' });
  await using workspace = await createWorkspace();
  const options = { inputs: { image: { path: 'content', meta: { reference: 'given:1' } }, files: [files.join('a')] }, options: { word: 'W' }, workspace };
  expect((await runStage(plugin(), 'join3', options)).outcome).toBe('built');
  expect((await runStage(plugin(), 'join3', options)).outcome).toBe('fresh');
});

test('wrong options end as the message that a user reads', async () => {
  await using run = await runStage(plugin(), 'join3', { inputs: { image: { path: 'content', meta: { reference: 'x' } }, files: [] }, options: { word: 5 } as unknown as { word: string } });
  expect([run.outcome, run.text.split('\n')[0]]).toEqual([undefined, 'error COS_PLAN_OPTIONS: Option "word" of task joiner.join3#test: expected a text; found 5.']);
});

test('a fake tool holds its call until the test lets it end', async () => {
  await using tool = await createFakeTool('held', '2.5');
  const running = runStage(plugin(), 'call', { env: { PATH: `${tool.folder}:${process.env['PATH']}` } });
  const invocation = await tool.next();
  expect(invocation.args).toEqual(['--now']);
  invocation.stdout('hello\n');
  invocation.writeFile('out', 'content');
  invocation.exit(0);
  await using run = await running;
  expect(run.text).toBe('');
  expect(run.lines).toEqual(['hello']);
  expect(await readFile(run.outputs.out.path, 'utf8')).toBe('content');
  expect(tool.calls).toBe(1);
});
