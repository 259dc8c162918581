import { executePlan } from '../../execute/execute-plan.ts';
import type { Emit } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import { createReporter } from '../create-reporter.ts';
import { readAsked } from '../asked-targets.ts';
import type { Settings } from '../arguments.ts';
import { executeOptions, prepareConfig, preparePlan, type PreparedConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';
import { printTargetHelp } from '../target-help.ts';
import { dryRun } from './dry-run.ts';

/** `cos run <target...>`: load, plan, execute, report. */
export async function run(words: readonly string[], settings: Settings, terminal: Terminal): Promise<number> {
  const prepared = await prepareConfig(settings);
  const asked = readAsked(words, prepared.config.targets);
  if (asked.help) return printTargetHelp(asked.targets.map(({ name }) => name), prepared.config, terminal, settings);
  if (settings.dryRun) return dryRun(prepared, asked.targets, settings, terminal);
  const reporter = await createReporter(settings, terminal, prepared.config.workspace);
  try {
    return await runTargets(prepared, asked.targets, { settings, terminal, emit: (event) => reporter.emit(event) });
  } finally {
    await reporter.close();
  }
}

/** Plans and executes targets of a loaded config. Answers the exit code. */
async function runTargets(prepared: PreparedConfig, targets: Parameters<typeof preparePlan>[1], options: { readonly settings: Settings; readonly terminal: Terminal; readonly emit: Emit }): Promise<number> {
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
