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

/** `h1:` and base64 of SHA-256 over the sorted list of `sha256  path` lines. */
export async function hashDirectory(dir: string, reader: BytesReader): Promise<DirectoryHashResult> {
  let files;
  try {
    files = await listFiles(dir, '', reader);
  } catch (error) {
    return { ok: false, problem: createProblem('error', 'LUET_READ_FAILED', `the folder ${dir} has no luet tag: ${reasonOf(error)}`, { file: dir }) };
  }
  const sorted = files.toSorted((a, b) => compareBytes(a, b));
  const summary = createHash('sha256');
  for (const file of sorted) {
    const path = joinPath(dir, file);
    let bytes;
    try {
      // One at a time: a package folder may hold large files.
      // oxlint-disable-next-line no-await-in-loop
      bytes = await reader.readBytes(path);
    } catch (error) {
      const hint = 'luet refuses dangling links and links to folders in package folders';
      const message = `the folder ${dir} has no luet tag: ${reasonOf(error)}`;
      return { ok: false, problem: createProblem('error', 'LUET_READ_FAILED', message, { file: path }, { hint }) };
    }
    summary.update(`${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`);
  }
  return { ok: true, hash: `h1:${summary.digest('base64')}` };
}

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
