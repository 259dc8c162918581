import { fingerprintName, joinTag, tagChain, type ArchiveMetadata, type HashedPackage, type RecordedElement, type TaggedPackage } from '@cos/luet';

// What metadata says of the images that a package was built on: the packages of its chain with luet's tags, and the image that its builder image starts from.

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
export function describeChain({ elements, parts }: Chain, packages: readonly HashedPackage[]): ChainResult {
  const known = new Map(packages.map((one) => [fingerprintName(one.record), one]));
  const salted = new Map<string, TaggedPackage>();
  for (const [key, { record: { category, name, version }, hash }] of known) {
    if (!hash.ok) return { ok: false, problem: `${category}/${name}@${version}: ${hash.problem}` };
    salted.set(key, { category, name, version, salt: hash.salt });
  }
  const tagsOf = (names: readonly string[]) => tagChain(names.map((name) => given(salted, name)));
  const tags = tagsOf(elements.map(({ fingerprintName: name }) => name));
  const chain = tags.map(({ fingerprintName: name, buildHash, packageHash }): RecordedElement => ({ package: given(known, name).record, buildHash, packageHash }));
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

function given<T>(map: ReadonlyMap<string, T>, name: string): T {
  const one = map.get(name);
  if (one === undefined) throw new Error(`Internal error: the chain of a package names "${name}", which is not among the hashes`);
  return one;
}
