// All tags of the images of some chains. One image has several: a tag names the chain, and the tag of a builder image also the package
// that the chain is for.

import { compareCodeUnits } from '../order.ts';
import type { TagChain } from './tag-chains.ts';
import { builderTag, joinTag, tagChain } from './tags.ts';
import type { ElementTags, TaggedPackage } from './tags.ts';

export interface ImageTags {
  /** Of the package image, sorted. */
  readonly packages: readonly string[];
  /** Of the builder image, sorted: one for each package in whose chain it stands, and the one that it has when the package is built for itself. */
  readonly builders: readonly string[];
}

export interface TaggedImages {
  /** By the `id` of the image in the plan. */
  readonly images: ReadonlyMap<string, ImageTags>;
  /** Tags of assembled bases by the fingerprint name of the package that is built on one. */
  readonly joins: ReadonlyMap<string, string>;
}

/** `salted`: by fingerprint name. A chain that holds a package without a salt has no tags. */
export function tagImages(chains: readonly TagChain[], salted: ReadonlyMap<string, TaggedPackage>): TaggedImages {
  const images = new Map<string, { readonly packages: Set<string>; readonly builders: Set<string> }>();
  const joins = new Map<string, string>();
  const tagsOf = (names: readonly string[]): readonly ElementTags[] => {
    const packages = names.flatMap((name) => salted.get(name) ?? []);
    return packages.length === names.length ? tagChain(packages) : [];
  };
  for (const { elements, parts } of chains) {
    tagsOf(elements.map(({ fingerprintName }) => fingerprintName)).forEach((tags, index) => {
      const element = elements[index];
      if (element?.image === undefined) return;
      const known = images.get(element.image) ?? { packages: new Set(), builders: new Set() };
      images.set(element.image, known);
      known.packages.add(tags.packageHash);
      known.builders.add(element.hasSeed && index < elements.length - 1 ? tags.buildHash : tags.builderTag);
      known.builders.add(builderTag(tags.fingerprintName, tags.packageHash));
    });
    const target = elements.at(-1)?.fingerprintName;
    const tops = parts?.flatMap((part) => tagsOf(part).at(-1) ?? []);
    if (target !== undefined && tops !== undefined && tops.length === parts?.length) joins.set(target, joinTag(tops));
  }
  return {
    images: new Map([...images].map(([id, { packages, builders }]) => [id, { packages: [...packages].toSorted(compareCodeUnits), builders: [...builders].toSorted(compareCodeUnits) }])),
    joins,
  };
}
