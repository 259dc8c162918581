// Which paths of an image make a package, as luet cuts it. Pure: paths in, paths out.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { normalPath } from '../rootfs/normal-path.ts';
import type { TarEntryType } from '../tar/entry.ts';
import { checkPackageDir } from './path-filter.ts';
import type { PathFilter } from './path-filter.ts';

/**
 * How a package is cut out of its image.
 * - `delta`: the paths that do not exist in the builder image. Changed content or properties of a path that exists there do not count.
 * - `unpack`: all paths.
 * - `package_dir`: what lies below an absolute directory, which becomes the root.
 */
export type PackageStrategy =
  | { readonly kind: 'delta'; readonly base: Pick<ReadonlySet<string>, 'has'> }
  | { readonly kind: 'unpack' }
  | { readonly kind: 'package_dir'; readonly directory: string };

/** A path in normal form and what is there. */
export interface ListedPath {
  readonly path: string;
  readonly type: TarEntryType;
}

/**
 * Maps the chosen paths of an image to their paths in the package. Every parent of a chosen path is chosen too, so that the package
 * carries the parents' real owners and modes. A `package_dir` that is not an absolute path is `invalid-option`; one that is not a
 * directory of the image is `missing-directory`.
 */
export function selectPaths(listing: Iterable<ListedPath>, strategy: PackageStrategy, filter: PathFilter): Map<string, string> {
  const prefix = strategy.kind === 'package_dir' ? directoryPrefix(strategy.directory) : '';
  const selected = new Map<string, string>();
  let found: TarEntryType | undefined;
  for (const { path, type } of listing) {
    if (`${path}/` === prefix) found = type;
    if (!path.startsWith(prefix) || !filter.keeps(path)) continue;
    if (strategy.kind === 'delta' && strategy.base.has(path)) continue;
    selectWithParents(selected, path, prefix);
  }
  if (strategy.kind === 'package_dir' && prefix !== '' && found !== 'directory') {
    const directory = quoteName(strategy.directory);
    const message = found === undefined ? `The image has no directory ${directory}` : `${directory} is a ${found} in the image, not a directory`;
    throw new ArchiveError('missing-directory', `${message}, but package_dir names it`, { path: strategy.directory });
  }
  return selected;
}

/** Normal forms of an archive's paths, with all their parents: the `base` of a delta. */
export function basePaths(names: Iterable<string>): Set<string> {
  const paths = new Set<string>();
  for (const name of names) {
    for (let path = normalPath(name); path !== '' && !paths.has(path); path = parentOf(path)) paths.add(path);
  }
  return paths;
}

function selectWithParents(selected: Map<string, string>, path: string, prefix: string): void {
  for (let here = path; here.length > prefix.length && !selected.has(here); here = parentOf(here)) {
    selected.set(here, here.slice(prefix.length));
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function directoryPrefix(directory: string): string {
  const path = checkPackageDir(directory).slice(1);
  return path === '' ? '' : `${path}/`;
}
