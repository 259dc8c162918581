import { relative } from 'node:path';
import type { CachedOutput } from '../cache/cache.ts';
import type { LocalCache } from '../cache/local.ts';
import type { Redactor } from '../errors/redact.ts';
import type { TaskRecord } from '../model/task-record.ts';
import type { Emit } from '../model/event.ts';
import type { Fingerprint, TaskKey } from '../model/identity.ts';
import type { Plan, PlannedPort, PlannedTask, WantedOutput } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import type { FoundTool } from './host-tools.ts';
import type { Layout } from './layout.ts';
import type { ExecuteOptions } from './options.ts';
import type { RunLogs } from './run-logs.ts';
import type { Scratch } from './run-registry.ts';
import type { Source } from './sources.ts';
import type { WholeBlobs } from './whole-blobs.ts';

// What the parts of one execution share.

/** Enough to look up what is there, without running anything. */
export interface Lookup {
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly options: ExecuteOptions;
  readonly layout: Layout;
  /** Absolute folder of named outputs. */
  readonly outRoot: string;
  readonly cache: LocalCache;
  readonly sources: ReadonlyMap<string, Source>;
  /** By stage (`plugin.stage`) and name. */
  readonly tools: ReadonlyMap<string, ReadonlyMap<string, FoundTool>>;
  /** What was evaluated so far, for those that read how an artifact came to be. */
  readonly evaluated: Map<TaskKey, Evaluated>;
}

export interface Run extends Lookup {
  /** What tasks may read of the cache. */
  readonly blobs: WholeBlobs;
  readonly runId: string;
  readonly emit: Emit;
  readonly redactor: Redactor;
  /** Aborts for the user's interrupt and for `fail-fast`. */
  readonly signal: AbortSignal;
  readonly logs: RunLogs;
  readonly makeScratch: () => Scratch;
  /** Remembers a process group, so that the next run can end it should this one be killed. */
  readonly noteProcess: (pid: number) => void;
  /** Rejects with a CosError when the plugin cannot work on this host. Asked before each task; works once for each plugin. */
  readonly prepare: (plugin: string) => Promise<void>;
}

export type Outputs = Readonly<Record<string, CachedOutput>>;
/** Outputs of a task that has ended well; undefined for others. */
export type OutputsOf = (task: TaskKey) => Outputs | undefined;

export interface Evaluated {
  readonly task: PlannedTask;
  readonly fingerprint: Fingerprint;
  readonly record: TaskRecord;
}

/** Named outputs of a task. */
export function publishedOutputs(plan: Plan, task: TaskKey): readonly (WantedOutput & { readonly path: string })[] {
  return plan.wanted.flatMap((wanted) => (wanted.task === task && wanted.path !== undefined ? [{ ...wanted, path: wanted.path }] : []));
}

/** The engine's folder as messages name it. */
export function engineFolder({ options }: Pick<Lookup, 'options'>): string {
  return relative(options.workspace, options.folder) || options.folder;
}

/** Tasks whose outputs a task reads, each once. */
export function producersOf({ inputs }: PlannedTask): readonly TaskKey[] {
  return keysOf(Object.values(inputs));
}

/** Those of them whose outputs count for the fingerprint. */
export function decidersOf({ inputs }: PlannedTask): readonly TaskKey[] {
  return keysOf(Object.values(inputs).filter(({ arity }) => arity !== 'hint'));
}

function keysOf(ports: readonly PlannedPort[]): readonly TaskKey[] {
  return [...new Set(ports.flatMap(({ artifacts }) => artifacts.flatMap((input) => ('task' in input ? [input.task] : []))))];
}
