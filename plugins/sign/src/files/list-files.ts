import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decompress, packTree } from '@cos/archive';
import { isIgnored, manifestOf, VARIABLE, type Manifest } from '@cos/trust';
import { problem } from '../problem.ts';

export interface ListFilesRequest {
  /** A root filesystem in a folder, or an archive of one, such as that of a package. */
  readonly what: string;
  readonly cwd: string;
  /** Paths that do not count, beside those that change while a system runs. */
  readonly ignore: readonly string[];
}

/** What files there are. Throws COS_SIGN_NOT_FOUND and ArchiveError. */
export async function listFiles({ what, cwd, ignore }: ListFilesRequest): Promise<Manifest> {
  const path = resolve(cwd, what);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw problem('COS_SIGN_NOT_FOUND', `Expected a folder or an archive; found none at ${what}.`, 'Give paths relative to the current folder, or absolute ones.');
  const ignored = ignoredOf(ignore);
  // What is ignored is not read at all.
  return manifestOf(found.isDirectory() ? packTree(path, { owner: 'real', keeps: (each) => !isIgnored(each, ignored) }) : decompress(createReadStream(path)));
}

export function ignoredOf(ignore: readonly string[]): readonly string[] {
  return [...VARIABLE, ...ignore.map((path) => path.replace(/^\.?\/+/, '').replace(/\/+$/, ''))];
}
