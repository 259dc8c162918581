// The one error of this library. Errors of registries and of the file system pass through unchanged, unless they say something about a signature.

/**
 * What kind of problem it is.
 *
 * - `key`: a key file is damaged or of a form that nobody knows.
 * - `password`: the password does not open a private key.
 * - `signature-file`: a file or an object that should hold signatures does not.
 * - `unsigned`: nothing that is signed is there for the object.
 * - `invalid`: there are signatures, but none of the object by one of the keys.
 * - `identity`: the object is signed, but for another name.
 * - `uncovered`: a signed object names another one without its digest.
 * - `replay`: what is signed is older than what was seen before.
 * - `frozen`: what is signed is older than it may be.
 * - `record`: the record of what was seen before cannot be read.
 * - `policy`: a file of policies cannot be understood.
 */
export type TrustErrorCode = 'key' | 'password' | 'signature-file' | 'unsigned' | 'invalid' | 'identity' | 'uncovered' | 'replay' | 'frozen' | 'record' | 'policy';

export interface TrustErrorDetails {
  /** What would be right. */
  readonly expected?: string;
  /** What is there. */
  readonly found?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Further lines. */
  readonly notes?: readonly string[];
  readonly cause?: unknown;
}

/** An expected problem: compare `code`, never the text. `message` is one sentence that names the object concerned, and never has a password or a key. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly code: TrustErrorCode;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;
  readonly notes: readonly string[];

  constructor(code: TrustErrorCode, message: string, details: TrustErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.expected = details.expected;
    this.found = details.found;
    this.hint = details.hint;
    this.notes = details.notes ?? [];
  }
}
