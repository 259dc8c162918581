import { createPaint, type Paint } from '../errors/paint.ts';
import { printable } from '../errors/printable.ts';
import type { Event } from '../model/event.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Outcome } from '../model/outcome.ts';
import { showDuration } from './duration.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { createRunMemory, remember, summaryText } from './summary.ts';

/** Lines for pipes and CI: a line when a task starts and one when it ends; output of tasks with --verbose, warnings always. */
export function createPlainReporter(options: ReporterOptions): Reporter {
  const paint = createPaint(options.color);
  const memory = createRunMemory();
  const line = (text: string) => options.out.write(`${text}\n`);
  return {
    emit(event) {
      remember(memory, event);
      if (event.type === 'summary') return line(`\n${summaryText(event, memory, options)}`);
      const text = lineOf(event, paint, options.verbose);
      if (text !== undefined) line(text);
    },
    close: () => Promise.resolve(),
  };
}

function lineOf(event: Exclude<Event, { type: 'summary' }>, paint: Paint, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'run-started': {
      const effects = event.effects.length === 0 ? '' : `\n${paint.yellow('These tasks publish:')} ${event.effects.map(printable).join(', ')}`;
      return `${paint.bold(`cos run ${event.targets.join(' ')}`)}: ${event.tasks} ${event.tasks === 1 ? 'task' : 'tasks'}${effects}`;
    }
    case 'planner-finished':
      return `${paint.green('planned'.padEnd(width))} ${event.plugin}.${event.planner} ${paint.dim(`${event.description}, ${showDuration(event.durationMs)}`)}`;
    case 'pin-resolved':
      return `${paint.green('pinned'.padEnd(width))} ${event.plugin}.${event.pin} ${printable(event.request)}`;
    case 'toolchain-progress':
      return `${paint.green('toolchain'.padEnd(width))} ${printable(event.line)}`;
    case 'task-started':
      return `${'running'.padEnd(width)} ${printable(event.task)} ${paint.dim(`(${printable(event.reason)})`)}`;
    case 'task-output':
      return verbose || event.stream === 'warn' ? `${''.padEnd(width)} ${outputLine(event.task, event.stream, event.line, paint)}` : undefined;
    case 'task-finished':
      // Fresh tasks are counted at the end; a line for each would bury what happened.
      return event.outcome === 'fresh' && !verbose ? undefined : `${paintOutcome(event.outcome, paint)} ${printable(event.task)} ${paint.dim(event.outcome === 'skipped' ? '(an input failed)' : showDuration(event.durationMs))}`;
    case 'output-published':
    case 'diagnostic':
      return undefined;
    default:
      return event satisfies never;
  }
}

const width = 9;

function outputLine(task: TaskKey, stream: 'stdout' | 'stderr' | 'info' | 'warn', text: string, paint: Paint): string {
  const content = printable(text);
  return `${paint.dim(`${printable(task)} |`)} ${stream === 'warn' ? paint.yellow(content) : content}`;
}

function paintOutcome(outcome: Outcome, paint: Paint): string {
  const text = outcome.padEnd(width);
  switch (outcome) {
    case 'fresh':
    case 'cached':
      return paint.blue(text);
    case 'built':
      return paint.green(text);
    case 'failed':
      return paint.red(text);
    case 'skipped':
    case 'cancelled':
      return paint.yellow(text);
    default:
      return outcome satisfies never;
  }
}
