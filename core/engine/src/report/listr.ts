import { Listr } from 'listr2';
import { createPaint } from '../errors/paint.ts';
import { printable } from '../errors/printable.ts';
import type { Event } from '../model/event.ts';
import type { TaskKey } from '../model/identity.ts';
import { outcomes, type Outcome } from '../model/outcome.ts';
import { showDuration } from './duration.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { createRunMemory, remember, summaryText } from './summary.ts';

// Rows for a terminal, one per stage. listr2 only draws: a row's function awaits a promise that events settle; it runs nothing and decides nothing. It is
// slow beyond some dozens of rows, so the stages that come last share one.

const maxRows = 30;

interface Row {
  readonly title: string;
  readonly total: number;
  /** Running tasks with the last line that each printed. */
  readonly running: Map<TaskKey, string>;
  readonly ended: Map<TaskKey, Outcome>;
  /** Set while listr shows the row. */
  show: (title: string, output: string) => void;
  finish: (outcome: 'done' | 'failed' | 'skipped') => void;
  finished: boolean;
}

type RunStarted = Extract<Event, { type: 'run-started' }>;

/** For terminals: a live row for each stage, the summary below when all has ended. */
export function createTerminalReporter(options: ReporterOptions): Reporter {
  const paint = createPaint(options.color);
  const memory = createRunMemory();
  const rows = new Map<string, Row>();
  let drawing: Promise<unknown> = Promise.resolve();
  let summary = '';
  const line = (text: string) => options.out.write(`${text}\n`);
  const start = (event: RunStarted) => {
    for (const task of event.effects) line(`${paint.yellow('publishes')} ${printable(task)}`);
    const stages = event.stages ?? [];
    const own = stages.slice(0, stages.length > maxRows ? maxRows - 1 : maxRows);
    const rest = stages.slice(own.length);
    for (const { plugin, stage, tasks } of own) rows.set(`${plugin}.${stage}`, createRow(`${plugin}.${stage}`, tasks));
    if (rest.length > 0) {
      const shared = createRow(`${rest.length} further stages`, rest.reduce((sum, { tasks }) => sum + tasks, 0));
      for (const { plugin, stage } of rest) rows.set(`${plugin}.${stage}`, shared);
    }
    drawing = draw([...new Set(rows.values())], options.color);
  };
  const update = (key: string, change: (row: Row) => void) => {
    const row = rows.get(key);
    if (row === undefined) return;
    change(row);
    row.show(titleOf(row), outputOf(row));
    if (row.ended.size >= row.total && row.running.size === 0) settle(row);
  };
  return {
    emit(event) {
      remember(memory, event);
      switch (event.type) {
        case 'planner-finished':
          return line(`${paint.green('✔')} ${event.plugin}.${event.planner} ${paint.dim(`${event.description}, ${showDuration(event.durationMs)}`)}`);
        case 'pin-resolved':
          return line(`${paint.green('✔')} ${event.plugin}.${event.pin} ${paint.dim(printable(event.request))}`);
        case 'run-started':
          return start(event);
        case 'toolchain-progress': {
          // Nothing runs yet: the first row has room for it.
          const [first] = rows.values();
          return first?.show(titleOf(first), `toolchain: ${printable(event.line)}`);
        }
        case 'task-started':
          return update(`${event.plugin}.${event.stage}`, (row) => row.running.set(event.task, ''));
        case 'task-finished':
          return update(`${event.plugin}.${event.stage}`, (row) => {
            row.running.delete(event.task);
            row.ended.set(event.task, event.outcome);
          });
        case 'summary':
          for (const row of new Set(rows.values())) settle(row);
          summary = summaryText(event, memory, options);
          return;
        case 'task-output':
          return update(event.task.slice(0, event.task.indexOf('#')), (row) => {
            if (row.running.has(event.task) && event.line.trim() !== '') row.running.set(event.task, event.line);
          });
        case 'output-published':
        case 'diagnostic':
          return;
        default:
          return event satisfies never;
      }
    },
    async close() {
      await drawing;
      if (summary !== '') line(`\n${summary}`);
    },
  };
}

function createRow(title: string, total: number): Row {
  return { title, total, running: new Map(), ended: new Map(), show: () => undefined, finish: () => undefined, finished: false };
}

function draw(rows: readonly Row[], color: boolean): Promise<unknown> {
  const list = new Listr(
    rows.map((row) => ({
      title: titleOf(row),
      task: (_: unknown, task) =>
        new Promise<void>((resolve, reject) => {
          row.show = (title, output) => {
            task.title = title;
            task.output = output;
          };
          row.finish = (outcome) => {
            // The error only gives the row its mark; the failure itself is told by the summary.
            if (outcome === 'failed') reject(new Error(' '));
            else {
              if (outcome === 'skipped') task.skip(titleOf(row));
              resolve();
            }
          };
          if (row.finished) row.finish(markOf(row));
        }),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false, collapseErrors: false, collapseSkips: true, showSkipMessage: false, ...(color ? {} : { formatOutput: 'truncate' as const }) },
    },
  );
  return list.run();
}

function settle(row: Row): void {
  if (row.finished) return;
  row.finished = true;
  row.show(titleOf(row), '');
  row.finish(markOf(row));
}

function markOf(row: Row): 'done' | 'failed' | 'skipped' {
  const ends = [...row.ended.values()];
  if (ends.includes('failed')) return 'failed';
  return ends.every((outcome) => outcome === 'skipped' || outcome === 'cancelled') ? 'skipped' : 'done';
}

function titleOf(row: Row): string {
  const counts = outcomes.flatMap((outcome) => {
    const count = [...row.ended.values()].filter((ended) => ended === outcome).length;
    return count === 0 ? [] : [`${count} ${outcome}`];
  });
  const progress = row.finished ? '' : ` ${row.ended.size}/${row.total}`;
  return `${row.title}${progress}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}

/** A line for each of the first running tasks, with the last line that it printed; the rows of all stages have to fit on a screen. */
function outputOf(row: Row): string {
  const lines = [...row.running].map(([key, line]) => `${printable(key.slice(key.indexOf('#') + 1))}${line === '' ? '' : ` | ${printable(line)}`}`);
  return lines.length > maxLines ? [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more`].join('\n') : lines.join('\n');
}

const maxLines = 4;
