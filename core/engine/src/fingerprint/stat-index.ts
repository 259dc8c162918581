import type { BigIntStats } from 'node:fs';
import { isDigest, type Digest } from '../model/identity.ts';

// Remembers the digest of a file by its stat, so that unchanged files are not read again. The caller reads and writes the index file.

/** What must be equal for a file to count as unchanged. */
export interface StatKey {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
}

export interface StatIndex {
  readonly find: (path: string, stat: StatKey) => Digest | undefined;
  readonly set: (path: string, stat: StatKey, digest: Digest) => void;
  readonly changed: () => boolean;
  readonly serialise: () => string;
}

/**
 * A file that was changed within the granularity of its times may change again without a trace (git calls such an entry racily clean); those are never
 * remembered. The kernel's clock for times is at most some 10 ms behind.
 */
const granularityNs = 50_000_000n;

/** True when a change after this moment would show in the file's times. `nowNs`: real time, taken before the file was read. */
export function isSettled(stat: StatKey, nowNs: bigint): boolean {
  const latest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
  return latest + granularityNs < nowNs;
}

export function sameStat(a: StatKey, b: StatKey): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino && a.mode === b.mode;
}

export function statKey({ size, mtimeNs, ctimeNs, ino, mode }: BigIntStats): StatKey {
  return { size, mtimeNs, ctimeNs, ino, mode };
}

/** Reads an index; text of another form is an empty one. When most of what it knows was not asked for, the rest is dropped. */
export function createStatIndex(text: string | undefined): StatIndex {
  const known = parse(text);
  const used = new Set<string>();
  let changed = false;
  return {
    find: (path, stat) => {
      const entry = known.get(path);
      used.add(path);
      return entry !== undefined && entry.stat === statText(stat) ? entry.digest : undefined;
    },
    set: (path, stat, digest) => {
      known.set(path, { stat: statText(stat), digest });
      used.add(path);
      changed = true;
    },
    changed: () => changed,
    serialise: () => {
      const keepsAll = known.size <= 2 * used.size + spare;
      const kept = [...known].filter(([path]) => keepsAll || used.has(path));
      const lines = kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { stat, digest }]) => JSON.stringify([path, stat, digest]));
      return [head, ...lines, ''].join('\n');
    },
  };
}

const head = 'cos-stat-index 1';
/** Files of other plans that stay known. */
const spare = 50_000;

function statText({ size, mtimeNs, ctimeNs, ino, mode }: StatKey): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${mode}`;
}

function parse(text: string | undefined): Map<string, { readonly stat: string; readonly digest: Digest }> {
  const known = new Map<string, { readonly stat: string; readonly digest: Digest }>();
  const [first, ...lines] = (text ?? '').split('\n');
  if (first !== head) return known;
  for (const line of lines) {
    if (line === '') continue;
    try {
      const entry: unknown = JSON.parse(line);
      if (!Array.isArray(entry)) continue;
      const [path, stat, digest]: unknown[] = entry;
      if (typeof path === 'string' && typeof stat === 'string' && typeof digest === 'string' && isDigest(digest)) known.set(path, { stat, digest });
    } catch {
      // A line that was cut off: the file it told of is read again.
    }
  }
  return known;
}
