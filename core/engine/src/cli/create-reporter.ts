import { createJsonReporter } from '../report/json.ts';
import { createPlainReporter } from '../report/plain.ts';
import type { Reporter, ReporterOptions } from '../report/reporter.ts';
import type { Settings } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** The reporter that was asked for; the one for terminals is imported only then. */
export async function createReporter(settings: Settings, terminal: Terminal, workspace: string): Promise<Reporter> {
  const options: ReporterOptions = { out: terminal.out, workspace, color: settings.color, verbose: settings.verbose };
  switch (settings.reporter) {
    case 'json':
      return createJsonReporter(options);
    case 'plain':
      return createPlainReporter(options);
    case 'terminal': {
      const { createTerminalReporter } = await import('../report/listr.ts');
      return createTerminalReporter(options);
    }
    default:
      return settings.reporter satisfies never;
  }
}
