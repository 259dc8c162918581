import { CosError, sentenceOf, type Diagnostic } from '@cos/core';
import { ClientError } from '@cos/client';
import { RegistryError } from '@cos/registry';
import { TrustError } from '@cos/trust';
import { problem } from '../problem.ts';
import { DamagedTrees } from './read-published.ts';

/** Expected problems of publishing as diagnostics; undefined for everything else. */
export function explain(error: unknown, place: string): CosError | undefined {
  const told = diagnose(error, place);
  return told === undefined ? undefined : new CosError(told, { cause: error });
}

function diagnose(error: unknown, place: string): Diagnostic | undefined {
  if (error instanceof RegistryError) return ofRegistry(error, place);
  if (error instanceof ClientError) {
    if (error.cause instanceof RegistryError && error.code === 'unreachable') return ofRegistry(error.cause, place);
    return {
      ...problem('COS_REPO_PUBLISHED', `What is published at ${place} cannot be read, and is not written over: ${sentenceOf(error)}`, 'Mend it, or publish to another place. A file that was lost can be put back from a snapshot.'),
      notes: error.notes.map((message) => ({ message })),
    };
  }
  if (error instanceof TrustError) {
    if (error.code === 'key' || error.code === 'password') return problem('COS_REPO_KEY', sentenceOf(error), error.hint ?? 'Check the key.');
    return problem('COS_REPO_UNTRUSTED', `What is published at ${place} is not signed by the key that would sign what is added, and is not vouched for: ${sentenceOf(error)}`, 'Look at what is published; where it is yours, sign it first with `cos sign`.');
  }
  if (error instanceof DamagedTrees) return problem('COS_REPO_PUBLISHED', `What is published at ${place} cannot be read, and is not written over: ${error.message}.`, 'Mend it, or publish to another place.');
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem('COS_REPO_FOLDER', `${place} cannot be written: no space is left on the disk.`, 'Make space and publish again: what is published is whole, and what was brought already stays.');
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code)) return problem('COS_REPO_FOLDER', `${place} cannot be written (${code}).`, 'Give a folder that the user who runs cos may write.');
  return undefined;
}

function ofRegistry(error: RegistryError, place: string): Diagnostic {
  const said = [error.registryCode, error.registryMessage].filter((part) => part !== undefined).join(': ');
  return problem('COS_REPO_REGISTRY', sentenceOf({ message: error.summary, expected: error.expected, found: error.found }, said === '' ? [] : [`the registry says ${said}`]), `${error.hint ?? 'Try again.'} What is published at ${place} is whole, and the next publication goes on.`);
}
