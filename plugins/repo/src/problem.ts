import type { Diagnostic } from '@cos/core';
import { formatProblem, type Problem } from '@cos/luet';
import type { RepoCode } from './codes.ts';

export function problem(code: RepoCode, message: string, hint?: string): Diagnostic {
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}

/** What a reader of luet's formats found, as notes of one problem. */
export function withNotes(diagnostic: Diagnostic, problems: readonly Problem[]): Diagnostic {
  return { ...diagnostic, notes: problems.map((one) => ({ message: formatProblem(one) })) };
}
