import { CosError, type Diagnostic } from '@cos/core';
import type { AttestCode } from './codes.ts';

/** Fails with a code of this plugin. */
export function fail(code: AttestCode, message: string, details: Pick<Diagnostic, 'hint' | 'notes' | 'place'> & { readonly cause?: unknown } = {}): never {
  const { cause, ...rest } = details;
  throw new CosError({ code, severity: 'error', message, ...rest }, cause === undefined ? {} : { cause });
}
