import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/execute/layout.ts';
import { createRunLogs, KEPT_BYTES, KEPT_RUNS } from '../../src/execute/run-logs.ts';
import { createRunId } from '../../src/process/liveness.ts';
import type { TaskKey } from '../../src/model/identity.ts';
import { textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const task = 'test.step#a' as TaskKey;
const foldersOf = (workspace: Workspace): readonly string[] => (existsSync(join(workspace.root, '.cos/logs')) ? readdirSync(join(workspace.root, '.cos/logs')).sort() : []);

/** A run of a process that is gone, with the log of one task. */
function leave(workspace: Workspace, day: number, text = 'x'): string {
  const name = `202601${String(day).padStart(2, '0')}-101112-1-${day}`;
  mkdirSync(join(workspace.root, '.cos/logs', name), { recursive: true });
  writeFileSync(join(workspace.root, '.cos/logs', name, `${task}.log`), text);
  return name;
}

describe('logs of tasks', () => {
  test('are in a folder for each run in which a task ran', async () => {
    const workspace = makeWorkspace();
    const logging = (text: string) => makePipeline({ tasks: [{ stage: textStage(async ({ log }) => (log.info(text), text)), name: 'a', options: { text } }] });
    await workspace.run(logging('one'));
    await workspace.run(logging('one'));
    const [first, ...none] = foldersOf(workspace);
    expect([first, none]).toEqual([expect.stringMatching(/^\d{8}-\d{6}-\d+-\d+$/), []]);
    const second = await workspace.run(logging('two'));
    expect(foldersOf(workspace)).toHaveLength(2);
    expect(foldersOf(workspace).map((folder) => readFileSync(join(workspace.root, '.cos/logs', folder, `${task}.log`), 'utf8'))).toEqual(['one\n', 'two\n']);
    expect(second.events.find(({ type }) => type === 'task-finished')).toMatchObject({ logFile: `.cos/logs/${foldersOf(workspace)[1]}/${task}.log` });
  });

  test('of what is fresh are those of the run that made it', async () => {
    const workspace = makeWorkspace();
    const pipeline = (text: string) => makePipeline({ tasks: [textStage(async () => 'a'), textStage(async () => text)].map((stage, index) => ({ stage, name: index === 0 ? 'a' : 'b', options: { text: index === 0 ? '' : text } })) });
    await workspace.run(pipeline('one'));
    const [first] = foldersOf(workspace);
    const ran = await workspace.run(pipeline('two'));
    expect(ran.outcomes).toEqual({ a: 'fresh', b: 'built' });
    expect(ran.events.find((event) => event.type === 'task-finished' && event.name === 'a')).toMatchObject({ logFile: `.cos/logs/${first}/test.step#a.log` });
  });

  test('are bound in number: the oldest go when a run has a log, others of the folder stay', () => {
    const workspace = makeWorkspace();
    const left = Array.from({ length: KEPT_RUNS + 3 }, (_, index) => leave(workspace, index + 1));
    writeFileSync(join(workspace.root, '.cos/logs/notes.txt'), '');
    const logs = createRunLogs(layoutOf(join(workspace.root, '.cos')), createRunId(), new Date('2026-02-01T01:02:03.456Z'));
    expect(logs.find(task)).toContain(left.at(-1));
    expect(foldersOf(workspace)).toHaveLength(KEPT_RUNS + 4);
    logs.open(task).close();
    expect(foldersOf(workspace)).toEqual([...left.slice(3), expect.stringMatching(/^20260201-010203-\d+-\d+$/), 'notes.txt']);
    expect(logs.find(task)).toContain('/20260201-010203-');
  });

  test('are bound in bytes', () => {
    const workspace = makeWorkspace();
    const [, large, small] = [leave(workspace, 1), leave(workspace, 2), leave(workspace, 3)];
    truncateSync(join(workspace.root, '.cos/logs', large, `${task}.log`), KEPT_BYTES);
    createRunLogs(layoutOf(join(workspace.root, '.cos')), createRunId(), new Date()).open(task).close();
    expect(foldersOf(workspace).slice(0, -1)).toEqual([small]);
  });

  test('of runs that are at work stay', () => {
    const workspace = makeWorkspace();
    const layout = layoutOf(join(workspace.root, '.cos'));
    const working = createRunId();
    mkdirSync(layout.runs, { recursive: true });
    writeFileSync(join(layout.runs, working), '');
    createRunLogs(layout, working, new Date('2000-01-01T00:00:00Z')).open(task).close();
    Array.from({ length: KEPT_RUNS + 3 }, (_, index) => leave(workspace, index + 1));
    createRunLogs(layout, createRunId(), new Date()).open(task).close();
    expect(foldersOf(workspace)[0]).toMatch(/^20000101-000000-/);
    expect(foldersOf(workspace)).toHaveLength(KEPT_RUNS + 2);
  });
});
