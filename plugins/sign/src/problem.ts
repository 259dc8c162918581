import { ClientError } from '@cos/client';
import { CosError, sentenceOf } from '@cos/core';
import { RegistryError } from '@cos/registry';
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

/** Carries out `work`; what libraries find wrong with signatures, repositories and registries becomes a diagnostic. */
export async function explaining<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TrustError) throw explain(error, codeOf[error.code], error.notes);
    if (error instanceof ClientError) throw explain(error, error.cause instanceof RegistryError ? 'COS_SIGN_REGISTRY' : 'COS_SIGN_REPOSITORY', error.notes);
    if (error instanceof RegistryError) {
      const said = [error.registryCode, error.registryMessage].filter((part) => part !== undefined).join(': ');
      throw explain({ ...partsOf(error), message: error.summary }, 'COS_SIGN_REGISTRY', said === '' ? [] : [`the registry says ${said}`], error);
    }
    throw error;
  }
}

interface Problem {
  readonly message: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly hint?: string | undefined;
}

function partsOf({ message, expected, found, hint }: Problem): Problem {
  return { message, expected, found, hint };
}

function explain(told: Problem, code: SignCode, notes: readonly string[], cause: unknown = told): CosError {
  return new CosError(
    {
      code,
      severity: 'error',
      message: sentenceOf(told),
      ...(notes.length === 0 ? {} : { notes: notes.map((message) => ({ message })) }),
      ...(told.hint === undefined ? {} : { hint: told.hint }),
    },
    { cause },
  );
}
