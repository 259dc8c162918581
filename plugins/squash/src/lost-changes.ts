import { changedProperties, comparePaths, parseManifestLine, type ManifestChange, type ManifestEntry, type PathFilter } from '@cos/archive';
import { KEPT_ATTRIBUTE } from './kept-attribute.ts';

// A package that is what its steps add has nothing of what they change or remove. Recipes rely on it, and others do not know.

export interface Compared {
  /** Lines of the manifest before the steps, by path. */
  readonly before: ReadonlyMap<string, string>;
  /** What is there after the steps. */
  readonly listing: Iterable<Pick<ManifestEntry, 'path' | 'type'>>;
  /** Lines of paths that are there before and after and differ. */
  readonly changed: readonly { readonly before: string; readonly after: string }[];
  /** The package's own: what it would leave out anyway is nobody's loss. */
  readonly filter: PathFilter;
}

/** Changes and removals that the package does not have, in canonical order; of a removed folder only itself. */
export function findLost({ before, listing, changed, filter }: Compared): readonly ManifestChange[] {
  const isLoss = (path: string): boolean => !BUILD_FOLDER.test(path) && filter.keeps(path);
  const lost: ManifestChange[] = [];
  for (const lines of changed) {
    const [old, now] = [keptOf(parseManifestLine(lines.before)), keptOf(parseManifestLine(lines.after))];
    const properties = changedProperties(old, now);
    if (properties.length > 0 && isLoss(now.path)) lost.push({ kind: 'changed', path: now.path, before: old, after: now, properties });
  }
  const folders = new Set<string>(['']);
  const present = new Set<string>();
  for (const { path, type } of listing) {
    present.add(path);
    if (type === 'directory') folders.add(path);
  }
  for (const [path, line] of before) {
    const isOnTop = folders.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    if (!present.has(path) && isOnTop && isLoss(path)) lost.push({ kind: 'removed', path, before: parseManifestLine(line) });
  }
  return lost.sort((a, b) => comparePaths(a.path, b.path));
}

/** One sentence; undefined when nothing is lost. */
export function describeLost(lost: readonly ManifestChange[]): string | undefined {
  if (lost.length === 0) return undefined;
  const shown = lost.slice(0, SHOWN).map((change) => `/${change.path} (${change.kind === 'changed' ? change.properties.join(', ') : change.kind})`);
  const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : '';
  return `The steps changed or removed what was there before them, which is no part of the package: ${shown.join(', ')}${more}. A package has only paths that its steps add; use "unpack" or "package_dir" where it is to have more.`;
}

const SHOWN = 8;

/** The folder that recipes are built in. */
const BUILD_FOLDER = /^luetbuild(?:\/|$)/;

/** An entry as a package would have it. */
function keptOf(entry: ManifestEntry): ManifestEntry {
  return { ...entry, xattrs: new Map([...entry.xattrs].filter(([name]) => name === KEPT_ATTRIBUTE)) };
}
