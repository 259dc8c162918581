// Tags for the packages of a plan. Reads every package folder once.

import { isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { PackagePlan } from '../plan/types.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import type { VersionMatching } from '../version/selector.ts';
import type { TreePackage } from '../tree/load-tree.ts';
import { hashPackage } from './hash-package.ts';
import type { BytesReader } from './directory-hash.ts';
import { joinChains } from './tag-chains.ts';
import { joinTag, saltOf, tagChain } from './tags.ts';
import type { ElementTags, TaggedPackage } from './tags.ts';

export interface PackageTags {
  /** For each element of the package's chain; the last one is the package itself. */
  readonly chain: readonly ElementTags[];
  /** Only with `requires_final_images`: tag of the assembled base. */
  readonly joinTag: string | undefined;
}

export interface TagPlanResult {
  /** By fingerprint name; packages whose folder cannot be hashed, or whose chain holds one, are missing. */
  readonly tags: ReadonlyMap<string, PackageTags>;
  readonly problems: readonly Problem[];
}

export interface TagPlanOptions {
  readonly plan: PackagePlan;
  readonly reader: BytesReader;
  /** As given to `planPackages`. Default: `debian`. */
  readonly matching?: VersionMatching;
}

/** The plan must have no errors. */
export async function tagPlan({ plan, reader, matching = 'debian' }: TagPlanOptions): Promise<TagPlanResult> {
  const rendered = new Map(plan.rendered.map((one) => [one.package.fingerprintName, one]));
  const chains = new Map(plan.packages.map((one) => [one.fingerprintName, one.chain.map((each) => each.fingerprintName)]));
  const joins = joinChains(plan.rendered, plan.packages, matching);
  const needed = [...new Set([...chains.values(), ...[...joins.values()].flat()].flat())];
  const { salted, problems } = await saltPackages(needed, rendered, reader);
  const tagsOf = (chain: readonly string[]): ElementTags[] | undefined => {
    const elements = chain.map((name) => salted.get(name)).filter((one) => one !== undefined);
    return elements.length === chain.length ? tagChain(elements) : undefined;
  };
  const tags = new Map<string, PackageTags>();
  for (const [name, chain] of chains) {
    const own = tagsOf(chain);
    const parts = joins.get(name)?.map((part) => tagsOf(part)?.at(-1));
    const isComplete = parts === undefined || parts.every((part) => part !== undefined);
    if (own === undefined || !isComplete) continue;
    tags.set(name, { chain: own, joinTag: parts === undefined ? undefined : joinTag(parts.filter((part) => part !== undefined)) });
  }
  return { tags, problems };
}

async function saltPackages(
  names: readonly string[],
  rendered: ReadonlyMap<string, RenderedPackage>,
  reader: BytesReader,
): Promise<{ readonly salted: ReadonlyMap<string, TaggedPackage>; readonly problems: readonly Problem[] }> {
  const packages = names.flatMap((name) => rendered.get(name)?.package ?? []);
  // Packages of a collection share a folder, which is read once.
  const folders = new Map(packages.map((one) => [folderKey(one), one]));
  const hashes = new Map(await Promise.all([...folders].map(async ([key, one]) => [key, await hashPackage(one, reader)] as const)));
  const salted = new Map<string, TaggedPackage>();
  for (const name of names) {
    const one = rendered.get(name);
    const hash = one === undefined ? undefined : hashes.get(folderKey(one.package));
    if (one === undefined || hash?.ok !== true) continue;
    const { category, name: shortName, version } = one.package.definition;
    salted.set(name, { category, name: shortName, version, salt: saltOf(one.spec, hash.hash) });
  }
  return { salted, problems: [...hashes.values()].flatMap((hash) => (hash.ok ? [] : [hash.problem])).filter(isError) };
}

/** A folder of files, or an object. */
function folderKey({ dir, object }: TreePackage): unknown {
  return object ?? dir;
}
