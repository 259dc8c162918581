import type { ArchiveError } from '@cos/archive';
import { CosError, type Diagnostic } from '@cos/core';
import type { AttestCode } from '../codes.ts';
import type { DatabaseProblem } from './installed-package.ts';

export function damagedDatabase({ file, message, at, offset }: DatabaseProblem): Diagnostic {
  return {
    code: 'COS_ATTEST_DATABASE' satisfies AttestCode,
    severity: 'error',
    message: `A package database of the system is damaged: /${file}${offset === undefined ? '' : `, byte ${offset}`}. ${message}`,
    ...(at === undefined ? {} : { place: { file: `/${file}`, line: at.line }, source: at.source }),
    hint: 'Build the system again; if it stays so, look at the step that writes the file: what is installed cannot be told without it.',
  };
}

export function unreadableForm(file: string): Diagnostic {
  return {
    code: 'COS_ATTEST_DATABASE_FORM' satisfies AttestCode,
    severity: 'error',
    message: `Expected rpm's database as rpmdb.sqlite or Packages.db; found the old one of Berkeley DB: /${file}.`,
    hint: 'Convert it at the end of the build, in the system: rpmdb --rebuilddb --define "_db_backend sqlite" (rpm 4.16 or later).',
  };
}

export function damagedContent(cause: ArchiveError): CosError {
  return new CosError({
    code: 'COS_ATTEST_CONTENT' satisfies AttestCode,
    severity: 'error',
    message: `The content of the system cannot be read. ${cause.message}.`,
    hint: 'Run again; if it stays so, the image in the engine or the archive is damaged: remove it, and it is made again.',
  }, { cause });
}
