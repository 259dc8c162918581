import type { ClientError, ClientErrorCode } from '@cos/client';
import { sentenceOf, type Diagnostic } from '@cos/core';
import type { TrustError } from '@cos/trust';
import type { codes } from '../codes.ts';

export type UpstreamCode = Extract<keyof typeof codes, `COS_RESOLVE_UPSTREAM_${string}`>;

export function problemOf(code: UpstreamCode, message: string, hint: string, notes: readonly string[] = []): Diagnostic {
  return { code, severity: 'error', message, hint, ...(notes.length === 0 ? {} : { notes: notes.map((note) => ({ message: note })) }) };
}

const codeOf: Readonly<Partial<Record<ClientErrorCode, UpstreamCode>>> = { 'not-found': 'COS_RESOLVE_UPSTREAM_MISSING', unreachable: 'COS_RESOLVE_UPSTREAM_UNREACHABLE' };

/** What reading a repository came to, with its name and the object concerned. Whatever is neither missing nor out of reach is not what it should be. */
export function explainClientError(name: string, error: ClientError): Diagnostic {
  const hints = { COS_RESOLVE_UPSTREAM_MISSING: 'Check the place of the repository in the config.', COS_RESOLVE_UPSTREAM_UNREACHABLE: 'Try again, or name further urls.' } as const;
  const code = codeOf[error.code] ?? 'COS_RESOLVE_UPSTREAM_CORRUPT';
  const hint = error.hint ?? (code === 'COS_RESOLVE_UPSTREAM_MISSING' || code === 'COS_RESOLVE_UPSTREAM_UNREACHABLE' ? hints[code] : 'Tell who publishes the repository.');
  return problemOf(code, `The repository "${name}" cannot be built on: ${sentenceOf(error)}`, hint, error.notes);
}

/** What is wrong with the signature of a repository. */
export function untrusted(name: string, error: TrustError): Diagnostic {
  return problemOf('COS_RESOLVE_UPSTREAM_UNTRUSTED', `The repository "${name}" is not signed as its policy wants it: ${sentenceOf(error)}`, error.hint ?? 'Tell who publishes the repository.', error.notes);
}
