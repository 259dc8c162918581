import type { Fingerprint } from '../model/identity.ts';
import { isDigest } from '../model/identity.ts';
import type { CacheEntry } from './cache.ts';

/** Reads an entry. Whatever is not a whole entry of this fingerprint (cut off, edited, of another version) is undefined: a miss. */
export function parseEntry(text: string, fingerprint: Fingerprint): CacheEntry | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // Half-written or damaged.
    return undefined;
  }
  return isEntry(data) && data.fingerprint === fingerprint ? data : undefined;
}

function isEntry(data: unknown): data is CacheEntry {
  if (!isObject(data) || data['format'] !== 1 || typeof data['fingerprint'] !== 'string' || typeof data['durationMs'] !== 'number') return false;
  const { outputs, record } = data;
  if (!isObject(outputs) || !isRecord(record)) return false;
  return Object.values(outputs).every((output) => isObject(output) && typeof output['kind'] === 'string' && typeof output['digest'] === 'string' && isDigest(output['digest']) && isObject(output['meta']));
}

function isRecord(data: unknown): boolean {
  return isObject(data) && data['format'] === 1 && ['options', 'pluginOptions', 'inputs', 'tools', 'env'].every((field) => isObject(data[field]));
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
