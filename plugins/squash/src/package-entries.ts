import { readTar, type TarEntry } from '@cos/archive';
import type { ChosenContent } from './choose-content.ts';
import { fail } from './errors.ts';
import { KEPT_ATTRIBUTE } from './kept-attribute.ts';
import { nameOf, type Recipe } from './recipe.ts';

export interface PackageEntry {
  readonly entry: TarEntry;
  /** SHA-256 of the content as 64 hexadecimal digits; undefined for everything but files. */
  readonly sha256: string | undefined;
}

export interface PackageEntriesRequest {
  readonly recipe: Recipe;
  readonly content: ChosenContent;
  /** All times in the archive: an image's digest does not cover times, so they must not show in what is made of it. */
  readonly epoch: number;
}

/** The entries of a package as they come from its image, under their paths in the package; chunks of contents are used up at once. Throws COS_SQUASH_IMAGE_FORM when they are not those of its listing. */
export async function* packageEntries({ recipe, content: { image, paths, digests }, epoch }: PackageEntriesRequest): AsyncGenerator<PackageEntry, void, undefined> {
  if (image === undefined || paths.size === 0) return;
  let count = 0;
  for await (const entry of readTar(image.read({ only: new Set(paths.keys()), transient: true }))) {
    const path = paths.get(entry.path);
    const linkName = entry.type === 'link' ? paths.get(entry.linkName) : entry.linkName;
    const sha256 = entry.type === 'file' ? digests.get(entry.path) : undefined;
    if (path === undefined || linkName === undefined || (entry.type === 'file' && sha256 === undefined)) notListed(recipe, `/${entry.path} is not in its listing`);
    count += 1;
    yield { entry: { ...entry, path, linkName, mtime: epoch, mtimeNanoseconds: 0, xattrs: keptAttributes(entry) }, sha256 };
  }
  if (count !== paths.size) notListed(recipe, `${paths.size} paths were chosen, and ${count} came`);
}

function keptAttributes({ xattrs }: TarEntry): TarEntry['xattrs'] {
  const capability = xattrs.get(KEPT_ATTRIBUTE);
  return xattrs.size === (capability === undefined ? 0 : 1) ? xattrs : new Map(capability === undefined ? [] : [[KEPT_ATTRIBUTE, capability]]);
}

function notListed(recipe: Recipe, reason: string): never {
  return fail('COS_SQUASH_IMAGE_FORM', `The image of the package ${nameOf(recipe)} is not what was listed of it: ${reason}.`);
}
