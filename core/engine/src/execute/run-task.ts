import { relative } from 'node:path';
import type { CacheEntry } from '../cache/cache.ts';
import { asCacheFailure } from '../cache/storage-error.ts';
import { CosError } from '../errors/cos-error.ts';
import { diagnosticsOf } from '../errors/expected.ts';
import type { Difference } from '../fingerprint/compare-records.ts';
import { createOutlet } from './outputs.ts';
import { callPlugin, PluginError } from './plugin-error.ts';
import { engineFolder, type Evaluated, type OutputsOf, type Run } from './run.ts';
import { isSourceUnchanged } from './sources.ts';
import { createStageRun } from './stage-context.ts';
import { readTaskMemory, writeTaskMemory } from './task-memory.ts';

// Runs one task from an empty scratch folder to an entry in the cache. The order of writes is what keeps a crash from leaving a lie: the task's memory is
// set to "running", then bytes are stored, then the entry, then the memory says "done".

export interface TaskRun {
  readonly entry: CacheEntry;
  readonly logFile: string;
}

export interface TaskRunOptions {
  readonly evaluated: Evaluated;
  readonly outputsOf: OutputsOf;
  readonly reason: string;
  readonly forced: boolean;
  readonly differences: readonly Difference[];
}

/** Rejects with what ended the task; it has then left nothing behind but its log. */
export async function runTask(run: Run, { evaluated, outputsOf, reason, forced, differences }: TaskRunOptions): Promise<TaskRun> {
  const { task, fingerprint, record } = evaluated;
  await checkSources(run, evaluated);
  const before = performance.now();
  const memory = readTaskMemory(run.layout.state, task.key);
  const remembered = { format: 1, task: task.key, fingerprint: memory?.fingerprint ?? null, record: memory?.record ?? null, outcome: memory?.outcome ?? 'built', differences } as const;
  try {
    writeTaskMemory(run.layout.state, { ...remembered, status: 'running', reason });
  } catch (error) {
    throw asCacheFailure(error, engineFolder(run));
  }

  const log = run.logs.open(task.key);
  const scratch = run.makeScratch();
  const ended = new AbortController();
  const signal = AbortSignal.any([run.signal, ended.signal]);
  const outlet = createOutlet(run, task, scratch.path, signal);
  const stage = createStageRun({
    run,
    task,
    outputsOf,
    outlet,
    scratch,
    signal,
    forced,
    line: (stream, text) => {
      const line = run.redactor.redact(text);
      log.write(line);
      run.emit({ type: 'task-output', task: task.key, stream, line });
    },
    note: log.write,
  });
  try {
    await callPlugin(`stage \`${task.plugin}.${task.stage}\``, () => run.bindings.stage(task).run(stage.context as never));
    signal.throwIfAborted();
    ended.abort(new Error('the stage has ended'));
    await stage.settle();
    const outputs = await outlet.store();
    await checkSources(run, evaluated);
    const entry: CacheEntry = { format: 1, fingerprint, record, outputs, durationMs: Math.round(performance.now() - before) };
    try {
      if (task.cache === 'content') await run.cache.set(entry);
      writeTaskMemory(run.layout.state, { ...remembered, status: 'done', fingerprint, record, outcome: 'built', reason });
    } catch (error) {
      throw asCacheFailure(error, engineFolder(run));
    }
    return { entry, logFile: relative(run.options.workspace, log.path) };
  } catch (error) {
    const bug = error instanceof PluginError ? error.cause : error;
    if (diagnosticsOf(bug) === undefined) log.write(run.redactor.redact(bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)));
    if (!run.signal.aborted) markFailed(run, () => writeTaskMemory(run.layout.state, { ...remembered, status: 'failed', reason }));
    throw error;
  } finally {
    ended.abort(new Error('the stage has ended'));
    await stage.settle();
    scratch.remove();
    log.close();
  }
}

async function checkSources(run: Run, { task }: Evaluated): Promise<void> {
  const paths = new Set(Object.values(task.inputs).flatMap(({ artifacts }) => artifacts.flatMap((input) => ('source' in input ? [input.source] : []))));
  for (const path of [...paths].sort()) {
    const source = run.sources.get(path);
    if (source !== undefined && !(await isSourceUnchanged(source))) {
      throw new CosError({
        code: 'COS_TASK_INPUT_CHANGED',
        severity: 'error',
        message: `\`${path}\` was changed since this run read it, so what came of it would be of no known input.`,
        hint: 'Run again.',
      });
    }
  }
}

/** With a full disk the memory stays "running", which the next run disbelieves as well. */
function markFailed(run: Run, write: () => void): void {
  try {
    write();
  } catch (error) {
    const failure = asCacheFailure(error, engineFolder(run));
    if (diagnosticsOf(failure) === undefined) throw failure;
  }
}
