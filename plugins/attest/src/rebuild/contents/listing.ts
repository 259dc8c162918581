import type { ManifestEntry } from '@cos/archive';

/** What is known of one path: `type`, and, where they apply, `mode`, `owner`, `size`, `content` (SHA-256), `target`, `device`, `attributes`, `time` (seconds since 1970). */
export type Properties = Readonly<Record<string, string>>;

/** By path, without a slash at the beginning or end. */
export type Listing = ReadonlyMap<string, Properties>;

/** An entry of a manifest or archive; times where there are any. */
export function propertiesOf(entry: ManifestEntry, time?: number): Properties {
  const { type, mode, uid, gid, size, sha256, linkName, devMajor, devMinor, xattrs } = entry;
  return {
    type,
    mode: mode.toString(8).padStart(4, '0'),
    owner: `${uid}:${gid}`,
    ...(type === 'file' ? { size: String(size) } : {}),
    ...(sha256 === undefined ? {} : { content: sha256 }),
    ...(linkName === '' ? {} : { target: linkName }),
    ...(type === 'character' || type === 'block' ? { device: `${devMajor}:${devMinor}` } : {}),
    ...(xattrs.size === 0 ? {} : { attributes: [...xattrs].map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`).sort().join(' ') }),
    ...(time === undefined ? {} : { time: String(time) }),
  };
}

export interface Change {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Names of the properties that differ; none for paths that are in one listing only. */
  readonly properties: readonly string[];
  readonly before: Properties | undefined;
  readonly after: Properties | undefined;
}

/** What differs between two listings, by path in code-unit order. */
export function compareListings(before: Listing, after: Listing): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path): readonly Change[] => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === undefined || is === undefined) return [{ path, kind: was === undefined ? 'added' : 'removed', properties: [], before: was, after: is }];
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]).sort();
    // Of things of different types nothing else is worth a word.
    return names.length === 0 ? [] : [{ path, kind: 'changed', properties: names.includes('type') ? ['type'] : names, before: was, after: is }];
  });
}
