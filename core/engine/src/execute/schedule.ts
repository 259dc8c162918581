import type { CacheEntry } from '../cache/cache.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Outcome, TaskState } from '../model/outcome.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import { createRandom, shuffle } from './shuffle.ts';
import { producersOf, type Outputs } from './run.ts';
import { hasOutputs, nextState, type TaskEvent } from './task-state.ts';

// The order of execution: which task may be looked at when, and what the end of one means for the others. It knows nothing of what a task does.

/** What looking at a task came to. */
export type TaskResult =
  | { readonly end: 'fresh' | 'cached' | 'built'; readonly entry: CacheEntry; readonly reason: string; readonly logFile?: string }
  | { readonly end: 'failed'; readonly failure: Diagnostic; readonly fingerprint?: CacheEntry['fingerprint']; readonly logFile?: string; readonly reason: string }
  | { readonly end: 'cancelled' }
  /** Bytes that it needs are lost: these producers must run (again) first. */
  | { readonly end: 'lost-inputs'; readonly producers: readonly TaskKey[] };

export interface ScheduleOptions {
  readonly plan: Plan;
  readonly seed: number;
  /** `rerun`: its own bytes are lost, so that what is remembered of it does not count. */
  readonly handle: (task: PlannedTask, how: { readonly rerun: boolean }, outputsOf: (task: TaskKey) => Outputs | undefined) => Promise<TaskResult>;
  /** A task has ended (more than once for one that was opened again). */
  readonly ended: (task: PlannedTask, outcome: Outcome, result: TaskResult | undefined, durationMs: number) => void;
  /** True when nothing new may start. */
  readonly isStopping: () => boolean;
  /** Ends what runs, because the schedule itself broke. */
  readonly abort: () => void;
}

interface Node {
  readonly task: PlannedTask;
  readonly producers: readonly TaskKey[];
  readonly consumers: TaskKey[];
  state: TaskState;
  outputs: Outputs | undefined;
  rerun: boolean;
}

/** Runs until every task has ended, and answers the outcomes in the order of the plan. */
export async function schedule(options: ScheduleOptions): Promise<ReadonlyMap<TaskKey, Outcome>> {
  const nodes = createNodes(options.plan);
  const random = createRandom(options.seed);
  const active = new Set<Promise<void>>();
  const nodeOf = (key: TaskKey): Node => {
    const node = nodes.get(key);
    if (node === undefined) throw new Error(`Internal error: the plan has no task ${key}`);
    return node;
  };
  const outputsOf = (key: TaskKey): Outputs | undefined => nodes.get(key)?.outputs;
  const move = (node: Node, event: TaskEvent): TaskState => (node.state = nextState(node.state, event));
  const end = (node: Node, event: TaskEvent, result: TaskResult | undefined, durationMs: number): void => {
    const state = move(node, event);
    if (state === 'waiting' || state === 'ready') throw new Error(`Internal error: a task cannot end by "${event}"`);
    options.ended(node.task, state, result, durationMs);
  };
  const reopen = (node: Node): void => {
    if (node.state === 'waiting' || hasOutputs(node.state)) move(node, 'reopen');
  };

  /** Takes a task's outputs; whoever has already ended with other ones is looked at again. */
  const take = (node: Node, entry: CacheEntry): void => {
    const before = node.outputs;
    node.outputs = entry.outputs;
    node.rerun = false;
    if (before === undefined || sameDigests(before, entry.outputs)) return;
    for (const key of node.consumers) reopen(nodeOf(key));
  };

  const isCurrent = (node: Node, seen: readonly (Outputs | undefined)[]): boolean =>
    node.producers.every((key, index) => {
      const { state, outputs } = nodeOf(key);
      const before = seen[index];
      return hasOutputs(state) && outputs !== undefined && before !== undefined && sameDigests(before, outputs);
    });

  const settle = (node: Node, seen: readonly (Outputs | undefined)[], result: TaskResult, durationMs: number): void => {
    switch (result.end) {
      case 'fresh':
      case 'cached':
      case 'built': {
        // An input was made anew while this one was at work: what it made is of the old one.
        if (!isCurrent(node, seen)) move(node, 'reopen');
        else {
          end(node, result.end === 'fresh' ? 'found-fresh' : result.end === 'cached' ? 'restored' : 'ran', result, durationMs);
          take(node, result.entry);
        }
        return;
      }
      case 'failed':
        end(node, 'failed', result, durationMs);
        return;
      case 'cancelled':
        end(node, 'cancel', result, durationMs);
        return;
      case 'lost-inputs':
        move(node, 'reopen');
        for (const key of result.producers) {
          const producer = nodeOf(key);
          producer.rerun = true;
          reopen(producer);
        }
        return;
      default: {
        const never: never = result;
        return never;
      }
    }
  };

  const look = async (node: Node): Promise<void> => {
    const before = performance.now();
    const seen = node.producers.map(outputsOf);
    const result = await options.handle(node.task, { rerun: node.rerun }, outputsOf);
    settle(node, seen, result, performance.now() - before);
  };

  const skipBehindFailures = (): void => {
    for (const node of nodes.values()) {
      if (node.state !== 'waiting') continue;
      const states = node.producers.map((key) => nodeOf(key).state);
      if (states.some((state) => state === 'failed' || state === 'skipped')) end(node, 'input-failed', undefined, 0);
      else if (states.includes('cancelled') || options.isStopping()) end(node, 'cancel', undefined, 0);
    }
  };

  let broken: { readonly error: unknown } | undefined;
  let wake = (): void => undefined;
  for (;;) {
    // In plan order every producer comes first, so that one pass reaches all that hangs on a failure.
    skipBehindFailures();
    const ready = [...nodes.values()].filter((node) => node.state === 'waiting' && node.producers.every((key) => hasOutputs(nodeOf(key).state)));
    for (const node of shuffle(ready, random)) {
      move(node, 'inputs-ready');
      const work = look(node)
        .catch((error: unknown) => {
          broken ??= { error };
          options.abort();
        })
        .then(() => {
          active.delete(work);
          wake();
        });
      active.add(work);
    }
    if (active.size === 0) break;
    await new Promise<void>((resolve) => (wake = resolve));
    if (broken !== undefined) break;
  }
  // A mistake of ours: nothing of the run may outlive it.
  await Promise.all(active);
  if (broken !== undefined) throw broken.error;
  return new Map([...nodes].map(([key, { state }]) => [key, outcomeOf(state, key)]));
}

function createNodes(plan: Plan): Map<TaskKey, Node> {
  const nodes = new Map<TaskKey, Node>();
  for (const task of plan.tasks) {
    const producers = producersOf(task);
    nodes.set(task.key, { task, producers, consumers: [], state: 'waiting', outputs: undefined, rerun: false });
    for (const key of producers) {
      const producer = nodes.get(key);
      if (producer === undefined) throw new Error(`Internal error: ${task.key} stands before its input ${key} in the plan`);
      producer.consumers.push(task.key);
    }
  }
  return nodes;
}

function sameDigests(a: Outputs, b: Outputs): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name]?.digest === b[name]?.digest);
}

function outcomeOf(state: TaskState, key: TaskKey): Outcome {
  if (state === 'waiting' || state === 'ready') throw new Error(`Internal error: ${key} never ended`);
  return state;
}
