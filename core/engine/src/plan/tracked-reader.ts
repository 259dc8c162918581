import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import { explainSystemError } from '../errors/explain-system-error.ts';
import type { FolderEntry, TrackedReader } from '../model/planner.ts';
import { workspacePath } from '../model/workspace-path.ts';

/** Longest file that a planner may read. */
const maxBytes = 32 * 1024 * 1024;

/**
 * The planners' way to the workspace: paths below it only, links that lead out are refused, everything read is told to `record` (folders end with `/`).
 */
export function createTrackedReader(workspace: string, record: (path: string) => void): TrackedReader {
  return {
    async read(path) {
      const inside = await resolveInside(workspace, path);
      record(inside.path);
      try {
        if ((await stat(inside.absolute)).size > maxBytes) throw problem(path, `it is larger than ${maxBytes} bytes`);
        return await readFile(inside.absolute, 'utf8');
      } catch (error) {
        throw asProblem(path, error);
      }
    },
    async list(path) {
      const inside = await resolveInside(workspace, path);
      record(inside.path === '.' ? './' : `${inside.path}/`);
      try {
        const entries = await readdir(inside.absolute, { withFileTypes: true });
        return entries.map((entry): FolderEntry => ({ name: entry.name, type: typeOf(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));
      } catch (error) {
        throw asProblem(path, error);
      }
    },
    async glob(pattern) {
      if (workspacePath(pattern.replaceAll('\\', '')) === undefined) throw problem(pattern, 'it is absolute or leaves the workspace');
      record(pattern);
      const { glob } = await import('tinyglobby');
      const found = await glob([pattern], { cwd: workspace, dot: true, followSymbolicLinks: false, expandDirectories: false });
      return found.sort();
    },
  };
}

async function resolveInside(workspace: string, path: string): Promise<{ readonly path: string; readonly absolute: string }> {
  const inside = workspacePath(path);
  if (inside === undefined) throw problem(path, 'it is absolute or leaves the workspace');
  const absolute = join(workspace, inside);
  try {
    const [real, root] = await Promise.all([realpath(absolute), realpath(workspace)]);
    if (real !== root && !real.startsWith(`${root}${sep}`)) throw problem(path, 'it is a link that leaves the workspace');
  } catch (error) {
    throw asProblem(path, error);
  }
  return { path: inside, absolute };
}

function typeOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FolderEntry['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

function problem(path: string, why: string, cause?: unknown): CosError {
  return new CosError({ code: 'COS_PLAN_READ', severity: 'error', message: `Expected a readable path of the workspace; found "${path}": ${why}.`, place: { file: path } }, { cause });
}

function asProblem(path: string, error: unknown): CosError {
  if (error instanceof CosError) return error;
  return problem(path, explainSystemError(error), error);
}
