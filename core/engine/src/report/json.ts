import type { Reporter, ReporterOptions } from './reporter.ts';

/** One event a line (NDJSON); the last line is the summary. For programs: the events are the interface, so nothing is left out. */
export function createJsonReporter({ out }: Pick<ReporterOptions, 'out'>): Reporter {
  return {
    emit: (event) => out.write(`${JSON.stringify(event)}\n`),
    close: () => Promise.resolve(),
  };
}
