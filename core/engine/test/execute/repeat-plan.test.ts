import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { textFile } from '../../src/artifacts/index.ts';
import { openRepetition, type OpenedRepetition } from '../../src/execute/repeat-plan.ts';
import { defineArtifact, fileTree, noMeta, type ArtifactStore } from '../../src/model/artifact.ts';
import type { Event } from '../../src/model/event.ts';
import { asDigest, taskKey, type Digest } from '../../src/model/identity.ts';
import { hint, many, one } from '../../src/model/port.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Pipeline, type Workspace } from './workspace.ts';

const image = defineArtifact({ name: 'image', storage: 'external', meta: noMeta });

/** Contents under their digests, as a foreign program keeps them. */
function createStore(folder: string): ArtifactStore {
  mkdirSync(folder, { recursive: true });
  const pathOf = (digest: Digest): string => join(folder, digest.slice('sha256:'.length));
  return {
    kind: 'image',
    has: (digest) => Promise.resolve(existsSync(pathOf(digest))),
    import: (locator) => {
      const bytes = readFileSync(locator);
      const digest = asDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
      writeFileSync(pathOf(digest), bytes);
      return Promise.resolve(digest);
    },
    async *read(digest) {
      yield await Promise.resolve(readFileSync(pathOf(digest)));
    },
    async *list(digest) {
      yield await Promise.resolve(Buffer.from(`list of ${readFileSync(pathOf(digest), 'utf8')}`));
    },
    remove: (digest) => Promise.resolve(rmSync(pathOf(digest), { force: true })),
  };
}

interface SetUp {
  readonly workspace: Workspace;
  readonly pipeline: () => Pipeline;
  readonly runs: string[];
  /** What the image has beside its source. */
  salt: string;
  readonly images: () => readonly string[];
  readonly known: Set<Digest>;
  readonly events: Event[];
  repeat(output?: string): Promise<OpenedRepetition>;
}

function setUp(): SetUp {
  const workspace = makeWorkspace();
  for (const name of ['a', 'b', 'c']) workspace.write(name, `${name}\n`);
  const store = createStore(join(workspace.root, 'foreign'));
  const build = textStage(() => 'unused', {
    inputs: { sources: many(fileTree), where: hint(textFile) },
    outputs: { image },
    run: async ({ inputs, emit, scratch, forced, repeated }: any) => {
      setup.runs.push(`build ${forced ? 'forced' : 'as needed'}${repeated ? ', repeated' : ''}${inputs.where === undefined ? '' : ' with hints'}`);
      const made = join(scratch, 'made');
      writeFileSync(made, readFileSync(await inputs.sources[0].path(), 'utf8') + setup.salt);
      return { image: await emit.image(made, {}) };
    },
  });
  const unpack = textStage(() => 'unused', {
    inputs: { image: one(image) },
    run: async ({ inputs, emit, scratch, exec }: any) => {
      setup.runs.push('unpack');
      await exec('sh', ['-c', 'true']);
      const made = join(scratch, 'made');
      writeFileSync(made, readFileSync(await inputs.image.path()));
      return { out: await emit.out(made, {}) };
    },
  });
  const pipeline = (): Pipeline =>
    makePipeline({
      tasks: [
        { stage: joinStage(), name: 'where', inputs: { sources: ['c'] } },
        { stage: build, stageName: 'build', name: 'build', inputs: { sources: ['a'], where: [{ of: 'where', output: 'out' }] } },
        { stage: unpack, stageName: 'unpack', name: 'unpack', inputs: { image: [{ of: 'build', output: 'image' }] } },
        { stage: joinStage(), name: 'other', inputs: { sources: ['b'] } },
      ],
      wanted: { 'x.txt': 'unpack:out', 'other.txt': 'other:out' },
      stores: [store],
    });
  const setup: SetUp = {
    workspace,
    pipeline,
    runs: [],
    salt: '',
    images: () => readdirSync(join(workspace.root, 'foreign')).sort(),
    known: new Set(),
    events: [],
    repeat: async (output = 'out') => {
      const { plan, bindings } = pipeline();
      const task = plan.tasks.find(({ name }) => name === 'unpack')?.key ?? taskKey('x', 'y', 'z');
      return openRepetition({ plan, bindings, options: workspace.options(), artifact: { task, output }, known: setup.known, emit: (event) => setup.events.push(event) });
    },
  };
  return setup;
}

async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  return text;
}

const scratchOf = ({ workspace }: SetUp): readonly string[] => (existsSync(join(workspace.root, '.cos/scratch')) ? readdirSync(join(workspace.root, '.cos/scratch')) : []);

describe('a second build', () => {
  test('does every task on the way again, forced and without hints, and tells what came of each', async () => {
    const setup = setUp();
    const first = await setup.workspace.run(setup.pipeline());
    expect(first.failures).toEqual([]);
    setup.runs.length = 0;
    const repetition = await setup.repeat();
    onTestFinished(repetition.close);
    expect(Object.keys(repetition.sources)).toEqual(['a']);
    expect(repetition.requests.map(({ task, stageVersion }) => [task.replace(/^.*#/, ''), stageVersion])).toEqual([['build', 1], ['unpack', 1]]);
    const repeated = await repetition.build({});
    expect(setup.runs).toEqual(['build forced, repeated', 'unpack']);
    const finished = first.events.find((event) => event.type === 'task-finished' && event.name === 'unpack');
    expect(repeated).toMatchObject({ end: 'built', provenance: { steps: [{ record: { inputs: { sources: [{ from: 'a' }] } } }, { outputs: { out: { kind: 'text-file', digest: finished?.type === 'task-finished' ? finished.outputs?.['out'] : '' } } }], sources: repetition.sources } });
    expect(setup.workspace.read('build/x.txt')).toBe('a\n');
  });

  test('leaves the cache of the workspace, its outputs and its memory as they are, and nothing of itself', async () => {
    const setup = setUp();
    await setup.workspace.run(setup.pipeline());
    const before = setup.images();
    setup.salt = 'salt';
    const repetition = await setup.repeat();
    const repeated = await repetition.build({});
    expect(setup.images()).toHaveLength(before.length + 1);
    expect(scratchOf(setup)).toHaveLength(1);
    if (repeated.end === 'failed') throw new Error('it failed');
    const [made] = repeated.provenance.steps.map(({ outputs }) => outputs['image']?.digest);
    const list = made === undefined ? undefined : await repeated.made('image', made);
    expect(list !== undefined && 'list' in list ? await readText(list.list()) : list).toBe('list of a\nsalt');
    const kept = await repetition.kept('text-file', asDigest(`sha256:${createHash('sha256').update('a\n').digest('hex')}`));
    expect(kept !== undefined && 'path' in kept ? readFileSync(kept.path, 'utf8') : kept).toBe('a\n');
    expect(await repetition.kept('no-such-kind', asDigest(`sha256:${'0'.repeat(64)}`))).toBeUndefined();
    await repetition.close();
    expect(setup.images()).toEqual(before);
    expect(scratchOf(setup)).toEqual([]);
    expect(setup.workspace.read('build/x.txt')).toBe('a\n');
    expect((await setup.workspace.run(setup.pipeline())).outcomes).toMatchObject({ build: 'fresh', unpack: 'fresh' });
  });

  test('forgets no image that was there before, or that the workspace has of an earlier run', async () => {
    const setup = setUp();
    setup.salt = 'salt';
    await setup.workspace.run(setup.pipeline());
    const before = setup.images();
    await (async () => {
      const repetition = await setup.repeat();
      await repetition.build({});
      await repetition.close();
    })();
    expect(setup.images()).toEqual(before);
    rmSync(join(setup.workspace.root, '.cos'), { recursive: true });
    setup.known.add(asDigest(`sha256:${before[0] ?? ''}`));
    const repetition = await setup.repeat();
    await repetition.build({});
    await repetition.close();
    expect(setup.images()).toEqual(before);
  });

  test('leaves the artifact where it was asked to, and its logs with those of other runs', async () => {
    const setup = setUp();
    const repetition = await setup.repeat();
    await repetition.build({ keep: join(setup.workspace.root, 'kept/again.txt') });
    await repetition.close();
    expect(setup.workspace.read('kept/again.txt')).toBe('a\n');
    expect(existsSync(join(setup.workspace.root, 'build'))).toBe(false);
    const logs = readdirSync(join(setup.workspace.root, '.cos/logs')).flatMap((run) => readdirSync(join(setup.workspace.root, '.cos/logs', run)));
    expect(logs.toSorted()).toEqual([expect.stringMatching(/build\.log$/), expect.stringMatching(/unpack\.log$/)]);
  });

  test('notes the programs that it starts where the next run looks for those of a dead one', async () => {
    const setup = setUp();
    const repetition = await setup.repeat();
    onTestFinished(repetition.close);
    await repetition.build({});
    const runs = join(setup.workspace.root, '.cos/runs');
    expect(readdirSync(runs).map((run) => readFileSync(join(runs, run), 'utf8'))).toEqual([expect.stringMatching(/^\d+ \d+\n$/)]);
  });

  test('that fails tells why and answers the exit code of a run', async () => {
    const setup = setUp();
    const repetition = await setup.repeat();
    onTestFinished(repetition.close);
    setup.workspace.write('a', 'changed');
    rmSync(join(setup.workspace.root, 'a'));
    expect(await repetition.build({})).toEqual({ end: 'failed', exitCode: 2 });
    expect(setup.events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic.code] : []))).toEqual(['COS_TASK_SOURCE_MISSING']);
  });

  test('is refused for what the plan does not make, with what it makes that is spelled alike', async () => {
    const setup = setUp();
    await expect(setup.repeat('oot')).rejects.toMatchObject({ diagnostics: [{ code: 'COS_REQUEST_NOT_MADE', hint: expect.stringContaining('unpack:out') }] });
    expect(scratchOf(setup)).toEqual([]);
  });

  test('counts the bytes of a file, and the content of a folder, as the digest of the artifact', async () => {
    const setup = setUp();
    const repetition = await setup.repeat();
    onTestFinished(repetition.close);
    expect(await repetition.digestOf(join(setup.workspace.root, 'a'))).toBe(`sha256:${createHash('sha256').update('a\n').digest('hex')}`);
  });
});
