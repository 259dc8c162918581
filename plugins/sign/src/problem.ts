import { CosError } from '@cos/core';
import type { SignCode } from './codes.ts';

/** An expected failure of this plugin. Never give it a password, key bytes or what came out of one. */
export function problem(code: SignCode, message: string, hint?: string): CosError {
  return new CosError({ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
}
