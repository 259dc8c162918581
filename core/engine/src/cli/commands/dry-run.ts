import { createPaint, type Paint } from '../../errors/paint.ts';
import { previewPlan, type PreviewedTask } from '../../execute/preview-plan.ts';
import type { Summary } from '../../model/event.ts';
import type { AskedTarget } from '../../plan/create-plan.ts';
import type { Settings } from '../arguments.ts';
import { planWithoutRun } from '../plan-without-run.ts';
import { executeOptions, type PreparedConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';

/** `cos run --dry-run`: what would run, and why. With `--reporter json` a line for each task, and the counts last. */
export async function dryRun(prepared: PreparedConfig, targets: readonly AskedTarget[], settings: Settings, terminal: Terminal): Promise<number> {
  const before = performance.now();
  const { plan, bindings } = await planWithoutRun(prepared, targets, settings, terminal);
  const previews = await previewPlan(plan, bindings, executeOptions(prepared.config, settings, terminal));
  const count = (outcome: PreviewedTask['outcome']) => previews.filter((preview) => preview.outcome === outcome).length;
  const counts = { fresh: count('fresh'), cached: count('cached'), wouldBuild: count('would build'), wouldFail: count('would fail') };
  if (settings.reporter === 'json') {
    for (const { task, plugin, stage, name, outcome, reason } of previews) terminal.out.write(`${JSON.stringify({ type: 'task-previewed', task, plugin, stage, name, outcome, reason })}\n`);
    terminal.out.write(`${JSON.stringify({ ...nothingRan, dryRun: true, ...counts, durationMs: Math.round(performance.now() - before), exitCode: 0, seed: settings.seed })}\n`);
    return 0;
  }
  const paint = createPaint(settings.color);
  const width = Math.max(0, ...previews.map(({ task }) => task.length));
  for (const { task, outcome, reason } of previews) {
    if (outcome === 'fresh' && !settings.verbose) continue;
    terminal.out.write(`${paintOf(outcome, paint)(outcome.padEnd(11))} ${task.padEnd(width)}  ${paint.dim(reason)}\n`);
  }
  const failing = counts.wouldFail === 0 ? '' : `${counts.wouldFail} would fail, `;
  terminal.out.write(`${failing}${counts.wouldBuild} would build, ${counts.cached} cached, ${counts.fresh} fresh. Nothing was run.\n`);
  return 0;
}

/** The form that the summary of a run has. */
const nothingRan: Summary = { type: 'summary', fresh: 0, cached: 0, built: 0, failed: 0, skipped: 0, cancelled: 0, durationMs: 0, exitCode: 0, seed: 0, outputs: [] };

function paintOf(outcome: PreviewedTask['outcome'], paint: Paint): (text: string) => string {
  return outcome === 'would fail' ? paint.red : outcome === 'would build' ? paint.yellow : paint.blue;
}
