import { setTimeout as delay } from 'node:timers/promises';
import { RegistryError } from '@cos/registry';

const ATTEMPTS = 3;

/**
 * Pushes blobs and the manifest that names them, and does it again when the registry misses a blob of it: somebody else may upload the same one at this
 * moment, and then one of the two is not there yet.
 */
export async function pushAgain<T>(push: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await push();
    } catch (error) {
      const isRace = error instanceof RegistryError && RACES.includes(error.registryCode ?? '');
      if (!isRace || attempt === ATTEMPTS) throw error;
      await delay(200 * attempt, undefined, { signal });
    }
  }
}

const RACES: readonly string[] = ['DIGEST_INVALID', 'BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN'];
