import { CosError } from '../errors/cos-error.ts';
import type { Difference } from '../fingerprint/compare-records.ts';
import type { Fingerprint, TaskKey } from '../model/identity.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { createRunId } from '../process/liveness.ts';
import { judge } from './judge.ts';
import { HostLacksError } from './host-lacks-error.ts';
import { openLookup } from './open-lookup.ts';
import type { ExecuteOptions } from './options.ts';
import { isInPlace } from './publish.ts';
import { evaluate } from './records.ts';
import { decidersOf, publishedOutputs, type Lookup, type Outputs } from './run.ts';

// What a run would do, as far as that can be told without running anything.

export interface PreviewedTask {
  readonly task: TaskKey;
  readonly plugin: string;
  readonly stage: string;
  readonly name: string;
  readonly description: string;
  /** `would fail`: it must be there already, and is not. */
  readonly outcome: 'fresh' | 'cached' | 'would build' | 'would fail';
  /** In one line, as `cos why` tells it. */
  readonly reason: string;
  readonly differences: readonly Difference[];
  /** Tasks that would build and that this one reads: whether it must run is known only when they have. */
  readonly pending: readonly TaskKey[];
  /** Undefined while inputs are pending. */
  readonly fingerprint?: Fingerprint;
}

/** Rejects with a CosError when sources are not readable, and with a HostLacksError when tools are missing. */
export async function previewPlan(plan: Plan, bindings: Bindings, options: ExecuteOptions): Promise<readonly PreviewedTask[]> {
  const previews = await previewTasks(await openForLook(plan, bindings, options));
  return [...previews.values()].map(({ preview }) => preview);
}

/** Opens a workspace for looking only. */
export async function openForLook(plan: Plan, bindings: Bindings, options: ExecuteOptions): Promise<Lookup> {
  const opened = await openLookup({ plan, bindings, options, runId: createRunId(), signal: options.signal, keep: 'if-possible' });
  switch (opened.kind) {
    case 'open':
      return opened.lookup;
    case 'missing-tools':
      throw new HostLacksError(opened.problems);
    case 'bad-sources':
      throw new CosError(opened.problems);
    default: {
      const never: never = opened;
      return never;
    }
  }
}

export interface Seen {
  readonly preview: PreviewedTask;
  /** Undefined for a task that would build. */
  readonly outputs: Outputs | undefined;
}

/** Looks at tasks in the order of the plan, up to and with `last`. */
export async function previewTasks(lookup: Lookup, last?: TaskKey): Promise<ReadonlyMap<TaskKey, Seen>> {
  const seen = new Map<TaskKey, Seen>();
  for (const task of lookup.plan.tasks) {
    lookup.options.signal.throwIfAborted();
    seen.set(task.key, await previewTask(lookup, task, seen));
    if (task.key === last) break;
  }
  return seen;
}

async function previewTask(lookup: Lookup, task: PlannedTask, seen: ReadonlyMap<TaskKey, Seen>): Promise<Seen> {
  const base = { task: task.key, plugin: task.plugin, stage: task.stage, name: task.name, description: task.description };
  const outputsOf = (key: TaskKey): Outputs | undefined => seen.get(key)?.outputs;
  const pending = decidersOf(task).filter((key) => outputsOf(key) === undefined);
  if (pending.length > 0) {
    const [first, ...rest] = pending;
    const reason = `inputs pending: ${first}${rest.length > 0 ? ` and ${rest.length} more` : ''} would build`;
    return { preview: { ...base, outcome: task.run === 'never' ? 'would fail' : 'would build', reason, differences: [], pending }, outputs: undefined };
  }
  const evaluated = evaluate(lookup, task, outputsOf);
  const verdict = await judge(lookup, evaluated);
  const found = { ...base, reason: verdict.reason, differences: verdict.differences, pending, fingerprint: evaluated.fingerprint };
  if (verdict.kind === 'run') return { preview: { ...found, outcome: task.run === 'never' ? 'would fail' : 'would build' }, outputs: undefined };
  const { outputs } = verdict.entry;
  const missing = publishedOutputs(lookup.plan, task.key).find(({ path, output }) => {
    const digest = outputs[output]?.digest;
    return digest === undefined || !isInPlace(lookup, path, digest);
  });
  if (verdict.kind === 'fresh' && missing !== undefined) return { preview: { ...found, outcome: 'cached', reason: `\`${missing.path}\` is missing or changed` }, outputs };
  return { preview: { ...found, outcome: verdict.kind }, outputs };
}
