import { existsSync, lstatSync, realpathSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { listNames } from '../cache/local.ts';
import { writeAtomically } from '../cache/write-atomically.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import { compareManifests, manifestOf, parseManifest, serialiseManifest, type Manifest } from '../fingerprint/manifest.ts';
import type { FileChange } from '../fingerprint/compare-records.ts';
import { hashTree, isUnchanged, type HashedTree } from '../fingerprint/hash-tree.ts';
import type { StatIndex } from '../fingerprint/stat-index.ts';
import { hexOf, type Digest } from '../model/identity.ts';
import { isPinnedPath } from '../model/pinned-path.ts';
import { overlaps } from '../model/workspace-path.ts';
import { createRunId } from '../process/liveness.ts';
import type { Layout } from './layout.ts';
import { readText } from './task-memory.ts';

// The sources of a plan: files and folders of the workspace, read once at the start of a run and compared again after each task that read them.

export interface Source {
  /** Workspace path. */
  readonly path: string;
  /** Absolute, links resolved. */
  readonly real: string;
  readonly tree: HashedTree;
}

export interface SourceOptions {
  readonly workspace: string;
  readonly layout: Layout;
  /** Absolute folder of named outputs. */
  readonly outRoot: string;
  readonly statIndex: StatIndex;
  readonly signal: AbortSignal;
}

/** Reads all sources; every problem of all of them is told at once. */
export async function readSources(paths: readonly string[], options: SourceOptions): Promise<Result<ReadonlyMap<string, Source>>> {
  const sources = new Map<string, Source>();
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    const place = placeOf(path, options);
    if ('code' in place) {
      problems.push(place);
      continue;
    }
    const hashed = await hashTree(place.real, {
      profile: 'source',
      index: { stat: options.statIndex, keyOf: (absolute) => relative(options.workspace, absolute) },
      title: path,
      signal: options.signal,
    });
    if (hashed.ok) sources.set(path, { path, real: place.real, tree: hashed.value });
    else problems.push(...hashed.failures);
  }
  const unique = [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()];
  return unique.length > 0 ? failure(...unique) : success(sources);
}

/** True while the content that was read is still there. */
export function isSourceUnchanged(source: Source): Promise<boolean> {
  return isUnchanged(source.real, source.tree);
}

/** Keeps what is in each source, so that a later run can name the files that changed. */
export function keepManifests(sources: Iterable<Source>, layout: Layout): void {
  for (const { tree } of sources) {
    const path = manifestPath(layout, tree.digest);
    if (!existsSync(path)) writeAtomically(path, serialiseManifest(manifestOf(tree.entries)), { temporary: `${path}.${createRunId()}.tmp`, durable: false });
  }
}

const manifestsKept = 1000;

/** Drops the oldest contents when there are many: only the naming of files depends on them. */
export function dropOldManifests(layout: Layout): void {
  const names = listNames(layout.manifests);
  if (names.length <= manifestsKept) return;
  const aged = names.map((name) => ({ path: join(layout.manifests, name), time: lstatSync(join(layout.manifests, name)).mtimeMs }));
  for (const { path } of aged.sort((a, b) => b.time - a.time).slice(manifestsKept)) rmSync(path, { force: true });
}

/** Files that differ between two contents of a source; undefined when one is not known. */
export function compareSourceFiles(layout: Layout, sources: ReadonlyMap<string, Source>): (from: string, before: Digest, after: Digest) => readonly FileChange[] | undefined {
  const manifest = (from: string, digest: Digest): Manifest | undefined => {
    const tree = sources.get(from)?.tree;
    if (tree?.digest === digest) return manifestOf(tree.entries);
    const text = readText(manifestPath(layout, digest));
    return text === undefined ? undefined : parseManifest(text);
  };
  return (from, before, after) => {
    const old = manifest(from, before);
    const now = manifest(from, after);
    return old === undefined || now === undefined ? undefined : compareManifests(old, now, from);
  };
}

function manifestPath(layout: Layout, digest: Digest): string {
  return join(layout.manifests, `${hexOf(digest)}.json`);
}

function placeOf(path: string, options: SourceOptions): { readonly real: string } | Diagnostic {
  const absolute = resolve(options.workspace, path);
  const root = realpathSync(options.workspace);
  let real: string;
  try {
    real = realpathSync(absolute);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'EACCES') return { code: 'COS_TASK_SOURCE_UNREADABLE', severity: 'error', message: `\`${path}\` cannot be read: permission is denied.`, hint: 'Make it readable for the user who runs cos.' };
    const loop = error.code === 'ELOOP';
    return {
      code: 'COS_TASK_SOURCE_MISSING',
      severity: 'error',
      message: `\`${path}\` was expected to be a file or folder, but ${loop ? 'its links lead in a circle' : 'nothing is there'}.`,
      hint: 'Create it, or correct the path that names it.',
    };
  }
  if (real !== root && !real.startsWith(root + sep)) {
    return { code: 'COS_TASK_SOURCE_OUTSIDE', severity: 'error', message: `\`${path}\` leads out of the workspace, to ${real}.`, hint: 'Sources lie in the workspace: copy what is needed, or bring it by a pin.' };
  }
  // Nothing is ever written there but whole folders that are named after their content.
  if (isPinnedPath(relative(options.workspace, options.layout.folder), path) && real.startsWith(`${realpathSync(options.layout.pinned)}${sep}`)) return { real };
  const own = [
    { folder: options.layout.folder, what: "the engine's own folder" },
    { folder: options.outRoot, what: 'the folder of named outputs' },
  ];
  for (const { folder, what } of own) {
    const below = relative(root, existsSync(folder) ? realpathSync(folder) : folder);
    if (!below.startsWith('..') && overlaps(relative(root, real) || '.', below || '.')) {
      return { code: 'COS_TASK_SOURCE_OVERLAP', severity: 'error', message: `\`${path}\` overlaps with ${what}, \`${below}\`: outputs would be inputs.`, hint: 'Name the folders inside of it that are needed.' };
    }
  }
  return { real };
}
