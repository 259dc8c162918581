import { CosError } from './cos-error.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * The diagnostics that an error carries; undefined when it is not an expected failure but a bug. A plugin may have another copy of `@cos/core` than the
 * command, so the form counts, not the class.
 */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] | undefined {
  if (error instanceof CosError) return error.diagnostics;
  if (!(error instanceof Error) || error.name !== 'CosError' || !('diagnostics' in error) || !Array.isArray(error.diagnostics)) return undefined;
  const list: readonly unknown[] = error.diagnostics;
  return list.every(isDiagnostic) ? list : undefined;
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value && typeof value.message === 'string' && 'severity' in value;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
