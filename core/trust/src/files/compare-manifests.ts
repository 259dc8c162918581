import type { Manifest, ManifestEntry } from './manifest.ts';

/** What of a path is not as the manifest says. */
export interface FileDifference {
  readonly path: string;
  /** One line: `sha256 … instead of …`, `is missing`, `is in no manifest`. */
  readonly what: string;
}

/** Folders of a running system that change without anybody having touched what was installed. */
export const VARIABLE: readonly string[] = ['var/cache/luet', 'usr/local/tmp', 'usr/local/cloud-config', 'oem', 'lost+found', 'tmp', 'mnt', 'proc', 'sys', 'dev', 'run'];

/** True for the paths themselves and everything below them. */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((one) => path === one || path.startsWith(`${one}/`));
}

/** All differences, sorted by path. Paths that are ignored do not count on either side. */
export function compareManifests(expected: Manifest, found: Manifest, ignored: readonly string[]): readonly FileDifference[] {
  const paths = [...new Set([...expected.keys(), ...found.keys()])].filter((path) => !isIgnored(path, ignored)).toSorted((a, b) => (a < b ? -1 : 1));
  return paths.flatMap((path) => {
    const [before, after] = [expected.get(path), found.get(path)];
    if (before === undefined) return [{ path, what: 'is in no manifest' }];
    if (after === undefined) return [{ path, what: 'is missing' }];
    const differences = differencesOf(before, after);
    return differences.length === 0 ? [] : [{ path, what: differences.join(', ') }];
  });
}

function differencesOf(before: ManifestEntry, after: ManifestEntry): readonly string[] {
  if (before.type !== after.type) return [`type ${after.type} instead of ${before.type}`];
  const fields = ['mode', 'uid', 'gid', 'size', 'sha256', 'link', 'device'] as const;
  return fields.flatMap((field) => {
    const [was, is] = [before[field], after[field]];
    // A manifest of somebody else may say less.
    if (was === undefined || was === is) return [];
    const show = (value: typeof was | undefined): string => (field === 'mode' && typeof value === 'number' ? value.toString(8).padStart(4, '0') : JSON.stringify(value) ?? 'none');
    return [`${field} ${show(is)} instead of ${show(was)}`];
  });
}
