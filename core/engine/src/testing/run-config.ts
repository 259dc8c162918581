import { join } from 'node:path';
import { resolveConfig } from '../config/load-config.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { printDiagnostics } from '../errors/print-diagnostic.ts';
import { executePlan } from '../execute/execute-plan.ts';
import type { ExecuteOptions } from '../execute/options.ts';
import { toolchainOf } from '../execute/ready-toolchain.ts';
import { createPinBench } from '../execute/pin-bench.ts';
import type { Config } from '../model/config.ts';
import type { Event, Summary } from '../model/event.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { createPlan, type AskedTarget } from '../plan/create-plan.ts';

/** A config that is in memory. */
export type AnyConfig = Config;

export interface PlanConfigOptions {
  /** Folder that stands for the one of the config file. */
  readonly workspace: string;
  /** Names, or names with parameters; default: every target without parameters. */
  readonly targets?: readonly (string | AskedTarget)[];
  /** Arguments of `--set`. */
  readonly set?: readonly string[];
  /** Values files, relative to the workspace. */
  readonly values?: readonly string[];
  readonly derivatives?: readonly string[];
  readonly platforms?: readonly string[];
  /** True: missing pins are an error instead of being looked up. */
  readonly frozen?: boolean;
  /** Default: the environment of the test. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export interface PlannedConfig {
  /** Undefined when there are errors among the diagnostics. */
  readonly plan: Plan | undefined;
  readonly bindings: Bindings | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as the user reads them, without colours: for inline snapshots. */
  readonly text: string;
}

/** Loads and plans a config in this process, as `cos plan` does. */
export async function planConfig(config: AnyConfig, options: PlanConfigOptions): Promise<PlannedConfig> {
  const { planned, diagnostics } = await prepare(config, options, () => undefined);
  return { plan: planned?.plan, bindings: planned?.bindings, diagnostics, text: textOf(diagnostics, options.workspace) };
}

export interface RunConfigOptions extends PlanConfigOptions, Partial<Pick<ExecuteOptions, 'jobs' | 'policy' | 'force' | 'repeated' | 'seed' | 'cacheMaxBytes'>> {
  /** Called with each event as it happens. */
  readonly onEvent?: (event: Event) => void;
}

export interface RanConfig extends PlannedConfig {
  readonly events: readonly Event[];
  /** Undefined when nothing ran because of problems in config or plan. */
  readonly summary: Summary | undefined;
  /** How each task ended, by key. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** Loads, plans and executes a config in this process, as `cos run` does. Diagnostics are those of load, plan and run, failures of tasks included. */
export async function runConfig(config: AnyConfig, options: RunConfigOptions): Promise<RanConfig> {
  const events: Event[] = [];
  const emit = (event: Event) => {
    events.push(event);
    options.onEvent?.(event);
  };
  const { planned, diagnostics, resolved } = await prepare(config, options, emit);
  const errors = diagnostics.some(({ severity }) => severity === 'error');
  if (planned === undefined || resolved === undefined || errors) return { plan: planned?.plan, bindings: planned?.bindings, diagnostics, text: textOf(diagnostics, options.workspace), events, summary: undefined, outcomes: {} };
  const summary = await executePlan(
    planned.plan,
    planned.bindings,
    {
      workspace: options.workspace,
      folder: join(options.workspace, resolved.cacheFolder),
      jobs: options.jobs ?? 2,
      resources: resolved.resources,
      cacheMaxBytes: options.cacheMaxBytes ?? resolved.cacheMaxBytes,
      policy: options.policy ?? 'finish',
      force: options.force ?? 'none',
      repeated: options.repeated ?? false,
      seed: options.seed ?? 1,
      env: options.env ?? process.env,
      signal: options.signal ?? new AbortController().signal,
      ...toolchainOf(resolved, options.env ?? process.env),
    },
    emit,
  );
  const told = events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : event.type === 'task-finished' && event.failure !== undefined ? [event.failure] : []));
  const all = [...diagnostics, ...told];
  const outcomes = Object.fromEntries(events.flatMap((event) => (event.type === 'task-finished' ? [[event.task, event.outcome] as const] : [])));
  return { plan: planned.plan, bindings: planned.bindings, diagnostics: all, text: textOf(all, options.workspace), events, summary, outcomes };
}

async function prepare(config: AnyConfig, options: PlanConfigOptions, emit: (event: Event) => void) {
  const loaded = await resolveConfig(config, join(options.workspace, 'cos.config.ts'), {
    cwd: options.workspace,
    values: options.values ?? [],
    set: options.set ?? [],
    derivatives: options.derivatives ?? [],
    platforms: options.platforms ?? [],
  });
  if (loaded.config === undefined) return { planned: undefined, resolved: undefined, diagnostics: loaded.diagnostics };
  const targets = (options.targets ?? [...loaded.config.targets.keys()]).map((target) => (typeof target === 'string' ? { name: target, parameters: {} } : target));
  const env = options.env ?? process.env;
  const signal = options.signal ?? new AbortController().signal;
  const planned = await createPlan({
    config: loaded.config,
    targets,
    emit,
    env,
    signal,
    openBench: createPinBench(loaded.config, { folder: join(options.workspace, loaded.config.cacheFolder), env, signal }),
    frozen: options.frozen ?? false,
    effects: 'asked',
  });
  return { planned: planned.plan, resolved: loaded.config, diagnostics: [...loaded.diagnostics, ...planned.diagnostics] };
}

function textOf(diagnostics: readonly Diagnostic[], workspace: string): string {
  return printDiagnostics(diagnostics, { workspace, color: false });
}
