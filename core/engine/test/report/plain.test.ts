import { expect, test } from 'vitest';
import { taskKey } from '../../src/model/identity.ts';
import type { Event, Summary } from '../../src/model/event.ts';
import { createJsonReporter } from '../../src/report/json.ts';
import { createPlainReporter } from '../../src/report/plain.ts';

const task = (name: string) => ({ task: taskKey('iso', 'image', name), plugin: 'iso', stage: 'image', name }) as const;
const summary = (counts: Partial<Summary>): Summary => ({ type: 'summary', fresh: 0, cached: 0, built: 0, failed: 0, skipped: 0, cancelled: 0, durationMs: 65_000, exitCode: 0, seed: 7, outputs: [], ...counts });

function plain(events: readonly Event[], verbose = false): string {
  let text = '';
  const reporter = createPlainReporter({ out: { write: (more) => void (text += more) }, workspace: '/nowhere', color: false, verbose });
  events.forEach(reporter.emit);
  return text;
}

const events: readonly Event[] = [
  { type: 'planner-finished', plugin: 'resolve', planner: 'packages', description: 'read the trees', durationMs: 120 },
  { type: 'pin-resolved', plugin: 'docker-build', pin: 'digest', request: 'debian:12' },
  { type: 'run-started', targets: ['build-iso'], tasks: 4, effects: [taskKey('repo', 'push', 'all')] },
  { type: 'diagnostic', diagnostic: { code: 'COS_X_Y', severity: 'warning', message: 'Look here.' } },
  { type: 'task-finished', ...task('fresh'), outcome: 'fresh', durationMs: 0 },
  { type: 'task-finished', ...task('cached'), outcome: 'cached', durationMs: 10 },
  { type: 'task-started', ...task('built'), reason: 'option `level` changed' },
  { type: 'task-output', task: task('built').task, stream: 'stdout', line: 'working \u001b[31mred\u001b[0m' },
  { type: 'task-output', task: task('built').task, stream: 'warn', line: 'careful' },
  { type: 'task-finished', ...task('built'), outcome: 'built', durationMs: 12_345 },
  { type: 'task-finished', ...task('bad'), outcome: 'failed', durationMs: 9, logFile: '.cos/logs/bad.log', failure: { code: 'COS_TASK_TOOL_FAILED', severity: 'error', message: 'It failed.', output: ['last words'] } },
  { type: 'task-finished', ...task('above'), outcome: 'skipped', durationMs: 0 },
  { type: 'output-published', path: 'build/a.iso', task: task('built').task, digest: 'sha256:0' as never, changed: true },
  { type: 'output-published', path: 'build/b.iso', task: task('fresh').task, digest: 'sha256:0' as never, changed: false },
  summary({ fresh: 1, cached: 1, built: 1, failed: 1, skipped: 1, exitCode: 1 }),
];

test('a run as lines', () => {
  expect(plain(events)).toMatchInlineSnapshot(`
    "planned   resolve.packages read the trees, 0.1s
    pinned    docker-build.digest debian:12
    cos run build-iso: 4 tasks
    These tasks publish: repo.push#all
    cached    iso.image#cached 0.0s
    running   iso.image#built (option \`level\` changed)
              iso.image#built | careful
    built     iso.image#built 12s
    failed    iso.image#bad 0.0s
    skipped   iso.image#above (an input failed)

    warning COS_X_Y: Look here.

    error COS_TASK_TOOL_FAILED: It failed.
      task: iso.image#bad
      last output:
        | last words

    Warnings
      iso.image#built: careful

    Outputs
      build/a.iso
      build/b.iso (unchanged)

    Failed in 1m05s: 1 fresh, 1 cached, 1 built, 1 failed, 1 skipped.

    What next
      its whole output: .cos/logs/bad.log
      why it ran:       npx cos why 'iso.image#bad'
      the same order:   npx cos run ... --seed 7
    "
  `);
});

test('--verbose adds the output of tasks and what is fresh', () => {
  const lines = plain(events, true).split('\n').filter((line) => !plain(events).includes(line));
  expect(lines).toMatchInlineSnapshot(`
    [
      "fresh     iso.image#fresh 0.0s",
      "          iso.image#built | working red",
    ]
  `);
});

test('a run with nothing to do', () => {
  expect(plain([summary({ fresh: 12, durationMs: 80 })])).toBe('\nDone in 0.1s: 12 fresh.\n');
  expect(plain([summary({})])).toBe('\nDone in 1m05s: no tasks.\n');
  expect(plain([summary({ cancelled: 2, exitCode: 130 })])).toBe('\nInterrupted in 1m05s: 2 cancelled.\n');
});

test('events as lines of JSON, unchanged', () => {
  let text = '';
  const reporter = createJsonReporter({ out: { write: (more) => void (text += more) } });
  events.forEach(reporter.emit);
  expect(text.trimEnd().split('\n').map((line) => JSON.parse(line))).toEqual(events);
});

test('of many warnings the first are told again at the end, and how many more there are', () => {
  const warnings = Array.from({ length: 25 }, (_, index): Event => ({ type: 'task-output', task: task('a').task, stream: 'warn', line: `warning ${index + 1}` }));
  const end = plain([...warnings, summary({ built: 1 })]).split('Warnings\n')[1];
  expect(end).toContain('  iso.image#a: warning 20\n  and 5 more, in the logs of tasks\n\nDone in');
});
