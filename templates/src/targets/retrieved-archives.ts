import type { PackageEntry } from '@cos/plugin-resolve';
import type { StandardContext } from './context.ts';

/** Whose archives `retrieve` of a package's recipe means: fingerprint names, in the order of building. Without `retrieve` none. */
export async function findRetrieved({ use }: Pick<StandardContext, 'use'>, entries: readonly PackageEntry[]): Promise<(entry: PackageEntry) => readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { id, retrieve } of entries) {
    if (retrieve === undefined || retrieve.packages.length === 0) continue;
    const { suffix } = await use.squash.settings({});
    const names = new Map(retrieve.packages.map((name) => [`${name}${suffix}`, name]));
    const matched = await use['docker-build'].retrievedArchives({ subject: id, globs: [...retrieve.globs], archives: [...names.keys()] });
    found.set(id, matched.flatMap((file) => names.get(file) ?? []));
  }
  return ({ id }) => found.get(id) ?? [];
}
