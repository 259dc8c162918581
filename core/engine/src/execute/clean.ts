import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listEntries } from '../cache/list-entries.ts';
import { listNames } from '../cache/local.ts';
import { rootSystemCode } from '../cache/storage-error.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import type { ArtifactStore } from '../model/artifact.ts';
import type { Digest } from '../model/identity.ts';
import { isAlive } from '../process/liveness.ts';
import { layoutOf, type Layout } from './layout.ts';
import { aloneInWorkspace, removeTree } from './run-registry.ts';

export interface CleanOptions {
  /** Absolute. */
  readonly workspace: string;
  /** Absolute path of the engine's folder (`.cos`). */
  readonly folder: string;
  /** The store of an external kind; undefined for kinds whose bytes lie in the cache, or that no configured plugin keeps. */
  readonly storeOf: (kind: string) => ArtifactStore | undefined;
  readonly signal: AbortSignal;
}

export interface Cleaned {
  /** Folders that were removed, relative to the workspace. */
  readonly removed: readonly string[];
  /** Artifacts that foreign programs were told to forget. */
  readonly external: number;
  /** What stores could not do; the rest is done all the same. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Removes cache, state, scratch, logs and leftovers of a workspace. Named outputs stay, and so does what is known of them. Rejects with COS_CACHE_IN_USE
 * while a run works in the workspace.
 */
export async function cleanWorkspace(options: CleanOptions): Promise<Cleaned> {
  const layout = layoutOf(options.folder);
  if (!existsSync(options.folder)) return { removed: [], external: 0, warnings: [] };
  try {
    return await cleanAlone(layout, options);
  } catch (error) {
    const code = rootSystemCode(error);
    if (code === undefined) throw error;
    const folder = relative(options.workspace, options.folder) || options.folder;
    throw new CosError({ code: 'COS_CACHE_NOT_WRITABLE', severity: 'error', message: `\`${folder}\` cannot be cleaned (${code}).`, hint: 'Give the folder to the user who runs cos; it may have been made by another user, for example root.' }, { cause: error });
  }
}

async function cleanAlone(layout: Layout, options: CleanOptions): Promise<Cleaned> {
  const done = await aloneInWorkspace(layout, undefined, async () => {
    const warnings: Diagnostic[] = [];
    const external = await forgetExternal(layout, options, warnings);
    const folders = [layout.cache, join(layout.folder, 'state'), layout.scratch, layout.logs, layout.pinned];
    const removed = folders.filter((folder) => listNames(folder).length > 0).map((folder) => relative(options.workspace, folder));
    // Entries first: should the process die in between, nothing claims bytes that are gone.
    rmSync(join(layout.cache, 'entries'), { recursive: true, force: true });
    folders.forEach(removeTree);
    return { removed, external, warnings };
  });
  if (done === undefined) throw new CosError(inUse(layout));
  return done.value;
}

async function forgetExternal(layout: Layout, options: CleanOptions, warnings: Diagnostic[]): Promise<number> {
  const digests = new Map<string, Set<Digest>>();
  for (const { outputs } of listEntries(layout.cache)) {
    for (const { kind, digest } of Object.values(outputs)) digests.set(kind, (digests.get(kind) ?? new Set()).add(digest));
  }
  let forgotten = 0;
  for (const [kind, known] of digests) {
    const store = options.storeOf(kind);
    for (const digest of store === undefined ? [] : [...known].sort()) {
      options.signal.throwIfAborted();
      try {
        await store?.remove(digest, options.signal);
        forgotten += 1;
      } catch (error) {
        options.signal.throwIfAborted();
        warnings.push({
          code: 'COS_STORE_NOT_CLEANED',
          severity: 'warning',
          message: `The store of \`${kind}\` could not forget what it keeps: ${diagnosticsOf(error)?.[0]?.message ?? messageOf(error)}`,
          hint: 'What is left there is not used any more; remove it with the means of that program.',
        });
        break;
      }
    }
  }
  return forgotten;
}

function inUse(layout: Layout): Diagnostic {
  const processes = [...new Set(listNames(layout.runs).filter(isAlive).map((runId) => runId.split('-')[1] ?? ''))];
  return {
    code: 'COS_CACHE_IN_USE',
    severity: 'error',
    message: `Another run works in this workspace${processes.length > 0 ? ` (process ${processes.join(', ')})` : ''}.`,
    hint: 'Wait until it has ended, or end it.',
  };
}
