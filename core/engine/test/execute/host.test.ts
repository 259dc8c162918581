import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HostContext } from '../../src/model/plugin.ts';
import { createRunId, isAlive } from '../../src/process/liveness.ts';
import { joinStage, textStage } from './stages.ts';
import { makePipeline, makeWorkspace } from './workspace.ts';

describe('preflight and sweep of a plugin', () => {
  const pipeline = (calls: string[], problems: readonly { message: string; hint: string }[] = []) =>
    makePipeline({
      tasks: [
        { stage: joinStage(), plugin: 'engine', name: 'a', options: { suffix: 'a' } },
        { stage: joinStage(), plugin: 'engine', name: 'b', options: { suffix: 'b' } },
        { stage: joinStage(), plugin: 'plain', name: 'c' },
      ],
      plugins: {
        engine: {
          given: { socket: '/x' },
          hostEnv: ['DOCKER_HOST', 'UNSET'],
          preflight: (context: HostContext<unknown>) => {
            calls.push(`preflight ${JSON.stringify([context.plugin, context.env])}`);
            return Promise.resolve(problems);
          },
          sweep: ({ isAlive: alive }) => {
            calls.push(`sweep ${alive(createRunId())} ${alive('00000000-1-1-1')}`);
            return Promise.resolve();
          },
        },
      },
    });

  test('happen once, and only when one of its tasks runs', async () => {
    const workspace = makeWorkspace();
    const calls: string[] = [];
    const env = { PATH: process.env['PATH'], DOCKER_HOST: 'unix:///x', OTHER: 'y' };
    await workspace.run(pipeline(calls), { env });
    expect(calls).toEqual(['preflight [{"socket":"/x"},{"DOCKER_HOST":"unix:///x"}]', 'sweep true false']);
    calls.length = 0;
    expect((await workspace.run(pipeline(calls), { env })).summary).toMatchObject({ fresh: 3 });
    expect(calls).toEqual([]);
  });

  test('that find a problem end the run with exit code 3, and are told once, not by each task that waits', async () => {
    const calls: string[] = [];
    const { plan, bindings } = pipeline(calls, [{ message: 'No engine answers.', hint: 'Start dockerd.' }]);
    const ran = await makeWorkspace().run({ plan, bindings }, { policy: 'keep-going', jobs: 2 });
    expect(ran.summary).toMatchObject({ exitCode: 3, failed: 0, skipped: 0 });
    const told = ran.events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []));
    expect(told).toEqual([{ code: 'COS_PLUGIN_PREFLIGHT', severity: 'error', message: 'No engine answers.', notes: [{ message: 'needed by plugin engine' }], hint: 'Start dockerd.' }]);
    expect(ran.events.filter((event) => event.type === 'task-finished' && event.plugin === 'engine')).toEqual([]);
    expect(calls.filter((call) => call.startsWith('sweep'))).toEqual([]);
  });

  test('do not happen for a stage that says that it needs neither', async () => {
    const calls: string[] = [];
    const preflight = (): Promise<never[]> => {
      calls.push('preflight');
      return Promise.resolve([]);
    };
    const ran = await makeWorkspace().run(makePipeline({ tasks: [{ stage: joinStage([], { preflight: false }), plugin: 'engine', name: 'a' }], plugins: { engine: { preflight } } }));
    expect([ran.outcomes, calls]).toEqual([{ a: 'built' }, []]);
  });
});

describe('what reaches the fingerprint', () => {
  const build = async (over: Parameters<typeof joinStage>[1], changed: Parameters<typeof joinStage>[1], env: Record<string, string> = {}, recorded = {}) => {
    const workspace = makeWorkspace();
    const make = (stage: typeof over, plugin = {}) => makePipeline({ tasks: [{ stage: joinStage([], stage), name: 'a' }], plugins: { test: { recorded: plugin } } });
    await workspace.run(make(over), { env: { PATH: process.env['PATH'] } });
    const ran = await workspace.run(make(changed, recorded), { env: { PATH: process.env['PATH'], ...env } });
    return ran.outcomes['a'] === 'fresh' ? 'fresh' : ran.reasons['a'];
  };

  test('is all that is declared', async () => {
    expect(await build({}, {})).toBe('fresh');
    expect(await build({}, { version: 2 })).toBe('the stage version changed: 1 → 2');
    expect(await build({ env: ['FLAVOUR'] }, { env: ['FLAVOUR'] }, { FLAVOUR: 'green' })).toBe('variable `FLAVOUR` is new: "green"');
    expect(await build({}, {}, { FLAVOUR: 'green' })).toBe('fresh');
    expect(await build({}, { platform: true })).toBe('the platform is new: "linux/amd64"');
    expect(await build({}, { tools: ['sh', 'cat'] })).toMatch(/^tool `cat` is new: "/);
    expect(await build({}, {}, {}, { mirror: 'x' })).toBe('plugin option `mirror` is new: "x"');
  });

  test('stages see declared and host variables, tools the declared ones', async () => {
    let seen = {};
    const stage = textStage(async ({ env, exec }) => {
      seen = env;
      const { stdout } = await exec('sh', ['-c', 'echo "$FLAVOUR|$DOCKER_HOST|$EXTRA|$LC_ALL|$TZ|$SOURCE_DATE_EPOCH|$HOME|$(pwd)|$OTHER"'], { env: { EXTRA: 'e' } });
      return stdout;
    }, { env: ['FLAVOUR'] });
    const workspace = makeWorkspace();
    await workspace.run(makePipeline({ tasks: [{ stage, name: 'a' }], plugins: { test: { hostEnv: ['DOCKER_HOST'] } }, wanted: { x: 'a:out' } }), { env: { PATH: process.env['PATH'], FLAVOUR: 'green', DOCKER_HOST: 'd', OTHER: 'o' } });
    expect(seen).toEqual({ FLAVOUR: 'green', DOCKER_HOST: 'd' });
    const [flavour, host, extra, locale, zone, epoch, home, cwd, other] = workspace.read('build/x').trim().split('|');
    expect([flavour, host, extra, locale, zone, epoch, other]).toEqual(['green', '', 'e', 'C', 'UTC', '315532800', '']);
    expect(home).toBe(cwd);
    expect(cwd).toContain('.cos/scratch/');
  });
});

describe('running', () => {
  test('a task of cache "never" runs each time, what reads it does not when the bytes are equal', async () => {
    const runs: string[] = [];
    const pipeline = () => makePipeline({ tasks: [{ stage: joinStage(runs, { cache: 'never' }), name: 'a' }, { stage: joinStage(), name: 'b', inputs: { parts: [{ of: 'a', output: 'out' }] } }] });
    const workspace = makeWorkspace();
    await workspace.run(pipeline());
    const ran = await workspace.run(pipeline());
    expect(ran.outcomes).toEqual({ a: 'built', b: 'fresh' });
    expect(ran.reasons).toEqual({ a: 'always runs' });
    expect(new Set(runs).size).toBe(2);
    expect(runs.every(isAlive)).toBe(true);
  });

  test('is forced for all tasks or for some', async () => {
    const pipeline = makePipeline({ tasks: [{ stage: joinStage(), name: 'a', options: { suffix: 'a' } }, { stage: joinStage(), name: 'b', inputs: { parts: [{ of: 'a', output: 'out' }] } }] });
    const workspace = makeWorkspace();
    await workspace.run(pipeline);
    expect((await workspace.run(pipeline, { force: 'all' })).reasons).toEqual({ a: 'forced', b: 'forced' });
    expect((await workspace.run(pipeline, { force: new Set([pipeline.plan.tasks[0]!.key]) })).outcomes).toEqual({ a: 'built', b: 'fresh' });
  });

  test('never takes more jobs or units than there are', async () => {
    let now = 0;
    let most = 0;
    const counting = (over = {}) =>
      textStage(async ({ exec }) => {
        now += 1;
        most = Math.max(most, now);
        await exec('sh', ['-c', 'sleep 0.05']);
        now -= 1;
        return 'x';
      }, over);
    const six = (over = {}) => makePipeline({ tasks: [1, 2, 3, 4, 5, 6].map((n) => ({ stage: counting(over), name: String(n), options: { n } })) });
    await makeWorkspace().run(six(), { jobs: 3 });
    expect(most).toBe(3);
    most = 0;
    await makeWorkspace().run(six({ resource: { class: 'vm', units: 2 } }), { jobs: 6, resources: { vm: 4 } });
    expect(most).toBe(2);
  });

  test('starts ready tasks in an order that the seed decides', async () => {
    const order = async (seed: number) => {
      const names: string[] = [];
      const stage = textStage(({ options }) => String(names.push((options as { n: string }).n)));
      await makeWorkspace().run(makePipeline({ tasks: 'abcdefgh'.split('').map((n) => ({ stage, name: n, options: { n } })) }), { jobs: 1, seed });
      return names.join('');
    };
    const [one, again, two] = [await order(1), await order(1), await order(2)];
    expect(again).toBe(one);
    expect(two).not.toBe(one);
    expect(two.split('').sort().join('')).toBe('abcdefgh');
  });

  test('two tasks that come to the same are made once', async () => {
    const runs: string[] = [];
    const stage = joinStage(runs);
    const ran = await makeWorkspace().run(makePipeline({ tasks: [{ stage, name: 'a' }, { stage, name: 'b' }] }));
    expect(ran.failures).toEqual([]);
    expect(runs).toHaveLength(1);
    expect(Object.values(ran.outcomes).sort()).toEqual(['built', 'cached']);
  });

  test('outputs may be nested or be one file', async () => {
    const { fileTree } = await import('../../src/model/artifact.ts');
    const { textFile } = await import('../../src/artifacts/index.ts');
    const stage = textStage(() => 'x', {
      outputs: { tree: fileTree, file: textFile, same: textFile },
      run: async ({ emit, scratch }: any) => {
        mkdirSync(join(scratch, 'tree'));
        writeFileSync(join(scratch, 'tree/file'), 'x');
        return { tree: await emit.tree('tree', {}), file: await emit.file('tree/file', {}), same: await emit.same(join(scratch, 'tree/file'), {}) };
      },
    });
    const workspace = makeWorkspace();
    const ran = await workspace.run(makePipeline({ tasks: [{ stage, name: 'a' }], wanted: { t: 'a:tree', f: 'a:file', s: 'a:same' } }));
    expect(ran.failures).toEqual([]);
    expect([workspace.read('build/t/file'), workspace.read('build/f'), workspace.read('build/s')]).toEqual(['x', 'x', 'x']);
  });

  test('prunes the cache to its bound when it is alone', async () => {
    const workspace = makeWorkspace();
    const big = (n: number) => makePipeline({ tasks: [{ stage: textStage(() => String(n).repeat(1_000_000)), name: 'a', options: { n } }] });
    for (const n of [1, 2, 3, 4]) await workspace.run(big(n), { cacheMaxBytes: 2_500_000 });
    const blobs = readdirSync(join(workspace.root, '.cos/cache/blobs'), { recursive: true }).filter((name) => String(name).length > 60);
    expect(blobs).toHaveLength(2);
    expect((await workspace.run(big(4))).outcomes).toEqual({ a: 'fresh' });
    expect((await workspace.run(big(1))).outcomes).toEqual({ a: 'built' });
    expect(existsSync(join(workspace.root, '.cos/runs'))).toBe(true);
  });
});
