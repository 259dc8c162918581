import type { Diagnostic } from './diagnostic.ts';

// Expected problems are values, so that all of them can be shown at once.

export type Result<T> = { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] } | { readonly ok: false; readonly failures: readonly Diagnostic[] };

export function success<T>(value: T, warnings: readonly Diagnostic[] = []): Result<T> {
  return { ok: true, value, warnings };
}

export function failure(...failures: readonly Diagnostic[]): Result<never> {
  return { ok: false, failures };
}
