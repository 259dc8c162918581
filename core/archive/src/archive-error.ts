// The one error of this library. Everything that an archive, a pattern or an option can get wrong is an ArchiveError with a code;
// errors of the file system and of the source stream pass through unchanged.

/**
 * What kind of problem it is.
 *
 * - `truncated`: the input ends before the archive does.
 * - `corrupt`: the bytes are not what the format demands.
 * - `unsupported`: well formed, but of a kind that is not handled (sparse files, xz, unknown entry types).
 * - `limit`: a size bound was exceeded.
 * - `unsafe-path`: a name that leaves the archive's root, or that cannot be a name.
 * - `path-conflict`: an entry lies below something that is not a directory.
 * - `missing-target`: a hard link names an entry that does not exist.
 * - `invalid-entry`: an entry given to the writer cannot be expressed.
 * - `invalid-pattern`: an include or exclude pattern is not RE2 syntax.
 * - `invalid-option`: an option's value makes no sense.
 * - `missing-directory`: the folder to be packaged is not in the image.
 * - `changed`: a file changed while it was being read.
 */
export type ArchiveErrorCode =
  | 'truncated'
  | 'corrupt'
  | 'unsupported'
  | 'limit'
  | 'unsafe-path'
  | 'path-conflict'
  | 'missing-target'
  | 'invalid-entry'
  | 'invalid-pattern'
  | 'invalid-option'
  | 'missing-directory'
  | 'changed';

/** Where a problem was found; both parts are absent when they are not known. */
export interface ArchiveErrorPlace {
  /** Byte offset in the (decompressed) stream that was being read. */
  readonly offset?: number;
  /** Name of the entry concerned, as it stands in the archive. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** An expected problem with an archive, a pattern or an option; `message` is a whole sentence that names the place. */
export class ArchiveError extends Error {
  readonly code: ArchiveErrorCode;
  readonly offset: number | undefined;
  readonly path: string | undefined;

  constructor(code: ArchiveErrorCode, message: string, place: ArchiveErrorPlace = {}) {
    const where = place.offset === undefined ? '' : ` (at byte ${place.offset})`;
    super(message + where, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = 'ArchiveError';
    this.code = code;
    this.offset = place.offset;
    this.path = place.path;
  }
}

/** A name as it is shown in messages: quoted, control characters and raw bytes escaped, long ones cut. */
export function quoteName(name: string): string {
  const shown = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return JSON.stringify(shown);
}
