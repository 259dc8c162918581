import { join, resolve } from 'node:path';
import { createLocalCache } from '../cache/local.ts';
import { rootSystemCode } from '../cache/storage-error.ts';
import { writeAtomically } from '../cache/write-atomically.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { createStatIndex, type StatIndex } from '../fingerprint/stat-index.ts';
import type { Storage } from '../model/artifact.ts';
import type { Plan } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { createRunId } from '../process/liveness.ts';
import { createToolMemo, type ToolMemo } from '../process/tool-memo.ts';
import { missingTools, probeTools, type FoundTool } from './host-tools.ts';
import { layoutOf, type Layout } from './layout.ts';
import type { ExecuteOptions } from './options.ts';
import type { Lookup } from './run.ts';
import { keepManifests, readSources } from './sources.ts';
import { readText } from './task-memory.ts';

/** What is needed before any task can be looked at, or why that is impossible. */
export type Opened =
  | { readonly kind: 'open'; readonly lookup: Lookup }
  /** Sources are missing or unreadable. */
  | { readonly kind: 'bad-sources'; readonly problems: readonly Diagnostic[] }
  /** Tools are missing. */
  | { readonly kind: 'missing-tools'; readonly problems: readonly Diagnostic[] };

export interface OpenOptions {
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly options: ExecuteOptions;
  readonly runId: string;
  readonly signal: AbortSignal;
  /** `if-possible`: a workspace that cannot be written to can be looked at all the same; what was learned about it is just forgotten. Default: it must be kept. */
  readonly keep?: 'if-possible';
  /** Gets lines of progress, where tools have to be got first. */
  readonly tell?: (line: string) => void;
}

/** Finds the tools and reads the sources of a plan; what was learned about both is kept for the next run. */
export async function openLookup({ plan, bindings, options, runId, signal, keep, tell = () => undefined }: OpenOptions): Promise<Opened> {
  const layout = layoutOf(options.folder, options.logs);
  const memo = createToolMemo(readText(layout.toolMemo));
  const toolchain = await options.openToolchain?.({ memo, tell, signal, stages: plan.tasks.map((task) => ({ plugin: task.plugin, stage: bindings.stage(task) })) });
  const needed = await probeTools(plan.tasks, bindings, { path: options.env['PATH'], memo, signal, toolchain });
  attempt(keep, () => keepMemo(layout, memo));
  const missing = missingTools(needed, options.offersToolchain);
  if (missing.length > 0) return { kind: 'missing-tools', problems: missing };

  const statIndex = createStatIndex(readText(layout.statIndex));
  const outRoot = resolve(options.workspace, plan.outDir);
  const sources = await readSources(plan.sources, { workspace: options.workspace, layout, outRoot, statIndex, signal });
  attempt(keep, () => keepIndex(layout, statIndex));
  if (!sources.ok) return { kind: 'bad-sources', problems: sources.failures };
  attempt(keep, () => keepManifests(sources.value.values(), layout));

  const storages = new Map<string, Storage>();
  const storageOf = (kind: string): Storage => {
    const storage = storages.get(kind) ?? bindings.kind(kind).storage;
    storages.set(kind, storage);
    return storage;
  };
  const kinds = new Set(plan.tasks.flatMap(({ outputs }) => Object.values(outputs)));
  const tools = new Map<string, Map<string, FoundTool>>();
  for (const { stages, probe } of needed) {
    for (const stage of stages) {
      const known = tools.get(stage) ?? new Map<string, FoundTool>();
      if (probe.found) known.set(probe.name, probe);
      tools.set(stage, known);
    }
  }
  const cache = createLocalCache({ folder: join(layout.cache), runId, storageOf: (kind) => (kinds.has(kind) ? storageOf(kind) : undefined) });
  return { kind: 'open', lookup: { plan, bindings, options, layout, outRoot, cache, sources: sources.value, tools, evaluated: new Map() } };
}

function attempt(keep: OpenOptions['keep'], write: () => void): void {
  try {
    write();
  } catch (error) {
    // Shortcuts for the next look, nothing else.
    if (keep !== 'if-possible' || rootSystemCode(error) === undefined) throw error;
  }
}

function keepMemo(layout: Layout, memo: ToolMemo): void {
  if (memo.changed()) writeAtomically(layout.toolMemo, memo.serialise(), { temporary: `${layout.toolMemo}.${createRunId()}.tmp`, durable: false });
}

function keepIndex(layout: Layout, index: StatIndex): void {
  if (index.changed()) writeAtomically(layout.statIndex, index.serialise(), { temporary: `${layout.statIndex}.${createRunId()}.tmp`, durable: false });
}
