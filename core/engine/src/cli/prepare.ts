import { join } from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { ExecuteOptions } from '../execute/options.ts';
import { toolchainOf } from '../execute/ready-toolchain.ts';
import { createPinBench } from '../execute/pin-bench.ts';
import type { Emit } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { createPlan, type AskedTarget, type PlanRequest } from '../plan/create-plan.ts';
import type { Settings } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** A config that may have problems: commands that only look go on, those that run do not. */
export interface PreparedConfig {
  readonly config: ResolvedConfig;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads the config. Throws when there is none to work with; other problems are in `diagnostics`. */
export async function prepareConfig(settings: Settings): Promise<PreparedConfig> {
  const loaded = await loadConfig(settings.load);
  if (loaded.config === undefined) throw new CosError(loaded.diagnostics);
  return { config: loaded.config, diagnostics: loaded.diagnostics };
}

/** Throws all diagnostics when one of them is an error. */
export function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new CosError(diagnostics);
}

export interface PreparedPlan {
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly warnings: readonly Diagnostic[];
}

/** Plans targets of a loaded config; throws the problems of both together. */
export async function preparePlan(
  prepared: PreparedConfig,
  targets: readonly AskedTarget[],
  options: { readonly settings: Settings; readonly terminal: Terminal; readonly emit: Emit } & Partial<Pick<PlanRequest, 'effects' | 'memo'>>,
): Promise<PreparedPlan> {
  const planned = await createPlan({
    config: prepared.config,
    targets,
    emit: options.emit,
    env: options.terminal.env,
    signal: options.terminal.signal,
    frozen: options.settings.frozen,
    openBench: pinBench(prepared.config, options.terminal),
    effects: options.effects ?? 'asked',
    ...(options.memo === undefined ? {} : { memo: options.memo }),
  });
  const diagnostics = [...prepared.diagnostics, ...planned.diagnostics];
  refuseErrors(diagnostics);
  if (planned.plan === undefined) throw new Error('Internal error: no plan and no problem');
  return { ...planned.plan, warnings: diagnostics };
}

/** Tools and scratch for looking up pins. */
export function pinBench(config: ResolvedConfig, terminal: Terminal): PlanRequest['openBench'] {
  return createPinBench(config, { folder: join(config.workspace, config.cacheFolder), env: terminal.env, signal: terminal.signal });
}

/** What execution needs to know of the config and the command line. */
export function executeOptions(config: ResolvedConfig, settings: Settings, terminal: Terminal): ExecuteOptions {
  return {
    workspace: config.workspace,
    folder: join(config.workspace, config.cacheFolder),
    jobs: settings.jobs,
    resources: config.resources,
    cacheMaxBytes: config.cacheMaxBytes,
    policy: settings.policy,
    force: settings.force ? 'all' : 'none',
    seed: settings.seed,
    env: terminal.env,
    signal: terminal.signal,
    ...toolchainOf(config, terminal.env),
  };
}
