import { join } from 'node:path';
import { formatSeen, parseSeen, type SeenRecord } from '@cos/trust';
import type { RootFolder } from './root-folder.ts';
import { readIfPresent, writeDurably } from './state.ts';

/** Name of the record in the folder of the state. */
const SEEN = 'repositories.json';

/** What a root knows of the repositories that it was installed from. Throws TrustError `record`. */
export function readSeen(root: RootFolder): SeenRecord {
  const path = join(root.state, SEEN);
  const text = readIfPresent(path);
  return text === undefined ? {} : parseSeen(text, path);
}

/** Adds what was seen by now. Of two commands at once the later publication stays: what was read before may be older than what is there. */
export function noteSeen(root: RootFolder, found: SeenRecord): void {
  if (Object.keys(found).length === 0) return;
  const before = readSeen(root);
  const merged = { ...before };
  for (const [name, seen] of Object.entries(found)) {
    const known = merged[name];
    if (known === undefined || known.revision <= seen.revision) merged[name] = { name: seen.name, revision: seen.revision, lastUpdate: seen.lastUpdate, sha256: seen.sha256 };
  }
  const text = formatSeen(merged);
  if (text !== formatSeen(before)) writeDurably(join(root.state, SEEN), text);
}
