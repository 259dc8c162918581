import { ArchiveError, createPathFilter, parseManifestLine, PathSelection, readManifestLines, type ManifestChange, type ManifestEntry, type PackageStrategy } from '@cos/archive';
import { failureOf, fail } from './errors.ts';
import { findLost, type Compared } from './lost-changes.ts';
import { dropEmptyFolders, isPlainFolder, mountFolders } from './mount-leftovers.ts';
import { contentOf, nameOf, type Recipe } from './recipe.ts';

// Which paths of its image a package takes. Decided on listings alone: no content is read for it.

/** An image as this plugin sees it. */
export interface ReadableImage {
  /** Its manifest. */
  list(): AsyncIterable<Uint8Array>;
  /** The archive of some of its paths, in canonical order. A chunk may be overwritten when the next one is asked for. */
  read(options: { readonly only: ReadonlySet<string>; readonly transient: true }): AsyncIterable<Uint8Array>;
}

export interface ChooseRequest {
  readonly recipe: Recipe;
  readonly builder: ReadableImage | undefined;
  readonly image: ReadableImage | undefined;
}

export interface ChosenContent {
  /** The image to read; undefined for a package without content. */
  readonly image: ReadableImage | undefined;
  /** Paths in the package by paths in the image. */
  readonly paths: ReadonlyMap<string, string>;
  /** SHA-256 of the files of the image as hexadecimal digits, by path. */
  readonly digests: ReadonlyMap<string, string>;
  /** What the steps changed or removed of what was there before them: no part of the package, although nothing excludes it. */
  readonly lost: readonly ManifestChange[];
}

/** Chooses as the recipe says. Throws COS_SQUASH_IMAGES, COS_SQUASH_PATTERN, COS_SQUASH_PACKAGE_DIR and COS_SQUASH_IMAGE_FORM. */
export async function chooseContent(request: ChooseRequest): Promise<ChosenContent> {
  const { recipe } = request;
  const content = contentOf(recipe);
  if (content === 'empty') return { image: undefined, paths: new Map(), digests: new Map(), lost: [] };
  const image = request.image ?? missing(recipe, 'image');
  try {
    const filter = createPathFilter({ packageDir: recipe.packageDir, includes: recipe.includes, excludes: recipe.excludes });
    const before = content === 'delta' ? await readLines(request.builder ?? missing(recipe, 'builder')) : undefined;
    const selection = new PathSelection(strategyOf(recipe, content, before), filter);
    const { digests, compared, plain } = await readListing({ image, before, selection, folders: content === 'delta' ? mountFolders(recipe.steps) : new Set() });
    const paths = selection.finish();
    dropEmptyFolders(paths, plain);
    // Of an image that is taken as it is nobody can tell what its base had.
    return { image, paths, digests, lost: compared === undefined ? [] : findLost({ ...compared, filter }) };
  } catch (error) {
    throw error instanceof ArchiveError ? explainArchiveError(error, recipe) : error;
  }
}

/** The failure that a user understands. */
export function explainArchiveError(error: ArchiveError, recipe: Recipe): Error {
  const detail = `${error.message}.`;
  if (error.code === 'invalid-pattern') return failureOf('COS_SQUASH_PATTERN', `The package ${nameOf(recipe)} cannot be cut out of its image. ${detail}`, { cause: error });
  if (error.code === 'missing-directory' || error.code === 'invalid-option') {
    return failureOf('COS_SQUASH_PACKAGE_DIR', `The package ${nameOf(recipe)} cannot be cut out of its image. ${detail}`, { cause: error });
  }
  return failureOf('COS_SQUASH_IMAGE_FORM', `The image of the package ${nameOf(recipe)} cannot be read. ${detail}`, { cause: error });
}

function strategyOf({ packageDir }: Recipe, content: 'delta' | 'unpack' | 'package-dir', before: ReadonlyMap<string, string> | undefined): PackageStrategy {
  switch (content) {
    case 'delta':
      return { kind: 'delta', base: before ?? new Map<string, string>() };
    case 'unpack':
      return { kind: 'unpack' };
    case 'package-dir':
      return { kind: 'package_dir', directory: packageDir };
    default: {
      const never: never = content;
      return never;
    }
  }
}

/** The lines of a manifest by path: a path is unchanged where its line is. */
async function readLines(image: ReadableImage): Promise<ReadonlyMap<string, string>> {
  const lines = new Map<string, string>();
  for await (const line of readManifestLines(image.list())) lines.set(parseManifestLine(line).path, line);
  return lines;
}

interface ListingRequest {
  readonly image: ReadableImage;
  readonly before: ReadonlyMap<string, string> | undefined;
  /** Gets every path. */
  readonly selection: PathSelection;
  /** Folders to look for. */
  readonly folders: ReadonlySet<string>;
}

interface Listing {
  readonly digests: ReadonlyMap<string, string>;
  /** Against what was before; undefined where that is unknown. */
  readonly compared: Omit<Compared, 'filter'> | undefined;
  /** Those of the folders that were looked for that nobody gave an owner or a mode. */
  readonly plain: ReadonlySet<string>;
}

/** Nothing is kept of a path but what is needed later: images have many. */
async function readListing({ image, before, selection, folders }: ListingRequest): Promise<Listing> {
  const listing: Pick<ManifestEntry, 'path' | 'type'>[] = [];
  const digests = new Map<string, string>();
  const changed: { before: string; after: string }[] = [];
  const plain = new Set<string>();
  for await (const line of readManifestLines(image.list())) {
    const entry = parseManifestLine(line);
    const { path, type, sha256, linkName } = entry;
    selection.add(path, type);
    if (before !== undefined) listing.push({ path, type });
    if (folders.has(path) && isPlainFolder(entry)) plain.add(path);
    // Where the first name of a file is left out, its next one is the file.
    const digest = type === 'link' ? digests.get(linkName) : sha256;
    if (digest !== undefined) digests.set(path, digest);
    const known = before?.get(path);
    if (known !== undefined && known !== line) changed.push({ before: known, after: line });
  }
  return { digests, compared: before === undefined ? undefined : { before, listing, changed }, plain };
}

function missing(recipe: Recipe, input: 'builder' | 'image'): never {
  return fail('COS_SQUASH_IMAGES', `The package ${nameOf(recipe)} is taken from images, but there is no input "${input}".`);
}
