import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ArchiveError, decompress, detectCompression, listArchive, type ManifestEntry } from '@cos/archive';
import { fail, failureOf } from './errors.ts';
import { packageBeside, type PackageIdentity } from './package-beside.ts';

/** What an archive on disk is, read to its end. */
export interface PackageOnDisk {
  readonly path: string;
  /** Undefined where there is no metadata beside the archive. */
  readonly identity: PackageIdentity | undefined;
  readonly compression: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** Bytes of the contents of all files. */
  readonly contentSize: number;
  readonly entries: readonly ManifestEntry[];
}

/** Reads an archive. Throws COS_SQUASH_ARCHIVE_FORM and COS_SQUASH_ARCHIVE_UNKNOWN. */
export async function readPackage(path: string, shown: string, signal: AbortSignal): Promise<PackageOnDisk> {
  const hash = createHash('sha256');
  let size = 0;
  let compression = 'none';
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const file: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1024 * 1024, signal });
    for await (const chunk of file) {
      if (size === 0) compression = detectCompression(chunk);
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const source = bytes();
  try {
    const entries: ManifestEntry[] = [];
    for await (const entry of listArchive(decompress(source))) entries.push(entry);
    for await (const _ of source);
    const contentSize = entries.reduce((sum, entry) => sum + entry.size, 0);
    return { path, identity: await packageBeside(path), compression, size, sha256: hash.digest('hex'), contentSize, entries };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ArchiveError) throw failureOf('COS_SQUASH_ARCHIVE_FORM', `The archive ${shown} cannot be read. ${error.message}.`, { cause: error });
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^E[A-Z]+$/.test(code)) return fail('COS_SQUASH_ARCHIVE_UNKNOWN', `Expected a readable file at ${shown}; reading it fails with ${code}.`, { cause: error });
    throw error;
  }
}
