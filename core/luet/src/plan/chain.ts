// The chain of a package: what is stacked to build it. Chains share what they begin with, so they are kept from the top down.

import { hash } from 'node:crypto';
import type { PackageKind } from '../package/check-build-spec.ts';
import type { Stacked } from './stacks.ts';
import type { ChainElement } from './types.ts';

/** What an element of a chain is built on and makes. */
export interface Built {
  /** Undefined for a virtual package. */
  readonly image: string | undefined;
  /** The image that the next element is built on. */
  readonly base: string | undefined;
  /** Whether it or something below it has a wrong recipe. */
  readonly isSpoiled: boolean;
  /** Names of those in the chain that have nothing to be built on. */
  readonly baseless: readonly string[];
}

export type Chain = Stacked<Built>;

/** The `id` of an image; undefined when there is nothing to build, or nothing to build it on. */
export function nameImage(name: string, kind: PackageKind, base: string | undefined): string | undefined {
  switch (kind) {
    case 'virtual':
      return undefined;
    case 'image':
    case 'final':
      return name;
    case 'requires':
      return base === undefined ? undefined : `${name}@${hash('sha256', base, 'hex').slice(0, 12)}`;
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/** From the first element to the top. */
export function listElements(top: Chain): readonly ChainElement[] {
  const elements: ChainElement[] = [];
  for (let each: Chain | undefined = top; each !== undefined; each = each.below) {
    elements.push({ fingerprintName: each.candidate.fingerprintName, image: each.state.image });
  }
  return elements.toReversed();
}
