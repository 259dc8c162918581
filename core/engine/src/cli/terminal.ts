import { printDiagnostics } from '../errors/print-diagnostic.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';

/** What commands may know of the process that they run in. Tests give another one. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: { write(text: string): void; readonly isTerminal: boolean; readonly columns: number };
  readonly err: { write(text: string): void; readonly isTerminal: boolean };
  readonly signal: AbortSignal;
}

/** Prints diagnostics to standard error, with a blank line after them. */
export function tell(terminal: Terminal, diagnostics: readonly Diagnostic[], options: { readonly workspace: string; readonly color: boolean }): void {
  if (diagnostics.length > 0) terminal.err.write(`${printDiagnostics(diagnostics, options)}\n`);
}
