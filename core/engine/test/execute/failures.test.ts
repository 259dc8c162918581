import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CosError } from '../../src/errors/cos-error.ts';
import { defineArtifact, noMeta } from '../../src/model/artifact.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type PipelineOptions } from './workspace.ts';

const chain = (names: string, stages: Partial<Record<string, ReturnType<typeof textStage>>> = {}): PipelineOptions => ({
  tasks: names.split(' ').map((word) => {
    const [name = '', above] = word.split('<');
    return { stage: stages[name] ?? joinStage(), name, ...(above === undefined ? {} : { inputs: { parts: above.split(',').map((of) => ({ of, output: 'out' })) } }), options: { suffix: name } };
  }),
});

const fails = textStage(({ exec }) => exec('sh', ['-c', 'echo to log; echo broken >&2; exit 7']).then(() => 'never'));

describe('a task that fails', () => {
  test('tells the command, the last lines and where the log is; what needs it is skipped', async () => {
    const workspace = makeWorkspace();
    const ran = await workspace.run(makePipeline(chain('a b<a c<b', { a: fails })));
    expect(ran.outcomes).toEqual({ a: 'failed', b: 'skipped', c: 'skipped' });
    expect(ran.summary).toMatchObject({ failed: 1, skipped: 2, exitCode: 1 });
    const event = ran.events.find((candidate) => candidate.type === 'task-finished' && candidate.name === 'a');
    expect(event).toMatchObject({
      logFile: expect.stringMatching(/^\.cos\/logs\/\d{8}-\d{6}-\d+-\d+\/test\.step#a\.log$/),
      failure: { code: 'COS_TASK_TOOL_FAILED', message: '`sh` ended with exit status 7.', task: 'test.step#a', output: expect.arrayContaining(['to log', 'broken']) },
    });
    expect(workspace.log('test.step#a')).toContain('broken');
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
  });

  test('is run again, and the reason says so', async () => {
    const workspace = makeWorkspace();
    await workspace.run(makePipeline(chain('a', { a: fails })));
    const again = await workspace.run(makePipeline(chain('a')));
    expect(again.reasons).toEqual({ a: 'the last run failed' });
    expect(again.outcomes).toEqual({ a: 'built' });
  });

  test('keeps what was made before it', async () => {
    const workspace = makeWorkspace();
    await workspace.run(makePipeline(chain('a b<a', { b: fails })));
    expect((await workspace.run(makePipeline(chain('a b<a')))).outcomes).toEqual({ a: 'fresh', b: 'built' });
  });
});

describe('after a failure', () => {
  const slow = (log: string[]) =>
    textStage(async ({ exec, signal }) => {
      await exec('sh', ['-c', 'sleep 0.5']);
      if (!signal.aborted) log.push('ended');
      return 'slow';
    });

  test('nothing new starts, what runs may end (finish)', async () => {
    const log: string[] = [];
    const ran = await makeWorkspace().run(makePipeline(chain('a slow late<slow other', { a: fails, slow: slow(log) })), { policy: 'finish', jobs: 2, seed: 3 });
    expect(ran.outcomes).toMatchObject({ a: 'failed', late: 'cancelled' });
    expect(['built', 'cancelled']).toContain(ran.outcomes['slow']);
    expect(ran.summary.exitCode).toBe(1);
  });

  test('everything that does not need it runs (keep-going)', async () => {
    const ran = await makeWorkspace().run(makePipeline(chain('a b<a c d<c', { a: fails })), { policy: 'keep-going' });
    expect(ran.outcomes).toEqual({ a: 'failed', b: 'skipped', c: 'built', d: 'built' });
  });

  test('of what leaves the machine everything else goes on, and the run has failed', async () => {
    const publish = textStage(({ exec }) => exec('sh', ['-c', 'exit 1']).then(() => 'never'), { cache: 'never', effect: 'publish' });
    for (const policy of ['finish', 'fail-fast'] as const) {
      const ran = await makeWorkspace().run(makePipeline(chain('a push<a b<a c<b', { push: publish })), { policy, jobs: 1 });
      expect(ran.outcomes).toEqual({ a: 'built', push: 'failed', b: 'built', c: 'built' });
      expect(ran.summary.exitCode).toBe(1);
    }
  });

  test('what runs is stopped (fail-fast)', async () => {
    const log: string[] = [];
    const failsLate = textStage(async ({ exec }) => {
      await exec('sh', ['-c', 'sleep 0.2; exit 1']);
    });
    const ran = await makeWorkspace().run(makePipeline(chain('a slow', { a: failsLate, slow: slow(log) })), { policy: 'fail-fast' });
    expect(ran.outcomes).toEqual({ a: 'failed', slow: 'cancelled' });
    expect(log).toEqual([]);
    expect(ran.summary.exitCode).toBe(1);
  });
});

describe('a mistake of a plugin', () => {
  const failureOf = async (stage: ReturnType<typeof textStage>, over: Partial<PipelineOptions> = {}) => {
    const workspace = makeWorkspace();
    workspace.write('src/x', 'x');
    const ran = await workspace.run(makePipeline({ tasks: [{ stage, name: 'a', inputs: { sources: ['src'] } }], ...over }));
    expect(ran.outcomes).toEqual({ a: 'failed' });
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
    return { failure: ran.failures[0]!, workspace, ran };
  };

  test('an exception names plugin, stage and task; its stack is in the log', async () => {
    const { failure, workspace, ran } = await failureOf(
      textStage(() => {
        throw new RangeError('index out of luck');
      }),
    );
    expect(failure).toBe('COS_PLUGIN_THREW: Plugin error: stage `test.step` threw "index out of luck".');
    expect(ran.summary.exitCode).toBe(1);
    expect(workspace.log('test.step#a')).toMatch(/RangeError: index out of luck\n\s+at .*failures\.test\.ts/);
  });

  test('a thrown CosError is an expected failure with its own code', async () => {
    const { failure, ran } = await failureOf(
      textStage(() => {
        throw new CosError([
          { code: 'COS_ISO_LABEL', severity: 'error', message: 'The label is too long.' },
          { code: 'COS_ISO_OTHER', severity: 'error', message: 'And more.' },
        ]);
      }),
    );
    expect(ran.failures).toHaveLength(2);
    expect(ran.failures).toContain('COS_ISO_LABEL: The label is too long.');
    expect(failure).toBeDefined();
  });

  test.each<readonly [string, string, ReturnType<typeof textStage>]>([
    ['an output that was not emitted', 'COS_PLUGIN_OUTPUT_MISSING: The stage ended without emitting `out`.', textStage(() => 'x', { run: () => Promise.resolve({}) })],
    ['an output that is not there', 'COS_PLUGIN_OUTPUT_PATH: The output `out` was expected to be a file at `out` in scratch, but nothing is there.', textStage(() => undefined)],
    ['a folder for a file', 'COS_PLUGIN_OUTPUT_PATH: The output `out` was expected to be a file at `out` in scratch, but a folder is there.', textStage(({ scratch }) => mkdirSync(join(scratch, 'out')))],
    ['a link for a file', 'COS_PLUGIN_OUTPUT_PATH: The output `out` was expected to be a file at `out` in scratch, but something else is there.', textStage(({ scratch }) => symlinkSync('/etc/passwd', join(scratch, 'out')))],
    ['an output outside of scratch', 'COS_TASK_OUTSIDE_SCRATCH: output `out`: `/etc/passwd` is not inside of the task\'s scratch folder.', textStage(() => 'x', { run: async ({ emit }: any) => ({ out: await emit.out('/etc/passwd', {}) }) })],
    ['an output behind a link that leads out', 'COS_TASK_OUTSIDE_SCRATCH: output `out`: `etc/passwd` is not inside of the task\'s scratch folder.', textStage(() => 'x', { run: async ({ emit, scratch }: any) => (symlinkSync('/etc', join(scratch, 'etc')), { out: await emit.out('etc/passwd', {}) }) })],
    ['an output twice', 'COS_PLUGIN_OUTPUT_TWICE: The output `out` was emitted twice.', textStage(async ({ scratch, emit }) => (writeFileSync(join(scratch, 'out'), ''), void (await emit.out('out', {}))))],
    ['an output changed after it was emitted', 'COS_PLUGIN_OUTPUT_CHANGED: The output `out` was changed after it was emitted.', textStage(() => 'x', { run: async ({ emit, scratch }: any) => { writeFileSync(join(scratch, 'out'), 'a'); const out = await emit.out('out', {}); writeFileSync(join(scratch, 'out'), 'b'); return { out }; } })],
    ['a tool that is not declared', 'COS_PLUGIN_TOOL_UNDECLARED: The stage `test.step` started `cat`, which is not among its `tools`.', textStage(({ exec }) => exec('cat', []).then(() => 'x'))],
    ['a folder to run in that is outside', 'COS_TASK_OUTSIDE_SCRATCH: cwd: `/` is not inside of the task\'s scratch folder.', textStage(({ exec }) => exec('sh', ['-c', 'pwd'], { cwd: '/' }).then(() => 'x'))],
    ['a folder to run in that is not there', 'COS_TASK_NO_SUCH_PATH: cwd: `sub` is not a folder in scratch.', textStage(({ exec }) => exec('sh', ['-c', 'pwd'], { cwd: 'sub' }).then(() => 'x'))],
    ['output to a file outside', 'COS_TASK_OUTSIDE_SCRATCH: stdoutFile: `../x` is not inside of the task\'s scratch folder.', textStage(({ exec }) => exec('sh', ['-c', 'pwd'], { stdoutFile: '../x' }).then(() => 'x'))],
  ])('%s is refused', async (_, message, stage) => {
    expect((await failureOf(stage)).failure).toBe(message);
  });

  test('metadata that does not fit the kind is refused', async () => {
    const titled = defineArtifact({ name: 'titled', storage: 'file', meta: { '~standard': { version: 1, vendor: 't', validate: (value: any) => (typeof value.title === 'string' ? { value } : { issues: [{ message: 'expected text', path: ['title'] }] }) } } });
    const { failure } = await failureOf(textStage(() => 'x', { outputs: { out: titled } }));
    expect(failure).toBe('COS_PLUGIN_OUTPUT_META: The metadata of output `out` does not fit kind `titled`: title: expected text.');
  });

  test('a link that leads out of an output folder is refused, one inside is not', async () => {
    const folder = defineArtifact({ name: 'folder', storage: 'tree', meta: noMeta });
    const linking = (target: string) =>
      textStage(() => 'x', {
        outputs: { out: folder },
        run: async ({ emit, scratch }: any) => {
          mkdirSync(join(scratch, 'tree/sub'), { recursive: true });
          symlinkSync(target, join(scratch, 'tree/sub/link'));
          return { out: await emit.out('tree', {}) };
        },
      });
    expect((await failureOf(linking('../../up'))).failure).toBe('COS_PLUGIN_OUTPUT_ESCAPES: The link `sub/link` in output `out` leads out of it, to "../../up".');
    expect((await failureOf(linking('/etc'))).failure).toContain('COS_PLUGIN_OUTPUT_ESCAPES');
    const fine = await makeWorkspace().run(makePipeline({ tasks: [{ stage: linking('../up'), name: 'a' }] }));
    expect(fine.failures).toEqual([]);
  });
});

describe('sources', () => {
  const reading = (...sources: string[]) => makePipeline({ tasks: [{ stage: joinStage(), name: 'a', inputs: { sources } }] });

  test('that are missing, lead out, overlap with outputs or hold pipes are told together, before anything runs', async () => {
    const workspace = makeWorkspace();
    workspace.write('src/x', '');
    execFileSync('mkfifo', [join(workspace.root, 'src/pipe')]);
    const other = makeWorkspace();
    other.write('secret', '');
    symlinkSync(join(other.root, 'secret'), join(workspace.root, 'leads-out'));
    symlinkSync('loop', join(workspace.root, 'loop'));
    mkdirSync(join(workspace.root, 'build'));
    const ran = await workspace.run(reading('nonesuch', 'leads-out', '.', 'build', '.cos/cache', 'src', 'loop'));
    expect(ran.failures.map((line) => line.replace(other.root, '/other')).sort()).toEqual([
      'COS_TASK_SOURCE_MISSING: `loop` was expected to be a file or folder, but its links lead in a circle.',
      'COS_TASK_SOURCE_MISSING: `nonesuch` was expected to be a file or folder, but nothing is there.',
      "COS_TASK_SOURCE_MISSING: `.cos/cache` was expected to be a file or folder, but nothing is there.",
      "COS_TASK_SOURCE_OVERLAP: `.` overlaps with the engine's own folder, `.cos`: outputs would be inputs.",
      'COS_TASK_SOURCE_OVERLAP: `build` overlaps with the folder of named outputs, `build`: outputs would be inputs.',
      'COS_TASK_SOURCE_OUTSIDE: `leads-out` leads out of the workspace, to /other/secret.',
      'COS_TASK_SPECIAL_FILE: `src/pipe` is a named pipe; only files, folders and links can be read.',
    ].sort());
    expect(ran.summary).toMatchObject({ exitCode: 2, cancelled: 1, built: 0 });
  });

  test('that are links to files inside are read through', async () => {
    const workspace = makeWorkspace();
    workspace.write('real', 'content');
    symlinkSync('real', join(workspace.root, 'alias'));
    await workspace.run(reading('alias'));
    workspace.write('real', 'changed');
    expect((await workspace.run(reading('alias'))).reasons).toEqual({ a: 'input `sources` changed: alias' });
  });

  test('that change while they are read fail the task, and nothing is kept', async () => {
    const workspace = makeWorkspace();
    workspace.write('x', 'one');
    const meddles = textStage(async ({ inputs }) => {
      writeFileSync(await inputs.sources[0]!.path(), 'two');
      return 'made of one or two?';
    });
    const pipeline = makePipeline({ tasks: [{ stage: meddles, name: 'a', inputs: { sources: ['x'] } }] });
    const ran = await workspace.run(pipeline);
    expect(ran.failures).toEqual(['COS_TASK_INPUT_CHANGED: `x` was changed since this run read it, so what came of it would be of no known input.']);
    expect(existsSync(join(workspace.root, '.cos/cache/entries'))).toBe(false);
  });
});

test('a source that changes before its task starts fails it without running it', async () => {
  const workspace = makeWorkspace();
  workspace.write('x', 'one');
  const runs: string[] = [];
  const edits = textStage(() => {
    workspace.write('x', 'two');
    return 'edited';
  });
  const ran = await workspace.run(
    makePipeline({ tasks: [{ stage: edits, name: 'a' }, { stage: joinStage(runs), name: 'b', inputs: { sources: ['x'], parts: [{ of: 'a', output: 'out' }] } }] }),
  );
  expect(ran.failures).toEqual(['COS_TASK_INPUT_CHANGED: `x` was changed since this run read it, so what came of it would be of no known input.']);
  expect(runs).toEqual([]);
});

describe('a listener of events', () => {
  test('that throws stops the run in good order and is told of', async () => {
    const workspace = makeWorkspace();
    const { runPipeline } = await import('./workspace.ts');
    const pipeline = makePipeline(chain('a b<a'));
    const broken = runPipeline(pipeline, workspace.options(), (event) => {
      if (event.type === 'task-started') throw new Error('listener broke');
    });
    await expect(broken).rejects.toThrow('listener broke');
    expect(readdirSync(join(workspace.root, '.cos/runs'))).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
  });
});

test('an unusable folder of the engine is told as such', async () => {
  const workspace = makeWorkspace();
  rmSync(join(workspace.root, '.cos'), { recursive: true, force: true });
  writeFileSync(join(workspace.root, '.cos'), 'a file');
  const ran = await workspace.run(makePipeline(chain('a')));
  expect(ran.summary.exitCode).not.toBe(0);
  expect(ran.failures).toHaveLength(1);
});

