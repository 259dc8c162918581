import { existsSync, lstatSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { systemCode } from '../errors/expected.ts';
import { listNames } from '../cache/local.ts';
import { CosError } from '../errors/cos-error.ts';
import { hashTree } from '../fingerprint/hash-tree.ts';
import { hexOf, type Digest } from '../model/identity.ts';
import type { Layout } from './layout.ts';
import { removeTree } from './run-registry.ts';

// Files that pins stand for: a folder for each content, put in place whole and named after its digest, which is compared before anything reads it.

/** Moves a folder of `scratch` to where planning reads it. Answers the digest of its content. */
export async function keepPinned(layout: Layout, { folder, scratch, signal }: { readonly folder: string; readonly scratch: string; readonly signal: AbortSignal }): Promise<Digest> {
  if (!folder.startsWith(`${scratch}${sep}`)) throw new Error(`Internal error: ${folder} is kept, which is no folder of the scratch of its pin`);
  const hashed = await hashTree(folder, { profile: 'source', title: relative(scratch, folder), signal });
  if (!hashed.ok) throw new CosError(hashed.failures);
  const { digest } = hashed.value;
  const place = join(layout.pinned, hexOf(digest));
  mkdirSync(dirname(place), { recursive: true });
  if (await hasPinned(layout, digest, signal)) return digest;
  // What lies there is not what its name says: it makes way, and is removed with the scratch of this command.
  if (existsSync(place)) renameSync(place, `${folder}.damaged`);
  try {
    renameSync(folder, place);
  } catch (error) {
    // Another run has put the same content there.
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    removeTree(folder);
  }
  return digest;
}

/** True when the files are here and are those that the digest names. */
export async function hasPinned(layout: Layout, digest: string, signal: AbortSignal): Promise<boolean> {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) return false;
  const place = join(layout.pinned, hex);
  if (!existsSync(place)) return false;
  const hashed = await hashTree(place, { profile: 'source', title: place, signal });
  const isWhole = hashed.ok && hashed.value.digest === digest;
  if (isWhole) noteUse(place);
  return isWhole;
}

/** The time of the folder itself, which its digest does not have, says when it was wanted last. */
function noteUse(place: string): void {
  const now = new Date();
  try {
    utimesSync(place, now, now);
  } catch (error) {
    // Whoever may not change the folder cannot remove it either.
    if (!['EPERM', 'EACCES', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
  }
}

const keptUnused = 30 * 24 * 3600 * 1000;

/**
 * Removes contents that nothing has wanted for a month: other branches have other locks, and may be planned at this moment. Call it while no other run works
 * in the workspace.
 */
export function dropOldPinned(layout: Layout, now = Date.now()): void {
  for (const name of listNames(layout.pinned)) {
    const place = join(layout.pinned, name);
    if (now - lstatSync(place).mtimeMs > keptUnused) removeTree(place);
  }
}
