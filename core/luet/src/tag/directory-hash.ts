// The hash of a package's folder inside luet's tags: the `h1:` directory hash of Go modules (golang.org/x/mod/sumdb/dirhash, Hash1).
// Only content and relative paths count; modes, times, owners and empty folders do not. Links are read through.

import { createHash } from 'node:crypto';
import { compareBytes } from '../order.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { joinPath } from '../tree/reader.ts';
import type { TreeReader } from '../tree/reader.ts';
import { reasonOf } from '../tree/walk.ts';

export interface BytesReader extends Pick<TreeReader, 'list'> {
  /** Content of a file; of a symbolic link, what it points to. Rejects for a dangling link and for a link to a folder. */
  readBytes(path: string): Promise<Uint8Array>;
}

export type DirectoryHashResult =
  | { readonly ok: true; readonly hash: string }
  | { readonly ok: false; readonly problem: Problem };

/** What is in a folder beside, and instead of, its own files. */
export interface AddedFiles {
  /** By relative path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Paths of files that do not count. */
  readonly without: readonly string[];
}

/** `h1:` and base64 of SHA-256 over the sorted list of `sha256  path` lines. `dir` undefined is an empty folder. */
export async function hashDirectory(dir: string | undefined, reader: BytesReader, { texts, without }: AddedFiles = NOTHING_ADDED): Promise<DirectoryHashResult> {
  let files;
  try {
    files = dir === undefined ? [] : await listFiles(dir, '', reader);
  } catch (error) {
    return { ok: false, problem: createProblem('error', 'LUET_READ_FAILED', `the folder ${dir} has no luet tag: ${reasonOf(error)}`, { file: dir ?? '' }) };
  }
  const sorted = [...files.filter((file) => !without.includes(file) && !texts.has(file)), ...texts.keys()].toSorted((a, b) => compareBytes(a, b));
  const summary = createHash('sha256');
  for (const file of sorted) {
    const text = texts.get(file);
    const path = joinPath(dir ?? '', file);
    let bytes;
    try {
      // One at a time: a package folder may hold large files.
      // oxlint-disable-next-line no-await-in-loop
      bytes = text ?? (await reader.readBytes(path));
    } catch (error) {
      const hint = 'luet refuses dangling links and links to folders in package folders';
      const message = `the folder ${dir} has no luet tag: ${reasonOf(error)}`;
      return { ok: false, problem: createProblem('error', 'LUET_READ_FAILED', message, { file: path }, { hint }) };
    }
    summary.update(`${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`);
  }
  return { ok: true, hash: `h1:${summary.digest('base64')}` };
}

const NOTHING_ADDED: AddedFiles = { texts: new Map(), without: [] };

async function listFiles(dir: string, below: string, reader: BytesReader): Promise<string[]> {
  const entries = await reader.list(below === '' ? dir : joinPath(dir, below));
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = joinPath(below, entry.name);
      if (entry.kind === 'directory') return await listFiles(dir, path, reader);
      return entry.kind === 'other' ? [] : [path];
    }),
  );
  return nested.flat();
}
