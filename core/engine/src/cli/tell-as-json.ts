import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Event } from '../model/event.ts';
import type { Terminal } from './terminal.ts';

// Programs read standard output: whatever stops `cos run --reporter json`, its last line there is a summary.

/** True when the words of a command line ask for events; they may be wrong in every other way. */
export function asksForJson(argv: readonly string[], env: Terminal['env']): boolean {
  if (argv[0] !== 'run') return false;
  const given = argv.flatMap((word, index) => (word === '--reporter' ? [argv[index + 1]] : word.startsWith('--reporter=') ? [word.slice('--reporter='.length)] : []));
  return (given.at(-1) ?? env['COS_REPORTER']) === 'json';
}

/** Tells problems that kept a run from starting, and the summary of a run of no tasks. */
export function tellAsJson(diagnostics: readonly Diagnostic[], exitCode: number, out: Pick<Terminal['out'], 'write'>): void {
  const events: readonly Event[] = [
    ...diagnostics.map((diagnostic) => ({ type: 'diagnostic', diagnostic }) as const),
    { type: 'summary', fresh: 0, cached: 0, built: 0, failed: 0, skipped: 0, cancelled: 0, durationMs: 0, exitCode, seed: 0, outputs: [] },
  ];
  for (const event of events) out.write(`${JSON.stringify(event)}\n`);
}
