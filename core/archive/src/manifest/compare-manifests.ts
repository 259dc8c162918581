// What changed between two manifests.
import { comparePaths } from '../names.ts';
import type { ManifestEntry } from './manifest-entry.ts';

/** A property of an entry that differs. `content`: of files; `target`: of links; `attributes`: extended ones. */
export type ChangedProperty = 'type' | 'mode' | 'owner' | 'content' | 'target' | 'device' | 'attributes';

/** A path that is in one manifest only, or that differs. */
export type ManifestChange =
  | { readonly kind: 'added'; readonly path: string; readonly after: ManifestEntry }
  | { readonly kind: 'removed'; readonly path: string; readonly before: ManifestEntry }
  | { readonly kind: 'changed'; readonly path: string; readonly before: ManifestEntry; readonly after: ManifestEntry; readonly properties: readonly ChangedProperty[] };

/** The changes in canonical order. */
export function compareManifests(before: Iterable<ManifestEntry>, after: Iterable<ManifestEntry>): ManifestChange[] {
  const old = new Map<string, ManifestEntry>();
  for (const entry of before) old.set(entry.path, entry);
  const changes: ManifestChange[] = [];
  for (const entry of after) {
    const { path } = entry;
    const known = old.get(path);
    old.delete(path);
    if (known === undefined) {
      changes.push({ kind: 'added', path, after: entry });
      continue;
    }
    const properties = changedProperties(known, entry);
    if (properties.length > 0) changes.push({ kind: 'changed', path, before: known, after: entry, properties });
  }
  for (const [path, entry] of old) changes.push({ kind: 'removed', path, before: entry });
  return changes.sort((a, b) => comparePaths(a.path, b.path));
}

/** What differs between two entries of one path; nothing else of entries of different types is compared. */
export function changedProperties(before: ManifestEntry, after: ManifestEntry): ChangedProperty[] {
  if (before.type !== after.type) return ['type'];
  const properties: ChangedProperty[] = [];
  if (before.mode !== after.mode) properties.push('mode');
  if (before.uid !== after.uid || before.gid !== after.gid) properties.push('owner');
  if (before.size !== after.size || before.sha256 !== after.sha256) properties.push('content');
  if (before.linkName !== after.linkName) properties.push('target');
  if (before.devMajor !== after.devMajor || before.devMinor !== after.devMinor) properties.push('device');
  if (!equalAttributes(before.xattrs, after.xattrs)) properties.push('attributes');
  return properties;
}

function equalAttributes(before: ManifestEntry['xattrs'], after: ManifestEntry['xattrs']): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([name, value]) => {
    const other = after.get(name);
    return other !== undefined && Buffer.compare(value, other) === 0;
  });
}
