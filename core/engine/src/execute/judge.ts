import type { CacheEntry } from '../cache/cache.ts';
import { compareRecords, describeDifference, type Difference } from '../fingerprint/compare-records.ts';
import type { PlannedTask } from '../model/plan.ts';
import { compareSourceFiles } from './sources.ts';
import { readTaskMemory, type TaskMemory } from './task-memory.ts';
import type { Evaluated, Lookup } from './run.ts';

// Has been made already what a task would make of what it reads? Nothing runs here and nothing is written but the time of an entry's last use.

/** The reason of a task that runs because the user says so. */
export const forcedReason = 'forced';

export type Verdict =
  /** What the last run made or restored is what is wanted. */
  | { readonly kind: 'fresh'; readonly entry: CacheEntry; readonly reason: string; readonly differences: readonly Difference[] }
  /** Known from another time than the last. */
  | { readonly kind: 'cached'; readonly entry: CacheEntry; readonly reason: string; readonly differences: readonly Difference[] }
  | { readonly kind: 'run'; readonly reason: string; readonly differences: readonly Difference[] };

/** Looks for what is known of the fingerprint. Whether named outputs are in place is for the caller to see. */
export async function judge(lookup: Lookup, { task, record, fingerprint }: Evaluated): Promise<Verdict> {
  const memory = readTaskMemory(lookup.layout.state, task.key);
  const differences = memory?.record == null ? [] : compareRecords(memory.record, record, compareSourceFiles(lookup.layout, lookup.sources));
  const why = reasonOf(memory, differences);
  const { force } = lookup.options;
  if (task.run === 'always' || force === 'all' || (force !== 'none' && force.has(task.key))) return { kind: 'run', reason: forcedReason, differences };
  if (task.cache === 'never') return { kind: 'run', reason: task.effect === 'publish' ? 'publishes, so it always runs' : 'always runs', differences };
  const hit = await lookup.cache.get(fingerprint);
  if (hit === undefined || !hasOutputsOf(hit.entry, task)) {
    const lost = memory?.status === 'done' && memory.fingerprint === fingerprint;
    return { kind: 'run', reason: lost ? 'outputs were lost' : why, differences };
  }
  if (memory?.status === 'done' && memory.fingerprint === fingerprint) return { kind: 'fresh', entry: hit.entry, reason: 'nothing that it reads has changed', differences };
  return { kind: 'cached', entry: hit.entry, reason: memory === undefined ? 'made before' : why, differences };
}

function hasOutputsOf(entry: CacheEntry, task: PlannedTask): boolean {
  const declared = Object.entries(task.outputs);
  return declared.length === Object.keys(entry.outputs).length && declared.every(([name, kind]) => entry.outputs[name]?.kind === kind);
}

function reasonOf(memory: TaskMemory | undefined, differences: readonly Difference[]): string {
  const [first, ...rest] = differences;
  if (first !== undefined) return `${describeDifference(first)}${rest.length > 0 ? ` (and ${rest.length} more)` : ''}`;
  if (memory?.status === 'running') return 'the last run was interrupted';
  if (memory?.status === 'failed') return 'the last run failed';
  return memory === undefined ? 'first build' : 'outputs were lost';
}
