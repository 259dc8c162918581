import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFingerprint } from '../model/identity.ts';
import type { CacheEntry } from './cache.ts';
import { parseEntry } from './entry.ts';
import { listNames } from './local.ts';

/** All whole entries of a cache, by its folder. */
export function* listEntries(folder: string): Generator<CacheEntry> {
  const entries = join(folder, 'entries');
  for (const part of listNames(entries)) {
    for (const name of listNames(join(entries, part))) {
      const fingerprint = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      const text = fingerprint === undefined ? undefined : readIfThere(join(entries, part, name));
      const entry = fingerprint === undefined || text === undefined ? undefined : parseEntry(text, asFingerprint(fingerprint));
      if (entry !== undefined) yield entry;
    }
  }
}

/** Another run may prune at the same time. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
