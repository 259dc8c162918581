// Cuts a package's archive out of the archive of its image.
import { keepContent, withoutBody, withSpool } from '../rootfs/canonicalize.ts';
import type { CanonicalizeOptions } from '../rootfs/canonicalize.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { Inode, Place } from '../rootfs/root-tree.ts';
import type { Extent, Spool } from '../rootfs/spool.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import { writeTar } from '../tar/write-tar.ts';
import { createPathFilter } from './path-filter.ts';
import type { PathFilterOptions } from './path-filter.ts';
import { selectPaths } from './select-paths.ts';
import type { PackageStrategy } from './select-paths.ts';

/** What a package takes from its image, and how its archive is made. */
export interface PackageContentOptions extends CanonicalizeOptions, Omit<PathFilterOptions, 'packageDir'> {
  readonly strategy: PackageStrategy;
  /** Told about each pattern that is dropped in `luet` compatibility; default: nobody is. */
  readonly onWarning?: (message: string) => void;
}

/** An archive that can be read once, or one that can be opened again. */
export type ArchiveSource = AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);

/**
 * The canonical archive of a package. A hard link whose other names are left out becomes a file; parents have their real properties;
 * nothing chosen gives an empty archive. Give a function that opens the image's archive if it can be read twice: then only the
 * contents that the package takes go through the scratch folder, else all do.
 *
 * Errors: those of `canonicalize`, `createPathFilter` and `selectPaths`.
 */
export async function* extractPackage(image: ArchiveSource, options: PackageContentOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const entries = withSpool(options, (spool) => (typeof image === 'function' ? readTwice(image, spool, options) : readOnce(image, spool, options)));
  yield* writeTar(entries);
}

/** All paths of a root filesystem in normal form, parents included: the `base` of a delta. Errors as for `canonicalize`. */
export async function listPaths(source: AsyncIterable<Uint8Array>, options: ReadTarOptions = {}): Promise<Set<string>> {
  const tree = new RootTree<undefined>();
  for await (const entry of readTar(source, options)) tree.place(withoutBody(entry), undefined);
  return new Set(tree.list().map(({ path }) => path));
}

async function readOnce(image: AsyncIterable<Uint8Array>, spool: Spool, options: PackageContentOptions): Promise<Place<Extent>[]> {
  const tree = new RootTree<Extent>(options);
  for await (const entry of readTar(image, options)) tree.place(withoutBody(entry), await keepContent(entry, spool));
  return choose(tree.list(), options);
}

/** The first pass numbers the entries, the second keeps the contents of those numbers that are wanted. */
async function readTwice(open: () => AsyncIterable<Uint8Array>, spool: Spool, options: PackageContentOptions): Promise<Place<Extent>[]> {
  const tree = new RootTree<number>(options);
  let count = 0;
  for await (const entry of readTar(open(), options)) tree.place(withoutBody(entry), count++);
  const places = choose(tree.list(), options);
  const wanted = new Set(places.map(({ inode }) => inode?.content));
  const extents = new Map<number, Extent | undefined>();
  let number = 0;
  for await (const entry of readTar(open(), options)) {
    if (wanted.has(number)) extents.set(number, await keepContent(entry, spool));
    number++;
  }
  return moveContents(places, extents);
}

/** Inodes stay shared: they are what makes hard links. */
function moveContents(places: readonly Place<number>[], extents: ReadonlyMap<number, Extent | undefined>): Place<Extent>[] {
  const moved = new Map<Inode<number>, Inode<Extent>>();
  return places.map(({ path, inode }) => {
    if (inode === undefined) return { path, inode };
    const known = moved.get(inode);
    if (known !== undefined) return { path, inode: known };
    const fresh: Inode<Extent> = { header: inode.header, isShared: inode.isShared, content: inode.content === undefined ? undefined : extents.get(inode.content) };
    moved.set(inode, fresh);
    return { path, inode: fresh };
  });
}

function choose<Content>(places: readonly Place<Content>[], options: PackageContentOptions): Place<Content>[] {
  const { strategy, onWarning, includes, excludes, compatibility } = options;
  const packageDir = strategy.kind === 'package_dir' ? strategy.directory : '';
  const filter = createPathFilter({ packageDir, ...(includes && { includes }), ...(excludes && { excludes }), ...(compatibility && { compatibility }) });
  for (const warning of filter.warnings) onWarning?.(warning);
  const listing = places.map(({ path, inode }) => ({ path, type: inode?.header.type ?? ('directory' as const) }));
  const selected = selectPaths(listing, strategy, filter);
  return places.flatMap(({ path, inode }) => {
    const target = selected.get(path);
    return target === undefined ? [] : [{ path: target, inode }];
  });
}
