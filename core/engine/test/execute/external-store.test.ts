import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { textFile } from '../../src/artifacts/index.ts';
import { defineArtifact, noMeta, type ArtifactStore } from '../../src/model/artifact.ts';
import { asDigest, hexOf } from '../../src/model/identity.ts';
import { one } from '../../src/model/port.ts';
import { storeCases } from '../../src/testing/store-cases.ts';
import { textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const image = defineArtifact({ name: 'image', storage: 'external', meta: noMeta });

/** A store in a folder, as a foreign program would keep it: artifacts have locators, digests are of the content behind. */
class FolderStore implements ArtifactStore {
  readonly kind = 'image';
  readonly asked: string[] = [];
  private readonly folder: string;
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }
  private path(digest: string): string {
    return join(this.folder, digest.replace(':', '-'));
  }
  async has(digest: string, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.asked.push(`has ${digest}`);
    return Promise.resolve(existsSync(this.path(digest)));
  }
  async import(locator: string, signal: AbortSignal) {
    signal.throwIfAborted();
    this.asked.push(`import ${locator}`);
    const bytes = readFileSync(locator);
    const digest = asDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    writeFileSync(this.path(digest), bytes);
    return Promise.resolve(digest);
  }
  async *read(digest: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    signal.throwIfAborted();
    this.asked.push(`read ${digest}`);
    await Promise.resolve();
    yield readFileSync(this.path(digest));
  }
  async remove(digest: string, signal: AbortSignal) {
    signal.throwIfAborted();
    rmSync(this.path(digest), { force: true });
    return Promise.resolve();
  }
  forgetAll(): void {
    rmSync(this.folder, { recursive: true });
    mkdirSync(this.folder);
    this.asked.length = 0;
  }
}

let workspace: Workspace;
let store: FolderStore;
let builds = 0;
let salt = '';
beforeEach(() => {
  workspace = makeWorkspace();
  workspace.write('recipe', 'one');
  workspace.write('note', 'n1');
  store = new FolderStore(join(workspace.root, 'foreign'));
  builds = 0;
  salt = '';
});

const build = textStage(() => 'unused', {
  outputs: { image },
  run: async ({ inputs, emit, scratch }: any) => {
    builds += 1;
    const made = join(scratch, 'made');
    writeFileSync(made, `image of ${readFileSync(await inputs.sources[0].path(), 'utf8')}${salt}`);
    return { image: await emit.image(made, {}) };
  },
});
const unpack = textStage(() => 'unused', {
  inputs: { image: one(image), ...textStage(() => '').inputs },
  outputs: { out: textFile },
  run: async ({ inputs, emit, scratch }: any) => {
    const chunks: Buffer[] = [];
    for await (const chunk of inputs.image.read()) chunks.push(chunk);
    writeFileSync(join(scratch, 'out'), `${Buffer.concat(chunks).toString()} + ${readFileSync(await inputs.image.path(), 'utf8')} + ${inputs.sources.length}`);
    return { out: await emit.out('out', {}) };
  },
});
const pipeline = () =>
  makePipeline({
    tasks: [
      { stage: build, name: 'image', inputs: { sources: ['recipe'] } },
      { stage: unpack, name: 'files', stageName: 'unpack', inputs: { image: [{ of: 'image', output: 'image' }], sources: ['note'] } },
      { stage: unpack, name: 'other', stageName: 'unpack', inputs: { image: [{ of: 'image', output: 'image' }], sources: [] } },
    ],
    stores: [store],
    wanted: { 'files.txt': 'files:out' },
  });

describe('a store of an external kind', () => {
  test('is not asked at all when nothing has to run', async () => {
    expect((await workspace.run(pipeline())).failures).toEqual([]);
    expect(workspace.read('build/files.txt')).toBe('image of one + image of one + 1');
    store.forgetAll();
    expect((await workspace.run(pipeline())).summary).toMatchObject({ fresh: 3 });
    expect(store.asked).toEqual([]);
  });

  test('that lost bytes which a task needs has them made again', async () => {
    await workspace.run(pipeline());
    store.forgetAll();
    workspace.write('note', 'n2');
    const ran = await workspace.run(pipeline());
    expect(ran.failures).toEqual([]);
    expect(ran.outcomes).toEqual({ image: 'built', files: 'built', other: 'fresh' });
    expect(ran.reasons).toEqual({ image: 'outputs were lost', files: 'input `sources` changed: note' });
    expect(ran.summary).toMatchObject({ built: 2, fresh: 1, cached: 0, exitCode: 0 });
    expect(builds).toBe(2);
  });

  test('whose bytes come out different when made again is looked at anew by everybody', async () => {
    await workspace.run(pipeline());
    store.forgetAll();
    salt = ', differently';
    workspace.write('note', 'n2');
    const ran = await workspace.run(pipeline());
    expect(ran.failures).toEqual([]);
    expect(ran.outcomes).toEqual({ image: 'built', files: 'built', other: 'built' });
    expect(workspace.read('build/files.txt')).toBe('image of one, differently + image of one, differently + 1');
    expect((await workspace.run(pipeline())).summary).toMatchObject({ fresh: 3 });
  });

  test('that keeps nothing fails the task instead of building for ever', async () => {
    store.import = (locator) => Promise.resolve(asDigest(`sha256:${createHash('sha256').update(readFileSync(locator)).digest('hex')}`));
    const ran = await workspace.run(pipeline(), { policy: 'keep-going' });
    expect(ran.failures.every((line) => line.startsWith('COS_STORE_LOST_BYTES: The bytes that `test.step#image` made are gone'))).toBe(true);
    expect(ran.outcomes).toMatchObject({ files: 'failed', other: 'failed' });
    expect(builds).toBeLessThan(7);
  });

  test('whose artifact is a named output streams it into a file', async () => {
    const named = makePipeline({ tasks: [{ stage: build, name: 'image', inputs: { sources: ['recipe'] } }], stores: [store], wanted: { 'image.tar': 'image:image' } });
    await workspace.run(named);
    expect(workspace.read('build/image.tar')).toBe('image of one');
    store.asked.length = 0;
    expect((await workspace.run(named)).summary).toMatchObject({ fresh: 1 });
    expect(store.asked).toEqual([]);
  });

  test('lists an artifact and gives some of its parts', async () => {
    const parts = textStage(() => 'unused', {
      inputs: { image: one(image), ...textStage(() => '').inputs },
      outputs: { out: textFile },
      run: async ({ inputs, emit, scratch }: any) => {
        const text = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
          let all = '';
          for await (const chunk of bytes) all += Buffer.from(chunk).toString();
          return all;
        };
        writeFileSync(join(scratch, 'out'), `${await text(inputs.image.list())} ${await text(inputs.image.read({ only: new Set(['a', 'b']), transient: true }))}`);
        return { out: await emit.out('out', {}) };
      },
    });
    const listed = () =>
      makePipeline({
        tasks: [{ stage: build, name: 'image', inputs: { sources: ['recipe'] } }, { stage: parts, name: 'files', stageName: 'parts', inputs: { image: [{ of: 'image', output: 'image' }], sources: [] } }],
        stores: [store],
        wanted: { 'files.txt': 'files:out' },
      });
    expect((await workspace.run(listed())).failures).toEqual(['COS_PLUGIN_THREW: Plugin error: the store of `image` threw "an artifact of kind image cannot be listed".']);
    const able = Object.assign(store, {
      async *list() {
        yield await Promise.resolve(Buffer.from('a b c'));
      },
      async *read(_: string, __: AbortSignal, options: unknown) {
        const { only, transient } = options as { readonly only: ReadonlySet<string>; readonly transient: boolean };
        yield await Promise.resolve(Buffer.from(`${[...only].join('+')} ${transient}`));
      },
    });
    expect(able).toBe(store);
    expect((await workspace.run(listed())).failures).toEqual([]);
    expect(workspace.read('build/files.txt')).toBe('a b c a+b true');
  });

  test('that cannot be reached is told by the plugin that fills it', async () => {
    await workspace.run(pipeline());
    workspace.write('note', 'n2');
    const { plan, bindings } = pipeline();
    const down = { plan, bindings: { ...bindings, plugin: (name: string) => ({ ...bindings.plugin(name), definition: { ...bindings.plugin(name).definition, preflight: () => Promise.resolve([{ message: 'No engine answers.', hint: 'Start it.' }]) } }) } };
    const ran = await workspace.run(down);
    expect(ran.summary.exitCode).toBe(3);
    expect(ran.failures).toContain('COS_PLUGIN_PREFLIGHT: No engine answers.');
  });

  test('that throws is a mistake of its plugin, wherever it is asked', async () => {
    const boom = (): never => {
      throw new TypeError('boom');
    };
    store.import = boom;
    expect((await workspace.run(pipeline())).failures).toEqual(['COS_PLUGIN_THREW: Plugin error: the store of `image` threw "boom".']);
    store = new FolderStore(join(workspace.root, 'foreign'));
    await workspace.run(pipeline());
    workspace.write('note', 'n2');
    store.has = boom;
    expect((await workspace.run(pipeline())).failures).toEqual(['COS_PLUGIN_THREW: Plugin error: the store of `image` threw "boom".']);
    store = new FolderStore(join(workspace.root, 'foreign'));
    store.read = boom;
    expect((await workspace.run(pipeline())).failures).toEqual(['COS_PLUGIN_THREW: Plugin error: the store of `image` threw "boom".']);
    const named = makePipeline({ tasks: [{ stage: build, name: 'image', inputs: { sources: ['recipe'] } }], stores: [store], wanted: { 'image.tar': 'image:image' } });
    expect((await workspace.run(named)).failures).toEqual(['COS_PLUGIN_THREW: Plugin error: the store of `image` threw "boom".']);
  });

  test('forgets what the cache prunes', async () => {
    const bulky = (n: number) => makePipeline({ tasks: [...pipelineTasks(), { stage: textStage(() => String(n).repeat(1_000_000)), name: 'big', stageName: 'big', options: { n } }], stores: [store] });
    const pipelineTasks = () => [{ stage: build, name: 'image', inputs: { sources: ['recipe'] } }];
    await workspace.run(makePipeline({ tasks: pipelineTasks(), stores: [store] }));
    workspace.write('recipe', 'two');
    await workspace.run(bulky(1));
    store.asked.length = 0;
    await workspace.run(bulky(2), { cacheMaxBytes: 1_500_000 });
    const kept = readdirSync(join(workspace.root, 'foreign')).map((name) => readFileSync(join(workspace.root, 'foreign', name), 'utf8'));
    expect(kept).toEqual(['image of two']);
  });
});

describe('bytes in the cache that are lost', () => {
  test('are made again', async () => {
    await workspace.run(pipeline());
    rmSync(join(workspace.root, '.cos/cache/blobs'), { recursive: true });
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ image: 'fresh', files: 'built', other: 'built' });
    expect(ran.reasons).toEqual({ files: 'outputs were lost', other: 'outputs were lost' });
  });

  test('and damaged bytes are never published', async () => {
    const ran = await workspace.run(pipeline());
    const finished = ran.events.find((event) => event.type === 'task-finished' && event.name === 'files');
    const digest = finished?.type === 'task-finished' ? finished.outputs!['out']! : undefined!;
    const blob = join(workspace.root, '.cos/cache/blobs', hexOf(digest).slice(0, 2), hexOf(digest));
    rmSync(blob);
    writeFileSync(blob, 'damaged');
    rmSync(join(workspace.root, 'build/files.txt'));
    const again = await workspace.run(pipeline());
    expect(again.failures).toEqual([]);
    expect(again.reasons).toEqual({ files: 'outputs were lost' });
    expect(workspace.read('build/files.txt')).toBe('image of one + image of one + 1');
  });
});

describe('the store of these tests keeps the contract', () => {
  for (const { title, check } of storeCases) {
    test(title, () =>
      check(() => {
        let counter = 0;
        const folder = join(workspace.root, 'contract');
        return Promise.resolve({
          store: new FolderStore(folder),
          reopen: () => Promise.resolve(new FolderStore(folder)),
          make: (content) => {
            counter += 1;
            workspace.write(`made-${counter}`, content);
            return Promise.resolve(join(workspace.root, `made-${counter}`));
          },
        });
      }),
    );
  }
});
