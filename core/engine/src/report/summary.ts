import { createPaint, type Paint } from '../errors/paint.ts';
import { printDiagnostics } from '../errors/print-diagnostic.ts';
import { printable } from '../errors/printable.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Event, Summary } from '../model/event.ts';
import { outcomes } from '../model/outcome.ts';
import { showDuration } from './duration.ts';

type Finished = Extract<Event, { type: 'task-finished' }>;

/** What the end of a run is told from: kept by the reporters for people while events pass. */
export interface RunMemory {
  readonly failed: Finished[];
  readonly published: Extract<Event, { type: 'output-published' }>[];
  readonly diagnostics: Diagnostic[];
  /** What tasks warned of. */
  readonly warnings: Extract<Event, { type: 'task-output' }>[];
}

export function createRunMemory(): RunMemory {
  return { failed: [], published: [], diagnostics: [], warnings: [] };
}

export function remember(memory: RunMemory, event: Event): void {
  if (event.type === 'task-finished' && event.outcome === 'failed') memory.failed.push(event);
  if (event.type === 'output-published') memory.published.push(event);
  if (event.type === 'task-output' && event.stream === 'warn') memory.warnings.push(event);
  if (event.type === 'diagnostic') memory.diagnostics.push(event.diagnostic);
}

/** The end of a run as text: failures in full, warnings of tasks once more (they pass quickly in a long run), what is in place, how many tasks ended how, and what to do after a failure. */
export function summaryText(summary: Summary, memory: RunMemory, options: { readonly workspace: string; readonly color: boolean }): string {
  const paint = createPaint(options.color);
  const parts: string[] = [];
  const failures = memory.failed.flatMap(({ failure, task }) => (failure === undefined ? [] : [failure.task === undefined ? { ...failure, task } : failure]));
  const diagnostics = [...memory.diagnostics, ...failures];
  if (diagnostics.length > 0) parts.push(printDiagnostics(diagnostics, options));
  if (memory.warnings.length > 0) parts.push([paint.bold('Warnings'), ...warningLines(memory.warnings, paint)].join('\n'));
  const outputs = memory.published.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, changed }) => `  ${printable(path)}${changed ? '' : paint.dim(' (unchanged)')}`);
  if (outputs.length > 0) parts.push([paint.bold('Outputs'), ...outputs].join('\n'));
  const counts = outcomes.filter((outcome) => summary[outcome] > 0).map((outcome) => `${summary[outcome]} ${outcome}`);
  const total = outcomes.reduce((sum, outcome) => sum + summary[outcome], 0);
  const verdict = summary.exitCode === 0 ? paint.green('Done') : summary.exitCode === 130 ? paint.yellow('Interrupted') : paint.red('Failed');
  parts.push(`${paint.bold(verdict)} in ${showDuration(summary.durationMs)}: ${total === 0 ? 'no tasks' : counts.join(', ')}.`);
  if (memory.failed.length > 0) parts.push(nextSteps(memory.failed, summary.seed));
  return parts.join('\n\n');
}

const SHOWN_WARNINGS = 20;

function warningLines(warnings: RunMemory['warnings'], paint: Paint): readonly string[] {
  const lines = warnings.slice(0, SHOWN_WARNINGS).map(({ task, line }) => `  ${paint.dim(`${printable(task)}:`)} ${paint.yellow(printable(line))}`);
  const more = warnings.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more, in the logs of tasks`] : lines;
}

function nextSteps(failed: readonly Finished[], seed: number): string {
  const rows = failed.slice(0, 5).flatMap(({ task, logFile }): readonly (readonly [string, string])[] => [
    ...(logFile === undefined ? [] : [['its whole output:', printable(logFile)] as const]),
    ['why it ran:', `npx cos why '${printable(task)}'`],
  ]);
  const all = [...rows, ['the same order:', `npx cos run ... --seed ${seed}`] as const];
  return ['What next', ...all.map(([what, how]) => `  ${what.padEnd(18)}${how}`)].join('\n');
}
