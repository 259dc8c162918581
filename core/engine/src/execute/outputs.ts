import { lstatSync, utimesSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { CachedOutput } from '../cache/cache.ts';
import { asCacheFailure, rootSystemCode } from '../cache/storage-error.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { hashFile } from '../fingerprint/hash-file.ts';
import { hashTree, isUnchanged, type HashedTree } from '../fingerprint/hash-tree.ts';
import { isSettled, sameStat, statKey, type StatKey } from '../fingerprint/stat-index.ts';
import type { ArtifactKind, Emitted } from '../model/artifact.ts';
import { toPlainObject } from '../model/plain.ts';
import type { PlannedTask } from '../model/plan.ts';
import { callPlugin } from './plugin-error.ts';
import { engineFolder, type Outputs, type Run } from './run.ts';
import { pathInScratch } from './scratch-path.ts';

// What a stage emits is checked at once and hashed where it lies; only when the stage has ended well does it move into the cache. So a stage may go on
// reading what it emitted, and a failing one leaves nothing behind.

export interface Outlet {
  readonly emit: Readonly<Record<string, (path: string, meta: unknown) => Promise<Emitted>>>;
  /** Checks that nothing is forgotten or was changed since, and stores the bytes. */
  readonly store: () => Promise<Outputs>;
}

interface Held extends CachedOutput {
  /** Where it lies in scratch; undefined for external kinds. */
  readonly path: string | undefined;
  readonly isUnchanged: () => Promise<boolean>;
  /** False when the cache had the bytes already. */
  readonly put: (how: 'move' | 'copy') => Promise<boolean>;
}

export function createOutlet(run: Run, task: PlannedTask, scratch: string, signal: AbortSignal): Outlet {
  const held = new Map<string, Held>();
  const started = new Set<string>();
  const places: string[] = [];
  const emitOne = async (name: string, kind: ArtifactKind, path: string, meta: unknown): Promise<Emitted> => {
    if (started.has(name)) throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_TWICE', `The output \`${name}\` was emitted twice.`));
    started.add(name);
    const checked = await checkMeta(name, kind, meta);
    const take = async (): Promise<Held> => {
      if (kind.storage === 'external') {
        const digest = await callPlugin(`the store of \`${kind.name}\``, () => run.bindings.store(kind.name).import(path, signal));
        return { kind: kind.name, digest, meta: checked, path: undefined, isUnchanged: () => Promise.resolve(true), put: () => Promise.resolve(false) };
      }
      const real = pathInScratch(scratch, path, `output \`${name}\``);
      const isShared = places.some((place) => real === place || real.startsWith(`${place}/`));
      places.push(real);
      return { kind: kind.name, meta: checked, ...(kind.storage === 'file' ? await holdFile(run, name, real, isShared) : await holdTree(run, name, real, kind, signal)) };
    };
    const output = await take();
    held.set(name, output);
    return { kind: kind.name, digest: output.digest };
  };
  const outputs = Object.entries(task.outputs).map(([name, kind]) => [name, run.bindings.kind(kind)] as const);
  return {
    emit: Object.fromEntries(outputs.map(([name, kind]) => [name, (path: string, meta: unknown) => emitOne(name, kind, path, meta)])),
    store: async () => {
      const forgotten = outputs.filter(([name]) => !held.has(name)).map(([name]) => name);
      if (forgotten.length > 0) throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_MISSING', `The stage ended without emitting ${forgotten.map((name) => `\`${name}\``).join(', ')}.`));
      for (const [name, output] of held) {
        if (!(await output.isUnchanged())) throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_CHANGED', `The output \`${name}\` was changed after it was emitted.`));
      }
      const paths = [...held.values()].flatMap(({ path }) => (path === undefined ? [] : [path]));
      const nested = paths.some((path, index) => paths.some((other, at) => at !== index && (path === other || path.startsWith(`${other}/`))));
      const stored: Record<string, CachedOutput> = {};
      for (const [name] of outputs) {
        const output = held.get(name);
        if (output === undefined) throw new Error(`Internal error: the output ${name} vanished`);
        // Not the stage's own signal: the stage has ended by then.
        run.signal.throwIfAborted();
        try {
          if (await output.put(nested ? 'copy' : 'move')) run.blobs.trust(output.digest);
        } catch (error) {
          throw asCacheFailure(error, engineFolder(run));
        }
        stored[name] = { kind: output.kind, digest: output.digest, meta: output.meta };
      }
      return stored;
    },
  };
}

type HeldBytes = Pick<Held, 'digest' | 'path' | 'isUnchanged' | 'put'>;

/** `isShared`: it is, or is in, another output already, which would count as changed when this one touches it. */
async function holdFile(run: Run, name: string, path: string, isShared: boolean): Promise<HeldBytes> {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new CosError(notThere(name, path, 'a file', stat === undefined ? 'nothing is there' : stat.isDirectory() ? 'a folder is there' : 'something else is there'));
  const before: StatKey = !isShared && stat.nlink === 1n && setLongAgo(path) ? statKey(lstatSync(path, { bigint: true })) : statKey(stat);
  const digest = await hashFile(path, Number(stat.size));
  const unchanged = async (): Promise<boolean> => {
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (now === undefined || !sameStat(before, now)) return false;
    return before.mtimeNs === LONG_AGO_NS || isSettled(before, nowNs) || (await hashFile(path, Number(now.size))) === digest;
  };
  return { digest, path, isUnchanged: unchanged, put: (how) => run.cache.blobs.putFile(digest, path, how) };
}

const LONG_AGO = 1;
const LONG_AGO_NS = 1_000_000_000n;

/**
 * Gives a file a time that no writing gives it: it shows from then on whatever is written, however soon, and the bytes need not be read twice. False for
 * files of others.
 */
function setLongAgo(path: string): boolean {
  try {
    utimesSync(path, LONG_AGO, LONG_AGO);
    return true;
  } catch (error) {
    const code = rootSystemCode(error);
    if (code === 'EPERM' || code === 'EACCES') return false;
    throw error;
  }
}

async function holdTree(run: Run, name: string, path: string, kind: ArtifactKind, signal: AbortSignal): Promise<HeldBytes> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) throw new CosError(notThere(name, path, 'a file or folder', stat === undefined ? 'nothing is there' : 'a link is there'));
  const profile = kind.profile ?? 'source';
  const hashed = await hashTree(path, { profile, title: `output ${name}`, signal });
  if (!hashed.ok) throw new CosError(hashed.failures);
  const tree: HashedTree = hashed.value;
  // In a root filesystem a link is read from its root; elsewhere one that leads out would mean other bytes on another host.
  if (profile === 'source') {
    const escaping = tree.entries.find((entry) => entry.type === 'symlink' && leadsOut(entry.path, entry.content));
    if (escaping !== undefined) {
      throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_ESCAPES', `The link \`${escaping.path}\` in output \`${name}\` leads out of it, to ${JSON.stringify(escaping.content)}.`));
    }
  }
  return { digest: tree.digest, path, isUnchanged: () => isUnchanged(path, tree), put: (how) => run.cache.blobs.putTree(tree.digest, path, profile, how) };
}

function leadsOut(path: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const end = posix.normalize(join(posix.dirname(path), target));
  return end === '..' || end.startsWith('../');
}

async function checkMeta(name: string, kind: ArtifactKind, meta: unknown): Promise<CachedOutput['meta']> {
  const result = await kind.meta['~standard'].validate(meta ?? {});
  if (result.issues !== undefined) {
    const issues = result.issues.map(({ message, path }) => `${(path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || 'metadata'}: ${message}`);
    throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_META', `The metadata of output \`${name}\` does not fit kind \`${kind.name}\`: ${issues.join('; ')}.`));
  }
  const plain = toPlainObject(result.value);
  if (!plain.ok) throw new CosError(stageMistake('COS_PLUGIN_OUTPUT_META', `The metadata of output \`${name}\` is no plain data: ${plain.path.join('.')} is ${plain.found}.`));
  return plain.value;
}

function notThere(name: string, path: string, expected: string, found: string): Diagnostic {
  return stageMistake('COS_PLUGIN_OUTPUT_PATH', `The output \`${name}\` was expected to be ${expected} at \`${path.split('/').at(-1)}\` in scratch, but ${found}.`);
}

function stageMistake(code: string, message: string): Diagnostic {
  return { code, severity: 'error', message, hint: "This is a mistake in the stage's code, not in the config." };
}
