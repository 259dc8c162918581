import { compareRecords, describeDifference, type Difference } from '../fingerprint/compare-records.ts';
import type { CachedOutput } from '../cache/cache.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import type { ExecuteOptions } from './options.ts';
import { openForLook, previewTasks, type PreviewedTask, type Seen } from './preview-plan.ts';
import { evaluate } from './records.ts';
import type { Lookup, Outputs } from './run.ts';
import { compareSourceFiles } from './sources.ts';
import { readLastRun, readTaskMemory, type TaskMemory } from './task-memory.ts';

// Why a task would run, and why it ran.

export interface Explanation {
  readonly task: TaskKey;
  readonly description: string;
  /** What a run at this moment would do with it. */
  readonly now: {
    readonly outcome: PreviewedTask['outcome'];
    readonly reason: string;
    /** To what it read when it last ended well. Inputs that are pending are not among them. */
    readonly differences: readonly Difference[];
    /** Where it begins: tasks above it that would build for a reason of their own. */
    readonly because: readonly Cause[];
  };
  /** How it ended in the last run that had it; undefined before the first. */
  readonly last: { readonly outcome: Outcome; readonly reason: string } | undefined;
  /** How what is there came to be, which may be many runs ago; undefined when nothing is there. */
  readonly made:
    | {
        readonly outcome: 'built' | 'cached';
        readonly reason: string;
        readonly differences: readonly Difference[];
        /** The way up from a changed input that is an output of another task, to what changed there. */
        readonly because: readonly Cause[];
      }
    | undefined;
}

export interface Cause {
  readonly task: TaskKey;
  readonly reason: string;
  readonly differences: readonly Difference[];
}

/** `key` must be a task of the plan. Rejects as `previewPlan` does. */
export async function explainTask(plan: Plan, bindings: Bindings, options: ExecuteOptions, key: TaskKey): Promise<Explanation> {
  const task = plan.tasks.find((candidate) => candidate.key === key);
  if (task === undefined) throw new Error(`Internal error: ${key} is no task of the plan`);
  const lookup = await openForLook(plan, bindings, options);
  const seen = await previewTasks(lookup, key);
  const preview = seen.get(key)?.preview;
  if (preview === undefined) throw new Error(`Internal error: ${key} was not looked at`);
  const memory = readTaskMemory(lookup.layout.state, key);
  const differences = preview.pending.length > 0 ? knownDifferences(lookup, task, seen, memory) : preview.differences;
  const [own] = differences;
  return {
    task: key,
    description: task.description,
    now: {
      outcome: preview.outcome,
      reason: preview.pending.length > 0 && own !== undefined ? `${describeDifference(own)}; ${preview.reason}` : preview.reason,
      differences,
      because: roots(preview, seen),
    },
    last: readLastRun(lookup.layout.lastRun).tasks[key],
    made: memory?.record == null ? undefined : { outcome: memory.outcome, reason: memory.reason, differences: memory.differences, because: chain(lookup, memory) },
  };
}

/** What differs though some inputs are not known yet: those stand as they last were. */
function knownDifferences(lookup: Lookup, task: PlannedTask, seen: ReadonlyMap<TaskKey, Seen>, memory: TaskMemory | undefined): readonly Difference[] {
  const before = memory?.record;
  if (before == null) return [];
  const last = new Map(Object.values(before.inputs).flatMap((inputs) => inputs.map((input) => [input.from, input] as const)));
  const pending = new Set<string>();
  const outputsOf = (key: TaskKey): Outputs => {
    const outputs = seen.get(key)?.outputs;
    if (outputs !== undefined) return outputs;
    const declared = lookup.plan.tasks.find((candidate) => candidate.key === key)?.outputs ?? {};
    return Object.fromEntries(
      Object.entries(declared).map(([name, kind]): [string, CachedOutput] => {
        pending.add(`${key}:${name}`);
        // Any digest will do where there was none: the input is left out below.
        const digest = last.get(`${key}:${name}`)?.digest ?? placeholder(seen, before);
        return [name, { kind, digest, meta: {} }];
      }),
    );
  };
  // With outputs that are not there for certain: nobody else may believe what comes of it.
  const { record } = evaluate({ ...lookup, evaluated: new Map() }, task, outputsOf);
  const differences = compareRecords(before, record, compareSourceFiles(lookup.layout, lookup.sources));
  return differences.filter((difference) => difference.what !== 'input' || !pending.has(difference.from) || !last.has(difference.from));
}

function placeholder(seen: ReadonlyMap<TaskKey, Seen>, before: NonNullable<TaskMemory['record']>): CachedOutput['digest'] {
  const known = Object.values(before.inputs).flat()[0]?.digest ?? [...seen.values()].flatMap(({ outputs }) => Object.values(outputs ?? {}))[0]?.digest;
  return known ?? zero;
}

// A digest that no content has, for a place that nobody reads.
const zero = `sha256:${'0'.repeat(64)}` as CachedOutput['digest'];

/** Tasks that would build and wait for nobody, above a task that waits. */
function roots(preview: PreviewedTask, seen: ReadonlyMap<TaskKey, Seen>): readonly Cause[] {
  const found = new Map<TaskKey, Cause>();
  const visited = new Set<TaskKey>();
  const visit = (key: TaskKey): void => {
    if (visited.has(key)) return;
    visited.add(key);
    const above = seen.get(key)?.preview;
    if (above === undefined) return;
    if (above.pending.length === 0) found.set(key, { task: key, reason: above.reason, differences: above.differences });
    else above.pending.forEach(visit);
  };
  preview.pending.forEach(visit);
  return [...found.values()];
}

/** Follows the first changed input that another task made, as long as that task remembers why. */
function chain(lookup: Lookup, memory: TaskMemory): readonly Cause[] {
  const causes: Cause[] = [];
  const visited = new Set<TaskKey>([memory.task]);
  for (let current: TaskMemory | undefined = memory; current !== undefined; ) {
    const producer: TaskKey | undefined = changedProducer(lookup.plan, current.differences);
    if (producer === undefined || visited.has(producer)) break;
    visited.add(producer);
    current = readTaskMemory(lookup.layout.state, producer);
    if (current !== undefined) causes.push({ task: producer, reason: current.reason, differences: current.differences });
  }
  return causes;
}

function changedProducer(plan: Plan, differences: readonly Difference[]): TaskKey | undefined {
  for (const difference of differences) {
    if (difference.what !== 'input') continue;
    const producer = plan.tasks.find(({ key, outputs }) => Object.keys(outputs).some((output) => `${key}:${output}` === difference.from));
    if (producer !== undefined) return producer.key;
  }
  return undefined;
}
