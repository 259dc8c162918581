import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import type { HashProfile } from '../model/artifact.ts';
import { asDigest, type Digest } from '../model/identity.ts';
import { hashFile } from './hash-file.ts';
import { isSettled, sameStat, statKey, type StatIndex, type StatKey } from './stat-index.ts';

// The digest of a file or folder: of its sorted entries, each with what the profile counts. A file alone is a tree of one entry with an empty path, so
// that it never has the digest of a folder.

export interface TreeEntry {
  /** Below the root, with `/`; empty for the root itself. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'device' | 'fifo';
  readonly executable: boolean;
  /** Digest of a file's bytes; the target of a link; numbers of a device. */
  readonly content: string;
  /** `uid:gid:mode` with profile `rootfs`, else empty. */
  readonly owner: string;
}

export interface HashedTree {
  readonly digest: Digest;
  readonly entries: readonly TreeEntry[];
  /** Stats that the entries were read with, by path. */
  readonly stats: ReadonlyMap<string, SeenStat>;
}

interface SeenStat {
  readonly stat: StatKey;
  /** False: the file was changed so shortly before that another change might not show in its times. */
  readonly settled: boolean;
}

export interface HashTreeOptions {
  readonly profile: HashProfile;
  /** With the key under which a path is remembered. */
  readonly index?: { readonly stat: StatIndex; readonly keyOf: (path: string) => string };
  /** How the root is called in messages. */
  readonly title: string;
  readonly signal?: AbortSignal;
}

/** Reads a file or folder. Links are not followed. Everything that cannot be read, and every special file, is told at once. */
export async function hashTree(root: string, options: HashTreeOptions): Promise<Result<HashedTree>> {
  const problems: Diagnostic[] = [];
  const entries: TreeEntry[] = [];
  const stats = new Map<string, SeenStat>();
  for (const { path, stat } of walk(root, options, problems)) {
    options.signal?.throwIfAborted();
    const absolute = path === '' ? root : join(root, path);
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    try {
      const read = await readEntry(path, absolute, stat, options, nowNs);
      if ('code' in read) problems.push(read);
      else {
        entries.push(read);
        stats.set(path, { stat: statKey(stat), settled: isSettled(stat, nowNs) });
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      problems.push(unreadable(options.title, path, error));
    }
  }
  return problems.length > 0 ? failure(...problems) : success({ digest: digestOfEntries(entries, options.profile), entries, stats });
}

/** Digest of a tree by its sorted entries. */
function digestOfEntries(entries: readonly TreeEntry[], profile: HashProfile): Digest {
  const sum = createHash('sha256').update(`cos-tree ${profile}\n`);
  for (const { path, type, executable, content, owner } of entries) {
    for (const field of [path, type, executable ? 'x' : '-', content, owner]) sum.update(`${Buffer.byteLength(field)}:`).update(field);
  }
  return asDigest(`sha256:${sum.digest('hex')}`);
}

/** True while nothing below the root has changed since it was hashed. Files whose times prove nothing are read again. */
export async function isUnchanged(root: string, tree: HashedTree): Promise<boolean> {
  let seen = 0;
  const problems: Diagnostic[] = [];
  for (const { path, stat } of walk(root, { title: root }, problems)) {
    const before = tree.stats.get(path);
    if (before === undefined) return false;
    seen += 1;
    // Listing a folder does not tell its own times apart from what matters: its entries, which are compared one by one.
    if (stat.isDirectory()) continue;
    if (!sameStat(before.stat, statKey(stat))) return false;
    if (!before.settled && stat.isFile()) {
      const entry = tree.entries.find((candidate) => candidate.path === path);
      if ((await hashFile(path === '' ? root : join(root, path), Number(stat.size))) !== entry?.content) return false;
    }
  }
  return problems.length === 0 && seen === tree.stats.size;
}

interface Found {
  readonly path: string;
  readonly stat: BigIntStats;
}

/** Everything below a path and itself, in code-unit order of the paths' segments. */
export function* walk(root: string, options: { readonly title: string }, problems: Diagnostic[], path = ''): Generator<Found> {
  const absolute = path === '' ? root : join(root, path);
  let stat: BigIntStats;
  let names: Buffer[] = [];
  try {
    stat = lstatSync(absolute, { bigint: true });
    if (stat.isDirectory()) names = readdirSync(absolute, { encoding: 'buffer' });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    problems.push(unreadable(options.title, path, error));
    return;
  }
  yield { path, stat };
  const sorted: string[] = [];
  for (const name of names) {
    const text = name.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(name)) sorted.push(text);
    else problems.push(badName(options.title, path, text));
  }
  for (const name of sorted.sort()) yield* walk(root, options, problems, path === '' ? name : `${path}/${name}`);
}

async function readEntry(path: string, absolute: string, stat: BigIntStats, options: HashTreeOptions, nowNs: bigint): Promise<TreeEntry | Diagnostic> {
  const rootfs = options.profile === 'rootfs';
  const base = { path, executable: false, content: '', owner: rootfs ? `${stat.uid}:${stat.gid}:${(stat.mode & 0o7777n).toString(8)}` : '' };
  if (stat.isFile()) {
    const content = await contentOf(absolute, stat, options, nowNs);
    return { ...base, type: 'file', executable: (stat.mode & 0o111n) !== 0n, content };
  }
  if (stat.isDirectory()) return { ...base, type: 'directory' };
  if (stat.isSymbolicLink()) return { ...base, type: 'symlink', content: readlinkSync(absolute), ...(rootfs ? { owner: `${stat.uid}:${stat.gid}` } : {}) };
  if (rootfs && stat.isFIFO()) return { ...base, type: 'fifo' };
  if (rootfs && (stat.isCharacterDevice() || stat.isBlockDevice())) return { ...base, type: 'device', content: `${stat.isBlockDevice() ? 'b' : 'c'}${stat.rdev}` };
  return {
    code: 'COS_TASK_SPECIAL_FILE',
    severity: 'error',
    message: `\`${display(options.title, path)}\` is a ${stat.isFIFO() ? 'named pipe' : stat.isSocket() ? 'socket' : 'device'}; only files, folders and links can be read.`,
    hint: 'Remove it, or name a folder that does not hold it.',
  };
}

async function contentOf(absolute: string, stat: BigIntStats, options: HashTreeOptions, nowNs: bigint): Promise<Digest> {
  const { index } = options;
  if (index === undefined) return hashFile(absolute, Number(stat.size));
  const key = index.keyOf(absolute);
  const known = index.stat.find(key, stat);
  if (known !== undefined) return known;
  const digest = await hashFile(absolute, Number(stat.size));
  // The stat was taken before the bytes were read; equal stats afterwards mean that it tells of these bytes.
  if (isSettled(stat, nowNs) && sameStat(stat, lstatSync(absolute, { bigint: true }))) index.stat.set(key, statKey(stat), digest);
  return digest;
}

function display(title: string, path: string): string {
  return path === '' ? title : title === '.' ? path : `${title}/${path}`;
}

function unreadable(title: string, path: string, error: NodeJS.ErrnoException): Diagnostic {
  const what = display(title, path);
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return { code: 'COS_TASK_SOURCE_MISSING', severity: 'error', message: `\`${what}\` was expected to be a file or folder, but nothing is there.`, hint: 'Create it, or correct the path that names it.' };
  }
  const why = error.code === 'EACCES' || error.code === 'EPERM' ? 'permission is denied' : (error.code ?? error.message);
  return { code: 'COS_TASK_SOURCE_UNREADABLE', severity: 'error', message: `\`${what}\` cannot be read: ${why}.`, hint: 'Make it readable for the user who runs cos, or name a folder that does not hold it.' };
}

function badName(title: string, path: string, name: string): Diagnostic {
  return { code: 'COS_TASK_SOURCE_UNREADABLE', severity: 'error', message: `\`${display(title, path)}\` holds a file whose name is not UTF-8: ${JSON.stringify(name)}.`, hint: 'Rename it.' };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
