import { relative } from 'node:path';
import { listNames } from '../cache/local.ts';
import { asCacheFailure } from '../cache/storage-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { createRedactor, type Redactor } from '../errors/redact.ts';
import type { Emit, Summary } from '../model/event.ts';
import type { TaskKey } from '../model/identity.ts';
import { outcomes, type Outcome } from '../model/outcome.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { isAlive } from '../process/liveness.ts';
import { handleTask } from './handle-task.ts';
import type { HostLacksError } from './host-lacks-error.ts';
import { layoutOf } from './layout.ts';
import { openLookup } from './open-lookup.ts';
import { missingSecrets } from './missing-secrets.ts';
import type { ExecuteOptions } from './options.ts';
import { createPreparer } from './prepare-plugins.ts';
import { pruneCache } from './prune-cache.ts';
import { sweepOutRoot } from './publish.ts';
import { createRunLogs } from './run-logs.ts';
import { registerRun, type RegisteredRun } from './run-registry.ts';
import type { Lookup, Run } from './run.ts';
import { schedule, type TaskResult } from './schedule.ts';
import { isInternal } from './task-failure.ts';
import { writeLastRun, type LastRun } from './task-memory.ts';
import { createWholeBlobs } from './whole-blobs.ts';
import { createWorkerPool } from './worker-pool.ts';

// Exit codes of a run; the command line has more of them.
const exitCodes = { done: 0, taskFailed: 1, wrongRequest: 2, hostLacks: 3, internal: 70, interrupted: 130 } as const;

/**
 * Executes a plan and tells it by events, of which the summary is the last. Never rejects for what a task, a user or the host can cause. The same
 * workspace may be executed by several processes at once.
 */
export async function executePlan(plan: Plan, bindings: Bindings, options: ExecuteOptions, emit: Emit): Promise<Summary> {
  const before = performance.now();
  const tally = createTally();
  const redactor = createRedactor();
  emit({ type: 'run-started', targets: plan.targets, tasks: plan.tasks.length, effects: plan.tasks.filter(({ effect }) => effect === 'publish').map(({ key }) => key) });
  const listener = guard(emit);
  let exitCode: number;
  try {
    const signal = AbortSignal.any([options.signal, listener.broken]);
    exitCode = await execute({ plan, bindings, options: { ...options, signal }, redactor, emit: (event) => listener.emit(tally.see(event)) }, tally);
  } catch (error) {
    exitCode = options.signal.aborted ? exitCodes.interrupted : report(error, options, redactor, listener.emit);
  }
  // A listener that threw has a mistake of its own; the run was stopped in good order.
  listener.broken.throwIfAborted();
  const summary = tally.summary(plan, { durationMs: performance.now() - before, exitCode, seed: options.seed });
  emit(summary);
  return summary;
}

/** Events are told from callbacks of streams, where an error of the listener would end the process with everything in its hands. */
function guard(emit: Emit): { readonly emit: Emit; readonly broken: AbortSignal } {
  const controller = new AbortController();
  return {
    broken: controller.signal,
    emit: (event) => {
      if (controller.signal.aborted) return;
      try {
        emit(event);
      } catch (error) {
        controller.abort(error);
      }
    },
  };
}

/** Planning refuses this; publishing one path twice would make the last one win by chance. */
function checkWanted(plan: Plan): void {
  const paths = plan.wanted.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new Error(`Internal error: two outputs are named ${twice}`);
}

interface Execution {
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly options: ExecuteOptions;
  readonly redactor: Redactor;
  readonly emit: Emit;
}

async function execute(execution: Execution, tally: Tally): Promise<number> {
  const { plan, bindings, options, emit } = execution;
  checkWanted(plan);
  const layout = layoutOf(options.folder, options.logs);
  const registered = await registerRun(layout, options.signal);
  try {
    const opened = await openLookup({ plan, bindings, options, runId: registered.runId, signal: options.signal, tell: (message) => emit({ type: 'toolchain-progress', line: message }) });
    if (opened.kind !== 'open') {
      for (const diagnostic of opened.problems) emit({ type: 'diagnostic', diagnostic });
      return opened.kind === 'missing-tools' ? exitCodes.hostLacks : exitCodes.wrongRequest;
    }
    const { lookup } = opened;
    lookup.cache.sweep(isAlive);
    sweepOutRoot(lookup.outRoot, listNames(lookup.outRoot), isAlive);
    const secrets = await missingSecrets(lookup);
    for (const diagnostic of secrets) emit({ type: 'diagnostic', diagnostic });
    if (secrets.length > 0) return exitCodes.hostLacks;
    return await walkPlan(execution, lookup, registered, tally);
  } finally {
    registered.close();
  }
}

async function walkPlan({ plan, bindings, options, redactor, emit }: Execution, lookup: Lookup, registered: RegisteredRun, tally: Tally): Promise<number> {
  const failFast = new AbortController();
  const signal = AbortSignal.any([options.signal, failFast.signal]);
  const run: Run = { ...lookup, blobs: createWholeBlobs(lookup.cache.blobs, emit, signal), runId: registered.runId, emit, redactor, signal, logs: createRunLogs(lookup.layout, registered.runId, new Date()), makeScratch: registered.makeScratch, noteProcess: noteIn(registered, options), prepare: createPreparer(bindings, options.env, signal) };
  const pool = createWorkerPool(options.jobs, options.resources);
  const asked = new Map<TaskKey, number>();
  const lastRun: Record<string, LastRun['tasks'][string]> = {};
  let stopping = false;
  const lacks = new Set<HostLacksError>();
  const handler = {
    run,
    pool,
    isStopping: () => stopping || signal.aborted,
    askAgain: (task: TaskKey) => {
      asked.set(task, (asked.get(task) ?? 0) + 1);
      return (asked.get(task) ?? 0) <= 2;
    },
    hostLacks: (error: HostLacksError) => {
      stopping = true;
      if (!lacks.has(error)) for (const diagnostic of error.diagnostics) emit({ type: 'diagnostic', diagnostic: redactor.redactDiagnostic(diagnostic) });
      lacks.add(error);
    },
  };
  await schedule({
    plan,
    seed: options.seed,
    handle: (task, how, outputsOf) => handleTask(handler, task, how, outputsOf),
    isStopping: handler.isStopping,
    abort: () => failFast.abort(new Error('the schedule broke')),
    ended: (task, outcome, result, durationMs) => {
      // What leaves the machine decides nothing about what is built on it: its failure is told, and the rest goes on.
      const counts = outcome === 'failed' && task.effect === undefined;
      if (counts && options.policy !== 'keep-going') stopping = true;
      if (counts && options.policy === 'fail-fast') failFast.abort(new Error('a task failed'));
      lastRun[task.key] = { outcome, reason: reasonOf(result) };
      // What the host lacks is told once, not again by each task that did not come to run for it.
      if (lacks.size === 0 || (outcome !== 'cancelled' && outcome !== 'skipped')) finish(emit, task, outcome, result, durationMs);
    },
  });
  writeLastRun(lookup.layout.lastRun, lastRun);
  if (tally.count('built') > 0 && !signal.aborted) await pruneCache(run);
  if (tally.internal()) return exitCodes.internal;
  if (options.signal.aborted) return exitCodes.interrupted;
  if (lacks.size > 0) return exitCodes.hostLacks;
  return tally.count('failed') > 0 ? exitCodes.taskFailed : exitCodes.done;
}

function noteIn(registered: RegisteredRun, { noteProcess }: ExecuteOptions): Run['noteProcess'] {
  return (pid) => {
    registered.noteProcess(pid);
    noteProcess?.(pid);
  };
}

function finish(emit: Emit, task: PlannedTask, outcome: Outcome, result: TaskResult | undefined, durationMs: number): void {
  const { key, plugin, stage, name } = task;
  const base = { type: 'task-finished', task: key, plugin, stage, name, outcome, durationMs } as const;
  if (result === undefined || result.end === 'cancelled' || result.end === 'lost-inputs') emit(base);
  else if (result.end === 'failed') {
    emit({
      ...base,
      ...(result.fingerprint === undefined ? {} : { fingerprint: result.fingerprint }),
      ...(result.logFile === undefined ? {} : { logFile: result.logFile }),
      failure: result.failure,
    });
  } else {
    const outputs = Object.fromEntries(Object.entries(result.entry.outputs).map(([output, { digest }]) => [output, digest]));
    emit({ ...base, fingerprint: result.entry.fingerprint, outputs, ...(result.logFile === undefined ? {} : { logFile: result.logFile }) });
  }
}

function reasonOf(result: TaskResult | undefined): string {
  if (result === undefined) return 'an input failed, or the run stopped before';
  switch (result.end) {
    case 'fresh':
    case 'cached':
    case 'built':
      return result.reason;
    case 'failed':
      return result.failure.message;
    case 'cancelled':
      return 'the run stopped before';
    case 'lost-inputs':
      return 'bytes of its inputs were lost';
    default: {
      const never: never = result;
      return never;
    }
  }
}

interface Tally {
  /** Passes an event on and remembers what the summary needs. */
  readonly see: (event: Parameters<Emit>[0]) => Parameters<Emit>[0];
  readonly count: (outcome: Outcome) => number;
  readonly internal: () => boolean;
  readonly summary: (plan: Plan, rest: { readonly durationMs: number; readonly exitCode: number; readonly seed: number }) => Summary;
}

function createTally(): Tally {
  const last = new Map<TaskKey, Outcome>();
  const published = new Set<string>();
  let internal = false;
  const count = (outcome: Outcome): number => [...last.values()].filter((other) => other === outcome).length;
  return {
    see: (event) => {
      if (event.type === 'task-finished') {
        last.set(event.task, event.outcome);
        if (event.failure !== undefined && isInternal(event.failure)) internal = true;
      }
      if (event.type === 'output-published') published.add(event.path);
      return event;
    },
    count,
    internal: () => internal,
    summary: (plan, { durationMs, exitCode, seed }) => {
      const [fresh = 0, cached = 0, built = 0, failed = 0, skipped = 0, cancelled = 0] = outcomes.map(count);
      // Tasks that were never looked at.
      const rest = plan.tasks.length - last.size;
      return { type: 'summary', fresh, cached, built, failed, skipped, cancelled: cancelled + rest, durationMs: Math.round(durationMs), exitCode, seed, outputs: [...published].sort() };
    },
  };
}

/** Tells of what stopped the run as a whole. */
function report(error: unknown, options: ExecuteOptions, redactor: Redactor, emit: Emit): number {
  const failure = asCacheFailure(error, relative(options.workspace, options.folder) || options.folder);
  const expected = diagnosticsOf(failure);
  const tell = (diagnostic: Diagnostic): void => emit({ type: 'diagnostic', diagnostic: redactor.redactDiagnostic(diagnostic) });
  if (expected !== undefined) {
    expected.forEach(tell);
    return exitCodes.taskFailed;
  }
  const stack = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  tell({ code: 'COS_TASK_INTERNAL', severity: 'error', message: `Internal error: ${messageOf(failure).replace(/^Internal error: /, '')}`, notes: [{ message: stack }], hint: 'This is a mistake in cos: please report it.' });
  return exitCodes.internal;
}
