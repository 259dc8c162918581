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
  const selection = new PathSelection(strategy, filter);
  for (const { path, type } of listing) selection.add(path, type);
  return selection.finish();
}

/** `selectPaths` for a listing that comes path by path. */
export class PathSelection {
  readonly #strategy: PackageStrategy;
  readonly #filter: PathFilter;
  readonly #prefix: string;
  readonly #selected = new Map<string, string>();
  /** The type of the folder that becomes the root. */
  #found: TarEntryType | undefined;
  /** A chosen folder, most likely that of the next path. */
  #folder = '';

  constructor(strategy: PackageStrategy, filter: PathFilter) {
    this.#strategy = strategy;
    this.#filter = filter;
    this.#prefix = strategy.kind === 'package_dir' ? directoryPrefix(strategy.directory) : '';
  }

  add(path: string, type: TarEntryType): void {
    const prefix = this.#prefix;
    if (path.length + 1 === prefix.length && prefix.startsWith(path)) this.#found = type;
    if (!path.startsWith(prefix) || !this.#filter.keeps(path)) return;
    if (this.#strategy.kind === 'delta' && this.#strategy.base.has(path)) return;
    this.#selected.set(path, path.slice(prefix.length));
    const slash = path.lastIndexOf('/');
    if (slash === this.#folder.length && path.startsWith(this.#folder)) return;
    this.#folder = parentOf(path);
    for (let here = this.#folder; here.length > prefix.length && !this.#selected.has(here); here = parentOf(here)) this.#selected.set(here, here.slice(prefix.length));
  }

  /** What was chosen. */
  finish(): Map<string, string> {
    if (this.#strategy.kind === 'package_dir' && this.#prefix !== '' && this.#found !== 'directory') {
      const directory = quoteName(this.#strategy.directory);
      const message = this.#found === undefined ? `The image has no directory ${directory}` : `${directory} is a ${this.#found} in the image, not a directory`;
      throw new ArchiveError('missing-directory', `${message}, but package_dir names it`, { path: this.#strategy.directory });
    }
    return this.#selected;
  }
}

/** Normal forms of an archive's paths, with all their parents: the `base` of a delta. */
export function basePaths(names: Iterable<string>): Set<string> {
  const paths = new Set<string>();
  for (const name of names) {
    for (let path = normalPath(name); path !== '' && !paths.has(path); path = parentOf(path)) paths.add(path);
  }
  return paths;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function directoryPrefix(directory: string): string {
  const path = checkPackageDir(directory).slice(1);
  return path === '' ? '' : `${path}/`;
}
