import { lstatSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CachedOutput } from './cache.ts';
import { asDigest, asFingerprint, hexOf } from '../model/identity.ts';
import { parseEntry } from './entry.ts';
import { entryPath, listNames, type LocalCache } from './local.ts';

/** What pruning did. Bytes are those of blobs. */
export interface Pruned {
  readonly entries: number;
  readonly blobs: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Outputs of removed entries that no entry names any more and whose bytes are not here: those of external kinds, for their stores to forget. */
  readonly elsewhere: readonly CachedOutput[];
}

interface StoredEntry {
  readonly fingerprint: string;
  readonly usedMs: number;
  readonly blobs: ReadonlySet<string>;
  readonly outputs: readonly CachedOutput[];
}

/**
 * Removes the least recently used entries until the blobs of the rest take at most `maxBytes`, then the blobs that no entry names. Entries go first: should
 * the process die in between, some blobs are too many, never too few. The caller makes sure that no run works with the cache.
 */
export function prune(cache: LocalCache, maxBytes: number): Pruned {
  const sizes = blobSizes(cache);
  const bytesBefore = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const none = { entries: 0, blobs: 0, bytesBefore, bytesAfter: bytesBefore, elsewhere: [] };
  if (bytesBefore <= maxBytes) return none;

  const entries = readEntries(cache);
  const uses = new Map<string, number>();
  for (const entry of entries) for (const blob of entry.blobs) uses.set(blob, (uses.get(blob) ?? 0) + 1);
  let bytes = [...sizes].reduce((sum, [blob, size]) => sum + (uses.has(blob) ? size : 0), 0);
  const removed: StoredEntry[] = [];
  for (const entry of entries.sort((a, b) => a.usedMs - b.usedMs || (a.fingerprint < b.fingerprint ? -1 : 1))) {
    if (bytes <= maxBytes) break;
    rmSync(entryPath(cache.folder, entry.fingerprint), { force: true });
    removed.push(entry);
    for (const blob of entry.blobs) {
      const left = (uses.get(blob) ?? 1) - 1;
      uses.set(blob, left);
      if (left === 0) bytes -= sizes.get(blob) ?? 0;
    }
  }
  const gone = [...sizes.keys()].filter((blob) => (uses.get(blob) ?? 0) === 0);
  for (const blob of gone) cache.blobs.remove(asDigest(`sha256:${blob}`));
  const elsewhere = new Map<string, CachedOutput>();
  for (const output of removed.flatMap(({ outputs }) => outputs)) {
    const blob = hexOf(output.digest);
    if (!sizes.has(blob) && (uses.get(blob) ?? 0) === 0) elsewhere.set(`${output.kind} ${blob}`, output);
  }
  return { entries: removed.length, blobs: gone.length, bytesBefore, bytesAfter: bytes, elsewhere: [...elsewhere.values()] };
}

function blobSizes(cache: LocalCache): Map<string, number> {
  const sizes = new Map<string, number>();
  const root = join(cache.folder, 'blobs');
  for (const part of listNames(root)) {
    for (const name of listNames(join(root, part))) if (/^[0-9a-f]{64}$/.test(name)) sizes.set(name, sizeOf(join(root, part, name)));
  }
  return sizes;
}

/** Bytes on the disk, as `du` counts. */
function sizeOf(path: string): number {
  const stat = lstatSync(path);
  const own = stat.blocks * 512;
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own) : own;
}

function readEntries(cache: LocalCache): StoredEntry[] {
  const entries: StoredEntry[] = [];
  const root = join(cache.folder, 'entries');
  for (const part of listNames(root)) {
    for (const name of listNames(join(root, part))) {
      const fingerprint = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      if (fingerprint === undefined) continue;
      const path = join(root, part, name);
      const entry = parseEntry(readFileSync(path, 'utf8'), asFingerprint(fingerprint));
      if (entry === undefined) rmSync(path, { force: true });
      else {
        const outputs = Object.values(entry.outputs);
        entries.push({ fingerprint, usedMs: lstatSync(path).mtimeMs, blobs: new Set(outputs.map(({ digest }) => hexOf(digest))), outputs });
      }
    }
  }
  return entries;
}
