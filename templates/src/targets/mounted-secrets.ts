import type { Origin } from '@cos/core';
import type { PackageEntry } from '@cos/plugin-resolve';
import type { StandardContext } from './context.ts';

/** Checks what steps mount, before anything is built, and answers which secrets the images of a package need. Packages without mounts are no matter of it. */
export async function findMountedSecrets(
  { use }: Pick<StandardContext, 'use'>,
  entries: readonly PackageEntry[],
  originsOf: (entry: PackageEntry) => Readonly<Record<string, Origin>>,
): Promise<(entry: PackageEntry) => { readonly options?: { readonly secrets: string[] } }> {
  const mounting = entries.filter((entry) => Object.keys(entry.mounting).length > 0);
  if (mounting.length === 0) return () => ({});
  const secrets = await use['docker-build'].stepMounts({ packages: mounting.map((entry) => ({ id: entry.id, steps: { ...entry.mounting }, origins: { ...originsOf(entry) } })) });
  return ({ id }) => {
    const ids = secrets[id] ?? [];
    return ids.length === 0 ? {} : { options: { secrets: [...ids] } };
  };
}
