import { createHash } from 'node:crypto';
import { createWriteStream, lstatSync, mkdirSync, realpathSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CachedOutput } from '../cache/cache.ts';
import { copyFileDurably, copyTree, syncPath } from '../cache/copy-tree.ts';
import { isDiskFull, rootSystemCode } from '../cache/storage-error.ts';
import { writeAtomically } from '../cache/write-atomically.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { showPath } from '../errors/place.ts';
import { hashFile } from '../fingerprint/hash-file.ts';
import { hashTree, walk } from '../fingerprint/hash-tree.ts';
import { isDigest, type Digest } from '../model/identity.ts';
import { createRunId } from '../process/liveness.ts';
import { fileNameOf } from './layout.ts';
import { acquireLock } from '../process/file-lock.ts';
import { PluginError, readFromPlugin } from './plugin-error.ts';
import { removeTree } from './run-registry.ts';
import type { Lookup, Run } from './run.ts';
import { readJson } from './task-memory.ts';

// Named outputs below the out folder. Each appears whole: a copy is made beside it, compared with its digest, synced and renamed. What was put in place is
// remembered with its stat, so that a later run sees with one look that it is still there.

/** Thrown when the cache does not have the bytes any more, or has other ones: the task must run again. */
export class LostBytesError extends Error {
  override readonly name = 'LostBytesError';
}

export interface Published {
  /** Relative to the workspace where it lies inside, else absolute. */
  readonly path: string;
  readonly digest: Digest;
  readonly changed: boolean;
}

interface Placed {
  readonly path: string;
  readonly digest: Digest;
  /** What lies there: a tree may also be one file. */
  readonly type: 'file' | 'tree';
  readonly stat: string;
}

/** True when the output is in place, by its remembered stat alone. */
export function isInPlace(lookup: Lookup, path: string, digest: Digest): boolean {
  const placed = readPlaced(lookup, path);
  return placed !== undefined && placed.digest === digest && placed.stat === signatureOf(join(lookup.outRoot, path));
}

/** Puts an output in place, unless it is. `path`: below the out folder, as the plan has it. */
export async function publish(run: Run, path: string, output: CachedOutput): Promise<Published> {
  const target = resolve(run.outRoot, path);
  const shown = showPath(target, run.options.workspace);
  if (isInPlace(run, path, output.digest)) return { path: shown, digest: output.digest, changed: false };
  const lock = await acquireLock({ folder: run.layout.locks, name: `output-${fileNameOf(path)}`, signal: run.signal });
  try {
    return { path: shown, digest: output.digest, changed: await replace(run, path, target, shown, output) };
  } catch (error) {
    throw asPublishFailure(error, shown);
  } finally {
    lock.release();
  }
}

/** Removes copies that dead runs left beside outputs. */
export function sweepOutRoot(outRoot: string, names: readonly string[], isAlive: (runId: string) => boolean): void {
  for (const name of names) {
    const runId = /^\.cos-([0-9a-f]{8}-\d+-\d+-\d+)(?:\.old)?$/.exec(name)?.[1];
    if (runId !== undefined && !isAlive(runId)) removeTree(join(outRoot, name));
  }
}

async function replace(run: Run, path: string, target: string, shown: string, output: CachedOutput): Promise<boolean> {
  checkInside(run.outRoot, target, shown);
  const kind = run.bindings.kind(output.kind);
  const type = kind.storage === 'tree' ? 'tree' : 'file';
  const profile = kind.profile ?? 'source';
  const placed = readPlaced(run, path);
  const remember = (): void => writePlaced(run, { path, digest: output.digest, type: isFolder(target) ? 'tree' : 'file', stat: signatureOf(target) ?? '' });
  const digestAt = async (place: string): Promise<Digest | undefined> => {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined || stat.isSymbolicLink()) return undefined;
    if (type === 'file') return stat.isFile() ? hashFile(place, stat.size) : undefined;
    const tree = await hashTree(place, { profile, title: shown, signal: run.signal });
    return tree.ok ? tree.value.digest : undefined;
  };
  // Touched, or the process died before it was remembered: the bytes are right. What a store streams has no digest of its own to compare with.
  if (kind.storage !== 'external' && (await digestAt(target)) === output.digest) {
    remember();
    return false;
  }
  checkReplaceable(target, shown, type, placed);

  const temporary = join(run.outRoot, `.cos-${createRunId()}`);
  const old = `${temporary}.old`;
  try {
    if (kind.storage === 'external') await writeStream(run, output, temporary);
    else {
      const blob = run.cache.blobs.path(output.digest);
      if (!run.cache.blobs.has(output.digest)) throw new LostBytesError(shown);
      if (type === 'tree') copyTree(blob, temporary, profile);
      else await copyFileDurably(blob, temporary, 0o644);
      if ((await digestAt(temporary)) !== output.digest) {
        run.cache.blobs.remove(output.digest);
        throw new LostBytesError(shown);
      }
    }
    run.signal.throwIfAborted();
    if (isFolder(target) || type === 'tree') moveAside(target, old);
    renameSync(temporary, target);
    // The out folder itself may be a link to another disk.
    syncPath(realpathSync(dirname(target)));
    remember();
    return true;
  } finally {
    removeTree(temporary);
    removeTree(old);
  }
}

async function writeStream(run: Run, output: CachedOutput, to: string): Promise<void> {
  await pipeline(Readable.from(readFromPlugin(`the store of \`${output.kind}\``, () => run.bindings.store(output.kind).read(output.digest, run.signal))), createWriteStream(to, { flags: 'wx', mode: 0o644 }), { signal: run.signal });
  syncPath(to);
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function moveAside(target: string, old: string): void {
  try {
    renameSync(target, old);
  } catch (error) {
    if (rootSystemCode(error) !== 'ENOENT') throw error;
  }
}

/** Makes the folders above the target and refuses links among them that lead out of the out folder. */
function checkInside(outRoot: string, target: string, shown: string): void {
  const root = makeOutRoot(outRoot, shown);
  if (target === outRoot || !target.startsWith(outRoot + sep)) throw new CosError(blocked(shown, 'the path leaves the folder of named outputs', 'Give the output a name inside of the folder.'));
  let above = outRoot;
  for (const part of relative(outRoot, dirname(target)).split(sep).filter((name) => name !== '')) {
    above = join(above, part);
    const stat = lstatSync(above, { throwIfNoEntry: false });
    if (stat === undefined) mkdirSync(above, { recursive: true });
    else if (!stat.isDirectory() && !stat.isSymbolicLink()) throw new CosError(blocked(shown, `\`${basename(above)}\` above it is a file`, 'Remove the file, or give the output another name.'));
    const real = realpathSync(above);
    if (real !== root && !real.startsWith(root + sep)) throw new CosError(blocked(shown, `the link \`${basename(above)}\` above it leads out of the folder`, 'Remove the link.'));
  }
}

/** Answers where the out folder really lies: it may be a link to another disk. */
function makeOutRoot(outRoot: string, shown: string): string {
  const stat = statSync(outRoot, { throwIfNoEntry: false });
  if (stat?.isDirectory() === false) throw new CosError(blocked(shown, `\`${basename(outRoot)}\` is a file`, 'Remove the file, or choose another `outDir` in the config.'));
  if (stat === undefined && lstatSync(outRoot, { throwIfNoEntry: false }) !== undefined) {
    throw new CosError(blocked(shown, `\`${basename(outRoot)}\` is a link that leads nowhere`, 'Remove the link, or make the folder that it names.'));
  }
  mkdirSync(outRoot, { recursive: true });
  return realpathSync(outRoot);
}

/** Files are replaced by files; folders only when they are known to be ours, or empty. */
function checkReplaceable(target: string, shown: string, type: 'file' | 'tree', placed: Placed | undefined): void {
  const stat = lstatSync(target, { throwIfNoEntry: false });
  // What was put there may have been replaced since by something of the user's.
  if (stat === undefined || placed?.type === (stat.isDirectory() ? 'tree' : 'file')) return;
  if (stat.isDirectory()) {
    if (type === 'tree' && [...walk(target, { title: shown }, [])].length === 1) return;
    throw new CosError(blocked(shown, 'a folder is there that cos did not make', 'Remove the folder, or give the output another name.'));
  }
  if (type === 'tree') throw new CosError(blocked(shown, 'a file is there that cos did not make, and the output is a folder', 'Remove the file, or give the output another name.'));
}

/** What tells a changed file or folder by its stats alone; undefined when nothing is there. */
function signatureOf(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const sum = createHash('sha256');
  for (const { path: name, stat } of walk(path, { title: path }, [])) {
    // A folder's own times change with its entries, which are here themselves.
    sum.update(JSON.stringify(stat.isDirectory() ? [name] : [name, `${stat.size}`, `${stat.mtimeNs}`, `${stat.ctimeNs}`, `${stat.ino}`, `${stat.mode}`]));
  }
  return sum.digest('hex');
}

function placedPath(lookup: Lookup, path: string): string {
  return join(lookup.layout.outputs, `${fileNameOf(relative(lookup.options.workspace, join(lookup.outRoot, path)))}.json`);
}

function readPlaced(lookup: Lookup, path: string): Placed | undefined {
  const data = readJson(placedPath(lookup, path));
  if (typeof data !== 'object' || data === null || !('path' in data) || data.path !== path) return undefined;
  if (!('digest' in data) || typeof data.digest !== 'string' || !isDigest(data.digest)) return undefined;
  if (!('stat' in data) || typeof data.stat !== 'string' || !('type' in data) || (data.type !== 'file' && data.type !== 'tree')) return undefined;
  return { path, digest: data.digest, type: data.type, stat: data.stat };
}

function writePlaced(lookup: Lookup, placed: Placed): void {
  const path = placedPath(lookup, placed.path);
  writeAtomically(path, JSON.stringify(placed), { temporary: `${path}.${createRunId()}.tmp`, durable: false });
}

function asPublishFailure(error: unknown, shown: string): unknown {
  if (error instanceof PluginError) return error;
  if (isDiskFull(error)) {
    return new CosError({ code: 'COS_TASK_DISK_FULL', severity: 'error', message: `\`${shown}\` cannot be written: no space is left on the disk.`, hint: 'Make space, or let the cache take less of it: `cache.maxBytes` in the config, `cos clean`.' }, { cause: error });
  }
  const code = rootSystemCode(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new CosError(blocked(shown, `the folder is not writable (${code})`, 'Give the folder to the user who runs cos.'), { cause: error });
  return error;
}

function blocked(shown: string, why: string, hint: string): Diagnostic {
  return { code: 'COS_TASK_OUTPUT_BLOCKED', severity: 'error', message: `\`${shown}\` cannot be put in place: ${why}.`, hint };
}
