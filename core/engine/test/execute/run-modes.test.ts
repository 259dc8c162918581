import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CosError } from '../../src/errors/cos-error.ts';
import { previewPlan } from '../../src/execute/preview-plan.ts';
import type { PlannedTask } from '../../src/model/plan.ts';
import { textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Pipeline, type Workspace } from './workspace.ts';

// What a target says about when a task runs, and where what it reads was written.

const forced: Record<string, boolean> = {};
const noting = (name: string) =>
  textStage(async (context) => {
    forced[name] = context.forced;
    await Promise.all([...context.inputs.sources, ...context.inputs.parts].map((input) => input.path()));
    return name;
  });

function pipeline(modes: { readonly base?: PlannedTask['run']; readonly top?: PlannedTask['run'] } = {}): Pipeline {
  return makePipeline({
    tasks: [
      { stage: noting('base'), name: 'base', inputs: { sources: ['a'] }, ...(modes.base === undefined ? {} : { run: modes.base }) },
      { stage: noting('top'), name: 'top', inputs: { parts: [{ of: 'base', output: 'out' }] }, ...(modes.top === undefined ? {} : { run: modes.top }) },
    ],
    wanted: { 'top.txt': 'top:out' },
  });
}

function setUp(): Workspace {
  const workspace = makeWorkspace();
  workspace.write('a', 'one');
  return workspace;
}

describe('a task that is to run always', () => {
  test('runs though its result is known, is told so, and what reads equal bytes stays fresh', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    expect(forced).toEqual({ base: false, top: false });
    const again = await workspace.run(pipeline({ base: 'always' }));
    expect(again.outcomes).toEqual({ base: 'built', top: 'fresh' });
    expect(again.reasons).toEqual({ base: 'forced' });
    expect(forced['base']).toBe(true);
  });

  test('is told by a forced run as well', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    await workspace.run(pipeline(), { force: 'all' });
    expect(forced).toEqual({ base: true, top: true });
  });
});

describe('a task that must be there already', () => {
  test('is taken as it is', async () => {
    const workspace = setUp();
    await workspace.run(pipeline());
    expect((await workspace.run(pipeline({ base: 'never', top: 'always' }))).outcomes).toEqual({ base: 'fresh', top: 'built' });
  });

  test('fails when it is not there, and when what it reads has changed', async () => {
    const workspace = setUp();
    const { outcomes, events } = await workspace.run(pipeline({ base: 'never' }));
    expect(outcomes).toEqual({ base: 'failed', top: 'skipped' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'task-finished', failure: expect.objectContaining({ code: 'COS_TASK_NOT_THERE', message: 'What `test.step#base` makes was expected to be there already; it is not, or its inputs changed.' }) }));
    expect(existsSync(join(workspace.root, 'build'))).toBe(false);
    await workspace.run(pipeline());
    workspace.write('a', 'two');
    expect((await workspace.run(pipeline({ base: 'never' }))).outcomes).toEqual({ base: 'failed', top: 'skipped' });
  });

  test('is said to fail by a dry run', async () => {
    const workspace = setUp();
    const { plan, bindings } = pipeline({ base: 'never' });
    expect((await previewPlan(plan, bindings, workspace.options())).map(({ name, outcome }) => [name, outcome])).toEqual([['base', 'would fail'], ['top', 'would build']]);
  });
});

describe('a failure about a part of what the task reads', () => {
  const origins = { 'steps[1]': { place: { file: 'pkg/build.yaml', line: 3, column: 3 }, notes: [{ message: 'line 9 of the rendered text' }] } };
  const failing = (part: string, place?: { readonly file: string }) =>
    makePipeline({
      tasks: [{ stage: textStage(() => { throw new CosError({ code: 'COS_TEST_BAD', severity: 'error', message: 'Bad step.', part, notes: [{ message: 'own note' }], ...(place === undefined ? {} : { place }) }); }), name: 'bad', origins }],
    });
  const failureOf = async (pipe: Pipeline) => (await setUp().run(pipe)).events.find((event) => event.type === 'task-finished')?.failure;

  test('shows where the user wrote it', async () => {
    expect(await failureOf(failing('steps[1]'))).toMatchObject({ place: { file: 'pkg/build.yaml', line: 3, column: 3 }, notes: [{ message: 'line 9 of the rendered text' }, { message: 'own note' }] });
  });

  test('stays as it is when nobody said where, or when it knows better', async () => {
    expect(await failureOf(failing('steps[2]'))).not.toHaveProperty('place');
    expect(await failureOf(failing('toString'))).not.toHaveProperty('place');
    expect(await failureOf(failing('steps[1]', { file: 'other' }))).toMatchObject({ place: { file: 'other' }, notes: [{ message: 'own note' }] });
  });
});
