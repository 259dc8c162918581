import { executePlan } from '../execute/execute-plan.ts';
import type { Emit } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { AskedTarget } from '../plan/create-plan.ts';
import type { Settings } from './arguments.ts';
import { dryRun } from './commands/dry-run.ts';
import { createReporter } from './create-reporter.ts';
import { executeOptions, preparePlan, type PreparedConfig } from './prepare.ts';
import type { Terminal } from './terminal.ts';

/** Plans, executes and reports targets of a loaded config, or tells what that would do. Answers the exit code. */
export async function runAsked(prepared: PreparedConfig, targets: readonly AskedTarget[], settings: Settings, terminal: Terminal): Promise<number> {
  if (settings.dryRun) return dryRun(prepared, targets, settings, terminal);
  const reporter = await createReporter(settings, terminal, prepared.config.workspace);
  try {
    return await runTargets(prepared, targets, { settings, terminal, emit: (event) => reporter.emit(event) });
  } finally {
    await reporter.close();
  }
}

async function runTargets(prepared: PreparedConfig, targets: readonly AskedTarget[], options: { readonly settings: Settings; readonly terminal: Terminal; readonly emit: Emit }): Promise<number> {
  const { settings, terminal, emit } = options;
  const { plan, bindings, warnings } = await preparePlan(prepared, targets, options);
  for (const diagnostic of warnings) emit({ type: 'diagnostic', diagnostic });
  const stages = countStages(plan);
  // Execution knows tasks; reporters draw a row for each stage.
  const summary = await executePlan(plan, bindings, executeOptions(prepared.config, settings, terminal), (event) => emit(event.type === 'run-started' ? { ...event, stages } : event));
  return summary.exitCode;
}

function countStages(plan: Plan): readonly { readonly plugin: string; readonly stage: string; readonly tasks: number }[] {
  const stages = new Map<string, { readonly plugin: string; readonly stage: string; tasks: number }>();
  for (const { plugin, stage } of plan.tasks) {
    const known = stages.get(`${plugin}.${stage}`) ?? { plugin, stage, tasks: 0 };
    known.tasks += 1;
    stages.set(`${plugin}.${stage}`, known);
  }
  return [...stages.values()];
}
