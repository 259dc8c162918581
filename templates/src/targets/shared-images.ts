import { createHash } from 'node:crypto';
import type { ArtifactRef, CallsOf, Parameters } from '@cos/core';
import type { PackageHash } from '@cos/core/artifacts';
import type { dockerBuild } from '@cos/plugin-docker-build';
import type { PackageEntry, ResolvedTree } from '@cos/plugin-resolve';
import type { StandardContext } from './context.ts';
import { upstreamImages } from './upstream.ts';

// Images that others may have already, and that others shall find: luet's tags of a plan's images, the names in the engine, what is looked for in caches
// and what is pushed to one.

type Calls = CallsOf<ReturnType<typeof dockerBuild>>;
export type BuiltImages = ReturnType<Calls['image']>;
export type JoinedImage = ReturnType<Calls['join']>;

/** Where images are looked for and pushed to, and what comes of it. */
export interface Sharing {
  /** Repositories to look in, before those of the plugin's option `cache.pull`; an empty text stands for those. */
  readonly pull: readonly string[];
  /** Repository to push to; an empty text stands for the plugin's option `cache.push`. Undefined: nothing is pushed. */
  readonly push: string | undefined;
  /** Whether images get luet's names in the engine. A target that wants archives alone needs no engine where these are known. */
  readonly names: boolean;
  /** Tasks that a target wants beside its outputs: they give images the names and places where others find them. They gather while it is planned. */
  readonly tasks: ArtifactRef[];
}

/** Without a request: as the options of the plugin say. */
export function startSharing({ pull = [], push }: { readonly pull?: readonly string[]; readonly push?: string | undefined } = {}, { names = true }: { readonly names?: boolean } = {}): Sharing {
  return { pull, push, names, tasks: [] };
}

/** How a request says where images are looked for and pushed to. */
export const sharedParameters = {
  pull: { type: 'list', bare: '', description: 'repository to look in for images before building them; alone: those of the option cache.pull' },
  push: { type: 'text', bare: '', description: 'repository to push images to that were built here; alone: that of the option cache.push' },
} as const satisfies Parameters;

export interface SharedImages {
  /** What tells the build of a package's image where to look; undefined when there is nowhere to look. */
  readonly hintsOf: (entry: PackageEntry) => ReturnType<Calls['tags']>['tags'] | undefined;
  /** Where the images are for others; undefined when they are nowhere. */
  readonly imageRepository: string | undefined;
  /** Repository of luet's names, by the options of the plugin alone; undefined when there are none. */
  readonly nameRepository: string | undefined;
  /** Makes the tasks that name and push what is built, once it is known. */
  readonly share: (made: MadeImages) => readonly ArtifactRef[];
}

interface MadeImages {
  /** By the `id` in the plan. */
  readonly images: ReadonlyMap<string, { readonly name: string; readonly made: BuiltImages }>;
  /** By the fingerprint name of the package that is built on it. */
  readonly joins: ReadonlyMap<string, { readonly name: string; readonly made: JoinedImage }>;
}

interface PlannedTree {
  readonly tree: ResolvedTree;
  /** What the request asks for, in words. */
  readonly about: readonly string[];
  readonly sharing: Sharing;
  /** By the fingerprint name of its package. */
  readonly hashOf: (fingerprintName: string) => ArtifactRef<PackageHash>;
}

export async function shareImages(context: StandardContext, { tree, about, sharing, hashOf }: PlannedTree): Promise<SharedImages> {
  const { use } = context;
  const caches = await use['docker-build'].caches({ pull: [...sharing.pull], ...(sharing.push === undefined ? {} : { push: sharing.push }) });
  const { pull, push } = caches;
  const imageRepository = sharing.names ? caches.imageRepository : undefined;
  const known = { imageRepository: caches.shared, nameRepository: caches.imageRepository };
  // What a repository names is looked in for its own packages only: nobody else is asked what this derivative is made of.
  const upstream = tree.packages.some((entry) => entry.declared === undefined && entry.upstream !== undefined) ? [...new Set([...pull, ...tree.caches, ...upstreamImages(context)])] : pull;
  if (tree.images.length === 0 || (upstream.length === 0 && push === undefined && imageRepository === undefined)) return { ...known, hintsOf: () => undefined, share: () => [] };
  const name = nameOf(about);
  const names = tree.tagChains.flatMap(({ elements, parts }) => [...elements.map(({ fingerprintName }) => fingerprintName), ...(parts ?? []).flat()]);
  const hashes = [...new Set(names)].sort().map(hashOf);
  const tagsWith = (task: string, repositories: readonly string[]) =>
    use['docker-build'].tags({
      name: task,
      inputs: { hashes },
      options: { chains: tree.tagChains.map(toOptions), pull: [...repositories] },
    }).tags;
  const tags = tagsWith(name, pull);
  const upstreamTags = upstream.length === pull.length ? tags : tagsWith(`${name}~upstream`, upstream);
  const share = ({ images, joins }: MadeImages): readonly ArtifactRef[] => {
    const built = [...images].toSorted(byName);
    const joined = [...joins].toSorted(byName);
    const pushOne = (id: string, task: string, made: BuiltImages | JoinedImage, repository: string): ArtifactRef => use['docker-build'].push({ name: task, inputs: { ...made, tags }, options: { repository, id } }).pushed;
    const pushed = push === undefined ? [] : [...built.map(([id, one]) => pushOne(id, one.name, one.made, push)), ...joined.map(([id, one]) => pushOne(id, `${one.name}~join`, one.made, push))];
    if (imageRepository === undefined) return pushed;
    const { names: named } = use['docker-build'].name({
      name,
      inputs: { tags, images: built.map(([, { made }]) => made.origin), joins: joined.map(([, { made }]) => made.origin) },
      options: { repository: imageRepository, images: built.map(([id]) => id), joins: joined.map(([id]) => id) },
    });
    return [...pushed, named];
  };
  return {
    ...known,
    hintsOf: (entry) => {
      const isUpstream = entry.declared === undefined && entry.upstream !== undefined;
      if ((isUpstream ? upstream : pull).length === 0) return undefined;
      return isUpstream ? upstreamTags : tags;
    },
    share,
  };
}

/** Options are plain data, in which nothing is undefined. */
function toOptions({ elements, parts }: ResolvedTree['tagChains'][number]) {
  return {
    elements: elements.map(({ image, ...element }) => (image === undefined ? element : { ...element, image })),
    ...(parts === undefined ? {} : { parts: parts.map((part) => [...part]) }),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** What a request is about, as part of the names of tasks: equal for equal requests of a plan, and only for those. */
function nameOf(words: readonly string[]): string {
  const text = words.join(',');
  return text.length <= 80 ? text : `${words.length}-words-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
