import type { ArtifactRef, CallsOf } from '@cos/core';
import type { PackageHash } from '@cos/core/artifacts';
import type { PackageEntry, ResolvedTree } from '@cos/plugin-resolve';
import type { squash } from '@cos/plugin-squash';

// What the metadata of a package tells of the images that it was built on.

type DescribeCall = Parameters<CallsOf<ReturnType<typeof squash>>['describe']>[0];

export interface ChainCall {
  readonly inputs: Pick<DescribeCall['inputs'], 'hashes'>;
  readonly options: Pick<NonNullable<DescribeCall['options']>, 'chain' | 'chainRepository'>;
}

interface ChainedTree {
  readonly tree: ResolvedTree;
  /** Where luet keeps the images of the config. */
  readonly repository: string | undefined;
  /** By the fingerprint name of its package. */
  readonly hashOf: (fingerprintName: string) => ArtifactRef<PackageHash>;
}

/**
 * Its part of the call that describes a package. It has what the package's own chain needs and nothing else of the request, so that a package has one
 * metadata whatever else is asked for, and whether it was asked for itself or is built on the way.
 */
export function chainCall(entry: PackageEntry, { tree, repository, hashOf }: ChainedTree): ChainCall {
  const chain = tree.tagChains.find(({ elements }) => elements.at(-1)?.fingerprintName === entry.fingerprintName);
  if (chain === undefined) return { inputs: { hashes: [] }, options: {} };
  const names = [...new Set([...chain.elements.map(({ fingerprintName }) => fingerprintName), ...(chain.parts ?? []).flat()])];
  return {
    inputs: { hashes: names.toSorted().map(hashOf) },
    options: {
      chain: {
        elements: chain.elements.map(({ fingerprintName, image, hasSeed }) => ({ fingerprintName, hasImage: image !== undefined, hasSeed })),
        ...(chain.parts === undefined ? {} : { parts: chain.parts.map((part) => [...part]) }),
      },
      ...(repository === undefined ? {} : { chainRepository: repository }),
    },
  };
}
