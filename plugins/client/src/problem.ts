import { ClientError, type ClientErrorCode } from '@cos/client';
import { CosError, sentenceOf, type Diagnostic } from '@cos/core';
import { TrustError, type TrustErrorCode } from '@cos/trust';
import type { ClientCode } from './codes.ts';

const codeOf: Readonly<Record<ClientErrorCode, ClientCode>> = {
  'not-found': 'COS_CLIENT_NOT_FOUND',
  unreachable: 'COS_CLIENT_UNREACHABLE',
  corrupt: 'COS_CLIENT_CORRUPT',
  format: 'COS_CLIENT_FORMAT',
  limit: 'COS_CLIENT_LIMIT',
  'unknown-package': 'COS_CLIENT_UNKNOWN_PACKAGE',
  unsatisfiable: 'COS_CLIENT_UNSATISFIABLE',
  'not-installed': 'COS_CLIENT_NOT_INSTALLED',
  required: 'COS_CLIENT_REQUIRED',
  'file-conflict': 'COS_CLIENT_FILE_CONFLICT',
  unsafe: 'COS_CLIENT_UNSAFE',
  unsupported: 'COS_CLIENT_UNSUPPORTED',
  busy: 'COS_CLIENT_BUSY',
  finalizer: 'COS_CLIENT_FINALIZER',
  state: 'COS_CLIENT_STATE',
};

const codeOfTrust: Readonly<Record<TrustErrorCode, ClientCode>> = {
  unsigned: 'COS_CLIENT_UNTRUSTED',
  invalid: 'COS_CLIENT_UNTRUSTED',
  identity: 'COS_CLIENT_UNTRUSTED',
  uncovered: 'COS_CLIENT_UNTRUSTED',
  'signature-file': 'COS_CLIENT_UNTRUSTED',
  replay: 'COS_CLIENT_REPLAY',
  frozen: 'COS_CLIENT_FROZEN',
  record: 'COS_CLIENT_STATE',
  policy: 'COS_CLIENT_POLICY',
  key: 'COS_CLIENT_POLICY',
  password: 'COS_CLIENT_POLICY',
};

/** Problems of the request and of the configuration: exit code 2. Everything else is a command that failed: 1. */
const ofRequest: readonly ClientErrorCode[] = ['unknown-package', 'unsatisfiable', 'not-installed', 'required', 'format'];

/** Carries out `work`; an expected problem is told, and is the answer as an exit code. */
export async function answering(tell: (problems: readonly Diagnostic[]) => void, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof CosError) {
      tell(error.diagnostics);
      return 2;
    }
    if (!(error instanceof ClientError || error instanceof TrustError)) throw error;
    tell([
      {
        code: error instanceof ClientError ? codeOf[error.code] : codeOfTrust[error.code],
        severity: 'error',
        message: sentenceOf(error),
        ...(error.notes.length === 0 ? {} : { notes: error.notes.map((message) => ({ message })) }),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    ]);
    return error instanceof ClientError ? (ofRequest.includes(error.code) ? 2 : 1) : ['policy', 'key'].includes(error.code) ? 2 : 1;
  }
}

/** A request that cannot be carried out as it stands. */
export function refuse(code: ClientCode, message: string, hint: string, notes: readonly string[] = []): CosError {
  return new CosError({ code, severity: 'error', message, hint, ...(notes.length === 0 ? {} : { notes: notes.map((note) => ({ message: note })) }) });
}
