import { diagnosticsOf } from '../../errors/expected.ts';
import { executePlan } from '../../execute/execute-plan.ts';
import type { Emit, Event, Summary } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import { createReporter } from '../create-reporter.ts';
import { exitCodes } from '../exit-codes.ts';
import { readAsked } from '../asked-targets.ts';
import type { Settings } from '../arguments.ts';
import { executeOptions, prepareConfig, preparePlan, type PreparedConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';
import { printTargetHelp } from '../target-help.ts';
import { dryRun } from './dry-run.ts';

/** `cos run <target...>`: load, plan, execute, report. */
export async function run(words: readonly string[], settings: Settings, terminal: Terminal): Promise<number> {
  let reporter: Awaited<ReturnType<typeof createReporter>> | undefined;
  // Planners finish before a reporter can know the workspace; their events wait for it.
  const early: Event[] = [];
  const emit: Emit = (event) => (reporter === undefined ? early.push(event) : reporter.emit(event));
  const open = async (workspace: string) => {
    reporter = await createReporter(settings, terminal, workspace);
    for (const event of early.splice(0)) reporter.emit(event);
    return reporter;
  };
  try {
    const prepared = await prepareConfig(settings);
    const asked = readAsked(words, prepared.config.targets);
    if (asked.help) return printTargetHelp(asked.targets.map(({ name }) => name), prepared.config, terminal, settings);
    if (settings.dryRun) return await dryRun(prepared, asked.targets, settings, terminal);
    await open(prepared.config.workspace);
    return await runTargets(prepared, asked.targets, { settings, terminal, emit });
  } catch (error) {
    const expected = diagnosticsOf(error) ?? (terminal.signal.aborted ? [] : undefined);
    if (expected === undefined || settings.reporter !== 'json') throw error;
    const exitCode = terminal.signal.aborted ? exitCodes.interrupted : exitCodes.wrongRequest;
    const json = reporter ?? (await open(terminal.cwd));
    for (const diagnostic of expected) json.emit({ type: 'diagnostic', diagnostic });
    json.emit(emptySummary(settings, exitCode));
    return exitCode;
  } finally {
    await reporter?.close();
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

/** The last line of a run that could not start. */
function emptySummary(settings: Settings, exitCode: number): Summary {
  return { type: 'summary', fresh: 0, cached: 0, built: 0, failed: 0, skipped: 0, cancelled: 0, durationMs: 0, exitCode, seed: settings.seed, outputs: [] };
}
