import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { executePlan } from '../../src/execute/execute-plan.ts';
import type { ExecuteOptions } from '../../src/execute/options.ts';
import type { Event, Summary } from '../../src/model/event.ts';
import type { Pipeline } from './pipeline.ts';

export { makePipeline, type Pipeline, type PipelineOptions, type TaskSketch } from './pipeline.ts';

// Plans made by hand, executed for real in a folder of their own.

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export interface Workspace {
  readonly root: string;
  readonly write: (path: string, content: string | Uint8Array, mode?: number) => void;
  readonly read: (path: string) => string;
  /** The newest log of a task, by its file's name without ending. */
  readonly log: (name: string) => string;
  readonly options: (over?: Partial<ExecuteOptions>) => ExecuteOptions;
  readonly run: (pipeline: Pipeline, over?: Partial<ExecuteOptions>) => Promise<Ran>;
}

export interface Ran {
  readonly summary: Summary;
  readonly events: readonly Event[];
  /** Outcome of each task by name. */
  readonly outcomes: Record<string, string>;
  /** Reason of each task that started, by name. */
  readonly reasons: Record<string, string>;
  readonly failures: readonly string[];
}

export function makeWorkspace(parent = tmpdir()): Workspace {
  const root = mkdtempSync(join(parent, 'cos-execute-'));
  folders.push(root);
  const options = (over: Partial<ExecuteOptions> = {}): ExecuteOptions => ({
    workspace: root,
    folder: join(root, '.cos'),
    jobs: 2,
    resources: {},
    cacheMaxBytes: 1e12,
    policy: 'finish',
    force: 'none',
    seed: 1,
    env: { PATH: process.env['PATH'] },
    signal: new AbortController().signal,
    ...over,
  });
  return {
    root,
    options,
    write: (path, content, mode) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content, mode === undefined ? {} : { mode });
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    log: (name) => {
      const logs = join(root, '.cos/logs');
      const found = readdirSync(logs).sort().map((run) => join(logs, run, `${name}.log`)).findLast((path) => existsSync(path));
      return readFileSync(found ?? name, 'utf8');
    },
    run: (pipeline, over) => runPipeline(pipeline, options(over)),
  };
}

export async function runPipeline(pipeline: Pipeline, options: ExecuteOptions, listen: (event: Event) => void = () => undefined): Promise<Ran> {
  const events: Event[] = [];
  const summary = await executePlan(pipeline.plan, pipeline.bindings, options, (event) => {
    events.push(event);
    listen(event);
  });
  const outcomes: Record<string, string> = {};
  const reasons: Record<string, string> = {};
  const failures: string[] = [];
  for (const event of events) {
    if (event.type === 'task-finished') outcomes[event.name] = event.outcome;
    if (event.type === 'task-started') reasons[event.name] = event.reason;
    if (event.type === 'task-finished' && event.failure !== undefined) failures.push(`${event.failure.code}: ${event.failure.message}`);
    if (event.type === 'diagnostic') failures.push(`${event.diagnostic.code}: ${event.diagnostic.message}`);
  }
  return { summary, events, outcomes, reasons, failures };
}
