import { createPaint } from '../../errors/paint.ts';
import { previewPlan, type PreviewedTask } from '../../execute/preview-plan.ts';
import type { AskedTarget } from '../../plan/create-plan.ts';
import type { Settings } from '../arguments.ts';
import { planWithoutRun } from '../plan-without-run.ts';
import { executeOptions, type PreparedConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';

/** `cos run --dry-run`: what would run, and why. With `--reporter json` a line for each task, and the counts last. */
export async function dryRun(prepared: PreparedConfig, targets: readonly AskedTarget[], settings: Settings, terminal: Terminal): Promise<number> {
  const { plan, bindings } = await planWithoutRun(prepared, targets, settings, terminal);
  const previews = await previewPlan(plan, bindings, executeOptions(prepared.config, settings, terminal));
  const count = (outcome: PreviewedTask['outcome']) => previews.filter((preview) => preview.outcome === outcome).length;
  const counts = { fresh: count('fresh'), cached: count('cached'), wouldBuild: count('would build') };
  if (settings.reporter === 'json') {
    for (const { task, plugin, stage, name, outcome, reason } of previews) terminal.out.write(`${JSON.stringify({ type: 'task-previewed', task, plugin, stage, name, outcome, reason })}\n`);
    terminal.out.write(`${JSON.stringify({ type: 'summary', dryRun: true, ...counts, exitCode: 0 })}\n`);
    return 0;
  }
  const paint = createPaint(settings.color);
  const width = Math.max(0, ...previews.map(({ task }) => task.length));
  for (const { task, outcome, reason } of previews) {
    if (outcome === 'fresh' && !settings.verbose) continue;
    terminal.out.write(`${(outcome === 'would build' ? paint.yellow : paint.blue)(outcome.padEnd(11))} ${task.padEnd(width)}  ${paint.dim(reason)}\n`);
  }
  terminal.out.write(`${counts.wouldBuild} would build, ${counts.cached} cached, ${counts.fresh} fresh. Nothing was run.\n`);
  return 0;
}
