import { killChildren } from './kill-children.ts';
import { exitCodes } from './exit-codes.ts';
import { internalError, main } from './main.ts';
import { asksForJson, tellAsJson } from './tell-as-json.ts';
import type { Terminal } from './terminal.ts';
import { boundYoungGeneration } from './young-generation.ts';

/**
 * The door from the launcher: runs `cos` on this process. The first interrupt cancels (running tools end, scratch goes), the second one ends at once.
 */
export async function runOnProcess(): Promise<void> {
  boundYoungGeneration();
  const argv = process.argv.slice(2);
  const abort = new AbortController();
  // Nothing can be awaited any more when this is called; writing to pipes and files does not wait on Linux.
  const broken = (text: string) => {
    process.stderr.write(text);
    if (asksForJson(argv, process.env)) tellAsJson([], exitCodes.internalError, { write: (line) => void process.stdout.write(line) });
    killChildren();
  };
  // A config or a plugin that ends the process must not look like a run that went well.
  const guard = () => {
    process.exitCode = exitCodes.internalError;
    broken(endedWithin);
  };
  process.on('exit', guard);
  const end = (exitCode: number) => {
    process.off('exit', guard);
    process.exit(exitCode);
  };
  let first: number | undefined;
  const interrupt = () => {
    if (first !== undefined) {
      // A terminal and a launcher may both send one interrupt on.
      if (performance.now() - first < 300) return;
      killChildren();
      end(exitCodes.interrupted);
    }
    first = performance.now();
    process.stderr.write('\nInterrupted: ending what runs. Once more ends it by force.\n');
    abort.abort(new Error('interrupted'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // An error that nobody waits for (a promise left alone in a plugin): nothing can be said of the state, but the next run copes with it.
  process.on('uncaughtException', (error) => {
    broken(internalError(error));
    end(exitCodes.internalError);
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read the lines is gone (`cos list | head`); the work goes on without them.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const terminal: Terminal = {
    cwd: process.cwd(),
    env: process.env,
    out: { write: (text) => void process.stdout.write(text), isTerminal: process.stdout.isTTY, columns: process.stdout.columns ?? 80 },
    err: { write: (text) => void process.stderr.write(text), isTerminal: process.stderr.isTTY },
    signal: abort.signal,
  };
  const exitCode = await main(argv, terminal);
  // Plugins may leave sockets open; pipes are written later than the call. So: flush, then end.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve()))));
  end(exitCode);
}

const endedCode = 'COS_PLUGIN_ENDED_PROCESS';
const endedWithin = `error ${endedCode}: cos ended before its work was done: the config or a plugin called process.exit(), or awaits something that never comes.\n`;
