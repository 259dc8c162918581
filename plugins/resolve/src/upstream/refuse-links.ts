import { realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CosError, type Diagnostic } from '@cos/core';
import { problemOf } from './problem.ts';

/**
 * Files that planning reads must not be links that lead out of the tree: a recipe could show what else is on this machine. Other links belong to build
 * contexts, where nothing follows them.
 */
export async function refuseLinks(tree: string, place: string): Promise<void> {
  const root = realpathSync(tree);
  const problems: Diagnostic[] = [];
  for (const entry of await readdir(tree, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink() || !isRead(relative(tree, path)) || leadsInside(path, root)) continue;
    problems.push(problemOf('COS_RESOLVE_UPSTREAM_CORRUPT', `The compilertree of ${place} holds ${JSON.stringify(relative(tree, path))}, a link that does not lead to a file of it.`, 'Tell who publishes the repository.'));
  }
  if (problems.length > 0) throw new CosError(problems.sort((a, b) => (a.message < b.message ? -1 : 1)));
}

/** As trees are read: the files of packages, and shared templates. */
function isRead(path: string): boolean {
  return /(?:^|\/)(?:definition|collection|build|finalize)\.yaml$/.test(path) || /(?:^|\/)templates\/(?:.*\/)?[^/]*\.yaml$/i.test(path);
}

function leadsInside(path: string, root: string): boolean {
  try {
    return realpathSync(path).startsWith(`${root}${sep}`);
  } catch (error) {
    // It leads nowhere, or in a circle: there is nothing to read, and where it leads may appear later.
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
}
