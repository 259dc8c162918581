import type { Diagnostic } from './diagnostic.ts';

/**
 * Carries diagnostics through code that can only throw: the body of a stage, a planner, a target's plan, a command. It is an expected failure with a
 * code, not a bug; the engine unwraps it at the boundary.
 */
export class CosError extends Error {
  override readonly name = 'CosError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[], options?: { readonly cause?: unknown }) {
    const list: readonly Diagnostic[] = 'code' in diagnostics ? [diagnostics] : diagnostics;
    super(list.map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`).join('\n'), options);
    this.diagnostics = list;
  }
}
