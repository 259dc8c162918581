import { CosError } from '@cos/core';
import { TrustError, type TrustErrorCode } from '@cos/trust';
import type { SignCode } from './codes.ts';

/** An expected failure of this plugin. Never give it a password, key bytes or what came out of one. */
export function problem(code: SignCode, message: string, hint?: string): CosError {
  return new CosError({ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
}

const codeOf: Readonly<Record<TrustErrorCode, SignCode>> = {
  key: 'COS_SIGN_BAD_KEY_FILE',
  password: 'COS_SIGN_WRONG_PASSWORD',
  'signature-file': 'COS_SIGN_BAD_SIGNATURE_FILE',
  unsigned: 'COS_SIGN_UNSIGNED',
  invalid: 'COS_SIGN_INVALID',
  identity: 'COS_SIGN_IDENTITY',
  uncovered: 'COS_SIGN_UNCOVERED',
  // The commands of this plugin compare with nothing that was seen before.
  replay: 'COS_SIGN_INVALID',
  frozen: 'COS_SIGN_INVALID',
  record: 'COS_SIGN_INVALID',
  policy: 'COS_SIGN_BAD_KEY_FILE',
};

/** Carries out `work`; what the library of signatures finds wrong becomes a diagnostic. */
export async function explaining<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const parts = [error.message.replace(/\.$/, ''), ...(error.expected === undefined ? [] : [`expected ${error.expected}`]), ...(error.found === undefined ? [] : [`found ${error.found}`])];
    throw new CosError(
      {
        code: codeOf[error.code],
        severity: 'error',
        message: `${parts.join('; ')}.`,
        ...(error.notes.length === 0 ? {} : { notes: error.notes.map((message) => ({ message })) }),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
      { cause: error },
    );
  }
}
