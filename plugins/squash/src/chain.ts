import { createFolderReader, createRecord, fingerprintName, hashDirectory, joinTag, saltOf, tagChain, type ArchiveMetadata, type HashedSpec, type PackageDefinition, type RecordedElement, type TaggedPackage } from '@cos/luet';
import type { Recipe } from './recipe.ts';

// What metadata says of the images that a package was built on: the packages of its chain with luet's tags, and the image that its builder image starts from.

export interface ChainedPackage {
  readonly recipe: Recipe;
  readonly definition: PackageDefinition;
  /** The package's folder, as luet would hash it. */
  readonly folder: string;
}

/** Format: `describeTagChains` of @cos/luet. All by `name-category-version`. */
export interface Chain {
  /** In the order of stacking; the last one is the package itself. `hasImage`: false for a virtual package. `hasSeed`: built from an image that its recipe names. */
  readonly elements: readonly { readonly fingerprintName: string; readonly hasImage: boolean; readonly hasSeed: boolean }[];
  /** Of a package on assembled archives: for each of them the chain that it was built in. */
  readonly parts?: readonly (readonly string[])[] | undefined;
}

export interface DescribedChain {
  readonly chain: readonly RecordedElement[];
  /** Tag of the image that the builder image starts from; undefined where the recipe names that image. */
  readonly seed: string | undefined;
  /** Whether that image is assembled of archives. */
  readonly isJoined: boolean;
}

/** `problem`: why there are no tags; luet has none either. */
export type ChainResult = { readonly ok: true; readonly value: DescribedChain } | { readonly ok: false; readonly problem: string };

/** `packages`: all that the chain names. */
export async function describeChain({ elements, parts }: Chain, packages: readonly ChainedPackage[]): Promise<ChainResult> {
  const known = new Map(packages.map((one) => [fingerprintName(one.recipe), one]));
  const salted = new Map<string, TaggedPackage>();
  for (const [key, { recipe, folder }] of known) {
    // Links that leave the folder lead to bytes that are no input of the task.
    const hashed = await hashDirectory(folder, createFolderReader({ roots: [folder] }));
    if (!hashed.ok) return { ok: false, problem: `${recipe.category}/${recipe.name}@${recipe.version}: ${hashed.problem.message.replaceAll(folder, '.')}` };
    salted.set(key, { category: recipe.category, name: recipe.name, version: recipe.version, salt: saltOf(hashedSpecOf(recipe), hashed.hash) });
  }
  const tagsOf = (names: readonly string[]) => tagChain(names.map((name) => given(salted, name)));
  const tags = tagsOf(elements.map(({ fingerprintName: name }) => name));
  const chain = tags.map(({ fingerprintName: name, buildHash, packageHash }): RecordedElement => {
    const { definition, recipe } = given(known, name);
    return { package: createRecord({ ...definition, requires: recipe.requires }), buildHash, packageHash };
  });
  const own = elements.at(-1);
  if (own === undefined || !own.hasImage || own.hasSeed) return { ok: true, value: { chain, seed: undefined, isJoined: false } };
  const tops = parts?.flatMap((part) => tagsOf(part).at(-1) ?? []);
  const below = elements.findLastIndex(({ hasImage }, index) => hasImage && index < elements.length - 1);
  return { ok: true, value: { chain, seed: tops === undefined ? tags[below]?.packageHash : joinTag(tops), isJoined: tops !== undefined } };
}

/** Metadata with its chain. `repository`: where luet keeps its images. */
export function withChain(metadata: ArchiveMetadata, { chain, seed, isJoined }: DescribedChain, repository: string): ArchiveMetadata {
  const image = seed === undefined ? undefined : `${repository}:${seed}`;
  return { ...metadata, chain, spec: { ...metadata.spec, ...(image === undefined ? {} : { seed: image, ...(isJoined ? { image } : {}) }) } };
}

/** Items of `copy` that mean nothing to a build are hashed with the others. */
function hashedSpecOf({ unmeantCopy, ...recipe }: Recipe): HashedSpec {
  const items = [...recipe.copy];
  for (const item of unmeantCopy.toSorted((a, b) => a.index - b.index)) items.splice(item.index, 0, item);
  return {
    ...recipe,
    copy: items.map(({ image, package: origin, source, destination }) => ({ source, destination, ...(image === undefined ? {} : { image }), ...(origin === undefined ? {} : { package: origin }) })),
  };
}

function given<T>(map: ReadonlyMap<string, T>, name: string): T {
  const one = map.get(name);
  if (one === undefined) throw new Error(`Internal error: the chain of a package names "${name}", which is not among the recipes`);
  return one;
}
