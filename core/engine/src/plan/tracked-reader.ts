import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import { explainSystemError } from '../errors/explain-system-error.ts';
import type { FolderEntry, TrackedReader } from '../model/planner.ts';
import { workspacePath } from '../model/workspace-path.ts';

/** Longest file that a planner may read. */
const maxBytes = 32 * 1024 * 1024;

/**
 * The planners' way to the workspace: paths below it only, links that lead out are refused, everything read is told to `record` (folders end with `/`).
 * Planners read thousands of small files, and a promise of the file system costs far more than reading one: so each is read at once.
 */
export function createTrackedReader(workspace: string, record: (path: string) => void): TrackedReader {
  const resolveInside = createResolver(workspace);
  return {
    async read(path) {
      const inside = resolveInside(path);
      record(inside.path);
      try {
        const found = statSync(inside.absolute);
        if (!found.isFile() && !found.isDirectory()) throw problem(path, 'it is no regular file');
        if (found.size > maxBytes) throw problem(path, `it is larger than ${maxBytes} bytes`);
        return readFileSync(inside.absolute, 'utf8');
      } catch (error) {
        throw asProblem(path, error);
      }
    },
    async list(path) {
      const inside = resolveInside(path);
      record(inside.path === '.' ? './' : `${inside.path}/`);
      try {
        const entries = readdirSync(inside.absolute, { withFileTypes: true });
        return entries.map((entry): FolderEntry => ({ name: entry.name, type: typeOf(entry), ...(entry.isSymbolicLink() ? { target: readlinkSync(join(inside.absolute, entry.name)) } : {}) })).sort((a, b) => (a.name < b.name ? -1 : 1));
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

interface Inside {
  readonly path: string;
  readonly absolute: string;
}

/** Folders are looked up once: most files have a neighbour that was read before. */
function createResolver(workspace: string): (path: string) => Inside {
  const folders = new Map<string, string>();
  const realFolder = (folder: string): string => {
    const known = folders.get(folder) ?? realpathSync(folder);
    folders.set(folder, known);
    return known;
  };
  return (path) => {
    const inside = workspacePath(path);
    if (inside === undefined) throw problem(path, 'it is absolute or leaves the workspace');
    const absolute = join(workspace, inside);
    try {
      const root = realFolder(workspace);
      const isLink = inside !== '.' && lstatSync(absolute).isSymbolicLink();
      const real = inside === '.' ? root : isLink ? realpathSync(absolute) : realFolder(dirname(absolute));
      if (real !== root && !real.startsWith(`${root}${sep}`)) throw problem(path, 'it is a link that leaves the workspace');
    } catch (error) {
      throw asProblem(path, error);
    }
    return { path: inside, absolute };
  };
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
