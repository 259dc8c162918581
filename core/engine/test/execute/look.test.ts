import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanWorkspace } from '../../src/execute/clean.ts';
import { explainTask } from '../../src/execute/explain-task.ts';
import { HostLacksError } from '../../src/execute/host-lacks-error.ts';
import { previewPlan } from '../../src/execute/preview-plan.ts';
import type { TaskKey } from '../../src/model/identity.ts';
import { asDigest } from '../../src/model/identity.ts';
import { createRunId } from '../../src/process/liveness.ts';
import { joinStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const runs: string[] = [];
const pipeline = (options: { readonly suffix?: string; readonly file?: string } = {}) =>
  makePipeline({
    tasks: [
      { stage: joinStage(runs), name: 'base', inputs: { sources: [options.file ?? 'pkg/file.sh'] } },
      { stage: joinStage(runs), name: 'mid', inputs: { parts: [{ of: 'base', output: 'out' }] }, options: { suffix: options.suffix ?? 's' } },
      { stage: joinStage(runs), name: 'top', inputs: { parts: [{ of: 'mid', output: 'out' }] } },
      { stage: joinStage(runs), name: 'side', inputs: { sources: ['menu/a'] } },
    ],
    wanted: { 'top.txt': 'top:out' },
  });

function setUp(): Workspace {
  const workspace = makeWorkspace();
  workspace.write('pkg/file.sh', 'one');
  workspace.write('menu/a', 'a');
  workspace.write('menu/b', 'b');
  return workspace;
}

const preview = async (workspace: Workspace, plan = pipeline()) =>
  Object.fromEntries((await previewPlan(plan.plan, plan.bindings, workspace.options())).map(({ name, outcome, reason }) => [name, `${outcome}: ${reason}`]));
const explain = (workspace: Workspace, name: string, plan = pipeline()) => explainTask(plan.plan, plan.bindings, workspace.options(), `test.step#${name}` as TaskKey);

describe('a dry run', () => {
  test('says what would happen, and does nothing', async () => {
    const workspace = setUp();
    runs.length = 0;
    expect(await preview(workspace, pipeline())).toEqual({
      base: 'would build: first build',
      mid: 'would build: inputs pending: test.step#base would build',
      top: 'would build: inputs pending: test.step#mid would build',
      side: 'would build: first build',
    });
    expect(runs).toEqual([]);
    expect(existsSync(join(workspace.root, 'build'))).toBe(false);
  });

  test('says what is fresh, what would be restored, and which change would build', async () => {
    const workspace = setUp();
    await workspace.run(pipeline({}));
    expect(await preview(workspace)).toMatchObject({ base: 'fresh: nothing that it reads has changed', mid: expect.stringMatching(/^fresh/), top: expect.stringMatching(/^fresh/) });
    rmSync(join(workspace.root, 'build/top.txt'));
    expect(await preview(workspace)).toMatchObject({ top: 'cached: `top.txt` is missing or changed' });
    workspace.write('pkg/file.sh', 'two');
    expect(await preview(workspace)).toMatchObject({ base: 'would build: input `sources` changed: pkg/file.sh', mid: expect.stringMatching(/^would build: inputs pending/) });
    await workspace.run(pipeline());
    workspace.write('pkg/file.sh', 'one');
    expect(await preview(workspace)).toMatchObject({ base: 'cached: input `sources` changed: pkg/file.sh', top: expect.stringMatching(/^cached/) });
  });

  test('tells of missing sources and tools as a run does', async () => {
    const workspace = setUp();
    await expect(preview(workspace, pipeline({ file: 'nonesuch' }))).rejects.toMatchObject({ diagnostics: [{ code: 'COS_TASK_SOURCE_MISSING' }] });
    const lacking = makePipeline({ tasks: [{ stage: joinStage([], { tools: ['nonesuch-tool'] }), name: 'a' }] });
    await expect(preview(workspace, lacking)).rejects.toThrow(HostLacksError);
  });
});

describe('a workspace that cannot be written to', () => {
  test('can be looked at', async () => {
    const workspace = setUp();
    workspace.write('.cos', 'a file where the folder should be');
    expect(await preview(workspace)).toMatchObject({ base: 'would build: first build' });
    expect(await explain(workspace, 'base')).toMatchObject({ now: { outcome: 'would build' } });
  });

  test('cannot be run in or cleaned, and the message says why', async () => {
    const workspace = setUp();
    workspace.write('.cos', 'mine');
    expect((await workspace.run(pipeline())).failures).toEqual(['COS_CACHE_NOT_WRITABLE: Nothing can be kept in `.cos`: it is a file, not a folder.']);
    await expect(cleanWorkspace({ workspace: workspace.root, folder: join(workspace.root, '.cos'), storeOf: () => undefined, signal: new AbortController().signal })).rejects.toMatchObject({
      diagnostics: [{ code: 'COS_CACHE_NOT_WRITABLE', message: '`.cos` cannot be cleaned (ENOTDIR).' }],
    });
    expect(workspace.read('.cos')).toBe('mine');
  });
});

describe('why', () => {
  test('before the first run there is nothing to compare with', async () => {
    const explanation = await explain(setUp(), 'base');
    expect(explanation).toMatchObject({ task: 'test.step#base', now: { outcome: 'would build', reason: 'first build', differences: [], because: [] } });
    expect(explanation.last).toBeUndefined();
    expect(explanation.made).toBeUndefined();
  });

  test('names the changed file, before the run and after it', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    workspace.write('pkg/file.sh', 'two');
    expect((await explain(workspace, 'base')).now).toEqual({
      outcome: 'would build',
      reason: 'input `sources` changed: pkg/file.sh',
      differences: [{ what: 'input', port: 'sources', from: 'pkg/file.sh', before: expect.any(String), after: expect.any(String), files: [{ path: 'pkg/file.sh', change: 'changed' }] }],
      because: [],
    });
    const top = await explain(workspace, 'top');
    expect(top.now).toMatchObject({ outcome: 'would build', reason: 'inputs pending: test.step#mid would build', because: [{ task: 'test.step#base', reason: 'input `sources` changed: pkg/file.sh' }] });
    expect(top.last).toEqual({ outcome: 'built', reason: 'first build' });
    await workspace.run(pipeline());
    const after = await explain(workspace, 'top');
    expect(after.now).toMatchObject({ outcome: 'fresh', because: [] });
    expect(after.last).toEqual({ outcome: 'built', reason: 'input `parts` changed: test.step#mid:out' });
    expect(after.made).toMatchObject({
      outcome: 'built',
      reason: 'input `parts` changed: test.step#mid:out',
      because: [
        { task: 'test.step#mid', reason: 'input `parts` changed: test.step#base:out' },
        { task: 'test.step#base', reason: 'input `sources` changed: pkg/file.sh' },
      ],
    });
    await workspace.run(pipeline());
    const later = await explain(workspace, 'top');
    expect(later.last).toEqual({ outcome: 'fresh', reason: 'nothing that it reads has changed' });
    expect(later.made).toEqual(after.made);
  });

  test('names the file in a folder, also when it is new or gone', async () => {
    const workspace = setUp();
    const folder = () => makePipeline({ tasks: [{ stage: joinStage(runs, { run: async ({ emit, scratch }: any) => (writeFileSync(join(scratch, 'out'), ''), { out: await emit.out('out', {}) }) }), name: 'side', inputs: { sources: ['menu'] } }] });
    await workspace.run(folder());
    workspace.write('menu/b', 'B');
    workspace.write('menu/c', 'c');
    rmSync(join(workspace.root, 'menu/a'));
    const { now } = await explain(workspace, 'side', folder());
    expect(now.reason).toBe('input `sources` changed: menu/a was removed and 2 more');
    expect(now.differences).toMatchObject([{ files: [{ path: 'menu/a', change: 'removed' }, { path: 'menu/b', change: 'changed' }, { path: 'menu/c', change: 'new' }] }]);
  });

  test('names a changed option beside inputs that are pending', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    workspace.write('pkg/file.sh', 'two');
    const { now } = await explain(workspace, 'mid', pipeline({ suffix: 'new' }));
    expect(now.reason).toBe('option `suffix` changed: "s" → "new"; inputs pending: test.step#base would build');
    expect(now.differences).toEqual([{ what: 'option', path: 'suffix', before: 's', after: 'new' }]);
  });
});

describe('cleaning', () => {
  const clean = (workspace: Workspace, storeOf: Parameters<typeof cleanWorkspace>[0]['storeOf'] = () => undefined) =>
    cleanWorkspace({ workspace: workspace.root, folder: join(workspace.root, '.cos'), storeOf, signal: new AbortController().signal });

  test('leaves nothing behind where nothing was', async () => {
    const workspace = makeWorkspace();
    expect(await clean(workspace)).toEqual({ removed: [], external: 0, warnings: [] });
    expect(existsSync(join(workspace.root, '.cos'))).toBe(false);
  });

  test('removes what was kept, but not the named outputs', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    expect((await clean(workspace)).removed).toEqual(['.cos/cache', '.cos/state', '.cos/logs']);
    expect(readdirSync(join(workspace.root, '.cos')).sort()).toEqual(['.gitignore', 'locks', 'outputs', 'runs']);
    expect(workspace.read('build/top.txt')).toBe('ones');
    const again = await workspace.run(pipeline());
    expect(again.outcomes).toMatchObject({ base: 'built', mid: 'built', top: 'built' });
    expect(again.events.some((event) => event.type === 'output-published' && event.changed)).toBe(false);
    expect(await clean(makeWorkspace())).toEqual({ removed: [], external: 0, warnings: [] });
  });

  test('is refused while a run works in the workspace', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    writeFileSync(join(workspace.root, '.cos/runs', createRunId()), '');
    await expect(clean(workspace)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_CACHE_IN_USE', message: `Another run works in this workspace (process ${process.pid}).` }] });
    expect(existsSync(join(workspace.root, '.cos/cache'))).toBe(true);
  });

  test('has stores forget what the cache knows of, and goes on when one cannot', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    const removed: string[] = [];
    const store = {
      kind: 'text-file',
      has: () => Promise.resolve(true),
      import: () => Promise.resolve(asDigest(`sha256:${'0'.repeat(64)}`)),
      read: async function* () {},
      remove: (digest: string) => Promise.resolve(void removed.push(digest)),
    };
    const broken = await clean(workspace, () => ({ ...store, remove: () => Promise.reject(new Error('no engine')) }));
    expect(broken).toMatchObject({ external: 0, warnings: [{ code: 'COS_STORE_NOT_CLEANED', message: 'The store of `text-file` could not forget what it keeps: no engine' }] });
    await workspace.run(pipeline());
    expect((await clean(workspace, () => store)).external).toBe(removed.length);
    expect(removed.length).toBeGreaterThan(1);
  });
});
