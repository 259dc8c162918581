// The one error of this library. Errors of the file system pass through unchanged, unless they say something about a repository.

/**
 * What kind of problem it is.
 *
 * - `not-found`: a repository has no object of that name.
 * - `unreachable`: a repository does not answer, or answers with a failure of its own.
 * - `corrupt`: bytes are not those that the index names, or not what the format demands.
 * - `format`: a file of a repository or a configuration cannot be understood.
 * - `limit`: something is larger than it may be.
 * - `unknown-package`: no repository has the package.
 * - `unsatisfiable`: the requirements contradict each other.
 * - `not-installed`: the package is not in the root.
 * - `required`: the package cannot go, because another one requires it.
 * - `file-conflict`: two packages want the same path.
 * - `unsafe`: an archive or a root would lead out of the root.
 * - `unsupported`: the host cannot make what the archive holds, or the file that is asked for.
 * - `busy`: another command works on the root.
 * - `finalizer`: a finalizer failed; its package is installed.
 * - `state`: the record of what is installed cannot be read.
 */
export type ClientErrorCode =
  | 'not-found'
  | 'unreachable'
  | 'corrupt'
  | 'format'
  | 'limit'
  | 'unknown-package'
  | 'unsatisfiable'
  | 'not-installed'
  | 'required'
  | 'file-conflict'
  | 'unsafe'
  | 'unsupported'
  | 'busy'
  | 'finalizer'
  | 'state';

export interface ClientErrorDetails {
  /** What would be right. */
  readonly expected?: string;
  /** What is there. */
  readonly found?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Further lines: who requires what, which files. */
  readonly notes?: readonly string[];
  readonly cause?: unknown;
}

/** An expected problem: compare `code`, never the text. `message` is one sentence that names the object concerned. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;
  readonly notes: readonly string[];

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.expected = details.expected;
    this.found = details.found;
    this.hint = details.hint;
    this.notes = details.notes ?? [];
  }
}

/** The sentence of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
