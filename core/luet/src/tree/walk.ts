// All folders below a root, depth first in the order of bytes, as luet walks them. Hidden folders are entered, links to folders are
// not. A link is listed among the files: what it leads to shows when it is read, and only if its name matters.

import { compareBytes } from '../order.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { joinPath } from './reader.ts';
import type { TreeReader } from './reader.ts';

export interface Folder {
  readonly path: string;
  /** Names of the regular files and links directly in it, sorted. */
  readonly files: readonly string[];
  /** Whether a folder on the way from the root, or this one, is called `templates`. */
  readonly isTemplates: boolean;
}

export interface WalkResult {
  readonly folders: readonly Folder[];
  readonly problems: readonly Problem[];
}

export async function walkFolders(root: string, reader: TreeReader): Promise<WalkResult> {
  const kind = await kindOfRoot(root, reader);
  if (kind === 'symlink') {
    const hint = 'give the folder that it points to';
    const problem = createProblem('warning', 'LUET_READ_FAILED', 'a tree that is a symbolic link holds no packages', { file: root }, { hint });
    return { folders: [], problems: [problem] };
  }
  return await walk(root, reader, false, 0);
}

const MAX_DEPTH = 100;

/** A root that does not exist is reported when it is listed. */
async function kindOfRoot(root: string, reader: TreeReader): Promise<string | undefined> {
  try {
    return await reader.kindOf?.(root);
  } catch {
    return undefined;
  }
}

async function walk(path: string, reader: TreeReader, isTemplates: boolean, depth: number): Promise<WalkResult> {
  if (depth > MAX_DEPTH) return failed(path, `folders are nested more than ${MAX_DEPTH} deep`);
  let entries;
  try {
    entries = await reader.list(path);
  } catch (error) {
    return failed(path, `the folder cannot be read: ${reasonOf(error)}`);
  }
  const sorted = entries.toSorted((a, b) => compareBytes(a.name, b.name));
  const files = sorted.filter((entry) => entry.kind === 'file' || entry.kind === 'symlink').map((entry) => entry.name);
  const folders = sorted.filter((entry) => entry.kind === 'directory');
  const below = await Promise.all(
    folders.map((entry) => walk(joinPath(path, entry.name), reader, isTemplates || entry.name === 'templates', depth + 1)),
  );
  return {
    folders: [{ path, files, isTemplates }, ...below.flatMap((one) => one.folders)],
    problems: below.flatMap((one) => one.problems),
  };
}

function failed(path: string, message: string): WalkResult {
  return { folders: [], problems: [createProblem('error', 'LUET_READ_FAILED', message, { file: path })] };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
