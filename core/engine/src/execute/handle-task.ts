import { relative } from 'node:path';
import type { CacheEntry } from '../cache/cache.ts';
import type { Digest, Fingerprint, TaskKey } from '../model/identity.ts';
import type { PlannedTask } from '../model/plan.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { HostLacksError } from './host-lacks-error.ts';
import { forcedReason, judge, type Verdict } from './judge.ts';
import { acquireLock } from '../process/file-lock.ts';
import { isInPlace, LostBytesError, publish } from './publish.ts';
import { callPlugin } from './plugin-error.ts';
import { evaluate } from './records.ts';
import { engineFolder, publishedOutputs, type Evaluated, type OutputsOf, type Run } from './run.ts';
import { runTask } from './run-task.ts';
import type { TaskResult } from './schedule.ts';
import { taskFailures } from './task-failure.ts';
import { writeTaskMemory } from './task-memory.ts';
import type { WorkerPool } from './worker-pool.ts';

// One task from "its inputs are there" to its end: fingerprint, look up, else run; then named outputs.

export interface TaskHandler {
  readonly run: Run;
  readonly pool: WorkerPool;
  readonly isStopping: () => boolean;
  /** Told that inputs of a task are lost; false when their producers were run for it already, which must not go on for ever. */
  readonly askAgain: (task: TaskKey) => boolean;
  /** Told what the host lacks, by each task that cannot run for it. */
  readonly hostLacks: (error: HostLacksError) => void;
}

/** Never rejects: whatever goes wrong is a failed or cancelled task. */
export async function handleTask(handler: TaskHandler, task: PlannedTask, how: { readonly rerun: boolean }, outputsOf: OutputsOf): Promise<TaskResult> {
  const { run } = handler;
  let evaluated: Evaluated | undefined;
  let reason = '';
  try {
    evaluated = evaluate(run, task, outputsOf);
    const attempt = await decide(handler, evaluated, how.rerun, outputsOf, (why) => (reason = why));
    return attempt;
  } catch (error) {
    if (run.signal.aborted) return { end: 'cancelled' };
    if (error instanceof HostLacksError) {
      handler.hostLacks(error);
      return { end: 'cancelled' };
    }
    const [failure, ...more] = taskFailures(error, task, run.redactor, engineFolder(run));
    for (const diagnostic of more) run.emit({ type: 'diagnostic', diagnostic });
    const log = reason === '' ? undefined : run.logs.find(task.key);
    const logFile = log === undefined ? undefined : relative(run.options.workspace, log);
    return { end: 'failed', failure, reason, ...(evaluated === undefined ? {} : { fingerprint: evaluated.fingerprint }), ...(logFile === undefined ? {} : { logFile }) };
  }
}

async function decide(handler: TaskHandler, evaluated: Evaluated, rerun: boolean, outputsOf: OutputsOf, running: (reason: string) => void): Promise<TaskResult> {
  const { run } = handler;
  if (handler.isStopping()) return { end: 'cancelled' };
  let verdict: Verdict = rerun ? lost(evaluated) : await judge(run, evaluated);
  const restored = await restore(run, evaluated, verdict);
  if (restored !== undefined) return restored;
  if (verdict.kind !== 'run') verdict = lost(evaluated);
  if (evaluated.task.run === 'never') throw new CosError(notThere(evaluated.task));

  if (handler.isStopping()) return { end: 'cancelled' };
  const missing = await lostInputs(run, evaluated.task, outputsOf);
  if (missing.length > 0) {
    if (!handler.askAgain(evaluated.task.key)) throw new CosError(staysLost(missing));
    return { end: 'lost-inputs', producers: missing };
  }

  // Two runs of one workspace must not make the same thing twice: the second one waits, and finds it.
  const name = `task-${evaluated.fingerprint}`;
  const lock = await acquireLock({
    folder: run.layout.locks,
    name,
    signal: run.signal,
    onWait: () => run.emit({ type: 'task-output', task: evaluated.task.key, stream: 'info', line: 'waits: another run makes the same' }),
  });
  try {
    if (!rerun && verdict.reason !== forcedReason) {
      const again = await judge(run, evaluated);
      const found = await restore(run, evaluated, again);
      if (found !== undefined) return found;
    }
    const release = await handler.pool.take(evaluated.task.resource, run.signal);
    try {
      if (handler.isStopping()) return { end: 'cancelled' };
      if (run.bindings.stage(evaluated.task).preflight !== false) await run.prepare(evaluated.task.plugin);
      running(verdict.reason);
      return await make(run, evaluated, verdict, outputsOf);
    } finally {
      release();
    }
  } finally {
    lock.release();
  }
}

async function make(run: Run, evaluated: Evaluated, verdict: Verdict, outputsOf: OutputsOf): Promise<TaskResult> {
  const { key, plugin, stage, name } = evaluated.task;
  run.emit({ type: 'task-started', task: key, plugin, stage, name, reason: verdict.reason });
  const { entry, logFile } = await runTask(run, { evaluated, outputsOf, reason: verdict.reason, forced: verdict.reason === forcedReason, differences: verdict.differences });
  try {
    await publishAll(run, evaluated.task, entry);
  } catch (error) {
    if (!(error instanceof LostBytesError)) throw error;
    throw new CosError({ code: 'COS_CACHE_DAMAGED', severity: 'error', message: `The bytes of \`${error.message}\` in the cache are not those that were stored.`, hint: 'Check the disk and its file system, and run again.' }, { cause: error });
  }
  return { end: 'built', entry, reason: verdict.reason, logFile };
}

/** Applies what is known: named outputs are put in place. Undefined when there is nothing known, or its bytes are gone. */
async function restore(run: Run, { task, fingerprint, record }: Evaluated, verdict: Verdict): Promise<TaskResult | undefined> {
  if (verdict.kind === 'run') return undefined;
  const { entry } = verdict;
  const missing = publishedOutputs(run.plan, task.key).find(({ path, output }) => !isInPlace(run, path, outputOf(entry, output).digest));
  let changed = false;
  try {
    changed = await publishAll(run, task, entry);
  } catch (error) {
    if (error instanceof LostBytesError) return undefined;
    throw error;
  }
  const logPath = run.logs.find(task.key);
  const log = logPath === undefined ? {} : { logFile: relative(run.options.workspace, logPath) };
  if (verdict.kind === 'fresh' && !changed) return { end: 'fresh', entry, reason: verdict.reason, ...log };
  const reason = verdict.kind === 'fresh' && missing !== undefined ? `\`${missing.path}\` was missing or changed` : verdict.reason;
  if (verdict.kind === 'cached') {
    writeTaskMemory(run.layout.state, { format: 1, task: task.key, status: 'done', fingerprint, record, outcome: 'cached', reason, differences: verdict.differences });
  }
  return { end: 'cached', entry, reason, ...log };
}

async function publishAll(run: Run, task: PlannedTask, entry: CacheEntry): Promise<boolean> {
  let changed = false;
  for (const wanted of publishedOutputs(run.plan, task.key)) {
    const published = await publish(run, wanted.path, outputOf(entry, wanted.output));
    changed ||= published.changed;
    run.emit({ type: 'output-published', task: task.key, ...published });
  }
  return changed;
}

function outputOf(entry: CacheEntry, name: string): CacheEntry['outputs'][string] {
  const output = entry.outputs[name];
  if (output === undefined) throw new Error(`Internal error: an entry without the output ${name}`);
  return output;
}

function staysLost(producers: readonly TaskKey[]): Diagnostic {
  return {
    code: 'COS_STORE_LOST_BYTES',
    severity: 'error',
    message: `The bytes that ${producers.map((key) => `\`${key}\``).join(', ')} made are gone again right after they were made.`,
    hint: 'Something removes what the store keeps, for example another run of `docker image prune`.',
  };
}

function lost({ task }: { readonly task: PlannedTask; readonly fingerprint: Fingerprint }): Verdict {
  return { kind: 'run', reason: task.cache === 'never' ? 'always runs' : 'outputs were lost', differences: [] };
}

function notThere({ key }: PlannedTask): Diagnostic {
  return {
    code: 'COS_TASK_NOT_THERE',
    severity: 'error',
    message: `What \`${key}\` makes was expected to be there already; it is not, or its inputs changed.`,
    hint: 'The request says not to make it: run once without that, so that it is made.',
  };
}

/** Producers whose bytes are gone. Foreign programs are asked only here, where a task is really going to read them. */
async function lostInputs(run: Run, task: PlannedTask, outputsOf: OutputsOf): Promise<readonly TaskKey[]> {
  const gone = new Set<TaskKey>();
  for (const { kind, arity, artifacts } of Object.values(task.inputs)) {
    // Of how something came to be the bytes are not read.
    if (arity === 'provenance') continue;
    const known = run.bindings.kind(kind);
    for (const input of artifacts) {
      if ('source' in input || gone.has(input.task)) continue;
      const digest = outputsOf(input.task)?.[input.output]?.digest;
      if (digest === undefined) throw new Error(`Internal error: ${input.task} has no output ${input.output}`);
      const there = known.storage === 'external' ? await isInStore(run, input.task, kind, digest) : await run.blobs.has(digest, known);
      if (!there) gone.add(input.task);
    }
  }
  return [...gone];
}

/** The plugin that made it is the one that talks to the foreign program: whether the host can do that is its to say. */
async function isInStore(run: Run, producer: TaskKey, kind: string, digest: Digest): Promise<boolean> {
  const maker = run.plan.tasks.find(({ key }) => key === producer);
  if (maker !== undefined) await run.prepare(maker.plugin);
  return callPlugin(`the store of \`${kind}\``, () => run.bindings.store(kind).has(digest, run.signal));
}
