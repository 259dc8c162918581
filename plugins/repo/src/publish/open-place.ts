import { isAbsolute } from 'node:path';
import { CosError } from '@cos/core';
import { parseRepository, RegistryError, type Platform, type Registry } from '@cos/registry';
import { problem } from '../problem.ts';
import { folderPlace } from './folder-place.ts';
import { imagePlace } from './image-place.ts';
import type { Place } from './place.ts';

export interface OpenPlaceRequest {
  /** An absolute path, or `docker:host/path`. */
  readonly to: string;
  readonly registry: Registry;
  readonly platform: Platform;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Throws COS_REPO_PLACE. */
export function openPlace({ to, registry, platform, scratch, signal }: OpenPlaceRequest): Place {
  if (to.startsWith('docker:')) return imagePlace({ registry, repository: checkRepository(to), platform, scratch, signal });
  if (isAbsolute(to)) return folderPlace(to, signal);
  throw new CosError(problem('COS_REPO_PLACE', `Expected the place to publish to as an absolute folder or docker:host/path; found ${JSON.stringify(to)}.`, '`cos publish --to FOLDER` takes paths relative to the current folder; in a config say join(import.meta.dirname, "public").'));
}

function checkRepository(to: string): string {
  const name = to.slice('docker:'.length);
  try {
    parseRepository(name);
    return name;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new CosError(problem('COS_REPO_PLACE', `Expected an image repository after "docker:", without tag; found ${JSON.stringify(name)}.`, 'For example docker:registry.example/os/repository.'), { cause: error });
  }
}
