import { createHash } from 'node:crypto';
import { joinLayers, writeManifest, type LayerContent, type ManifestEntry, type RootListing } from '@cos/archive';
import { asDigest, hexOf, type ArtifactStore, type Digest, type ReadOptions } from '@cos/core';
import type { EngineClient } from '../engine/client.ts';
import type { ImageConfig } from '../engine/image-config.ts';
import { readHistory } from '../engine/image-history.ts';
import { inspectImage, namesIn, referenceOf, saveImage, tagImage, untagImage, type ImageInfo, type ImageName } from '../engine/images.ts';
import { productOf } from '../engine/product.ts';
import { fail } from '../errors.ts';
import { readImageContent } from './image-content.ts';
import { LayerCache } from './layer-cache.ts';
import { makersOfHistory, type LayerMaker } from './layer-makers.ts';
import { LayerSource } from './layer-source.ts';
import { ListingFolder } from './listing-folder.ts';
import { droppedPaths, dropMountPoints } from './mount-points.ts';
import { readSavedConfig, type SavedConfig } from './saved-image.ts';
import { PushNames } from './push-names.ts';
import { sweepReads } from './sweep-reads.ts';

// Keeps container images in the engine, each under the tag `<repository>:<digest>`. A digest covers the content of the root file system and what of the
// configuration influences commands; ids of the engine differ between two builds of the same thing, so they never count.

export interface ImageStoreOptions {
  readonly client: EngineClient;
  readonly repository: string;
  /** Repository of luet's names; false: there are none. Default false. */
  readonly imageRepository?: string | false;
  /** Folder for contents while they are read. */
  readonly folder: string;
  /** Folder for what is known of layers from run to run. */
  readonly listings: string;
  /** Folder for the names of running pushes, see `PushNames`. */
  readonly pushes: string;
  /** Whether the engine may be asked to push layers, see `LayerSource`. */
  readonly mayPush: (signal: AbortSignal) => Promise<boolean>;
}

const CONTENT_LIMIT = 1024 ** 3;
const LAYER_LIMIT = 256 * 1024 ** 2;
const LISTING_LIMIT = 512 * 1024 ** 2;
/** An image without the contents of its files. */
interface Known {
  readonly root: RootListing<LayerContent>;
  /** Paths at which a container has something else. */
  readonly dropped: ReadonlySet<string>;
}

/** Images whose files are kept in memory: those of a package and the one that it was built on are asked for several times. */
const ROOT_LIMIT = 4;

export class ImageStore implements ArtifactStore {
  readonly kind = 'container-image';
  readonly #options: ImageStoreOptions;
  readonly #cache: LayerCache;
  readonly #source: LayerSource;
  readonly #names: PushNames;
  /** Digests by layers and configuration, both of which the engine states as digests of content or in plain text. */
  readonly #digests = new Map<string, Promise<Digest>>();
  /** By layers, in the order of use, oldest first. */
  readonly #known = new Map<string, Known>();
  /** Configurations of images as they are saved, by their ids, which are digests of them. */
  readonly #saved = new Map<string, Promise<SavedConfig>>();
  #swept: Promise<void> | undefined;

  constructor(options: ImageStoreOptions) {
    this.#options = options;
    this.#cache = new LayerCache({ folder: options.folder, listings: new ListingFolder({ folder: options.listings, limit: LISTING_LIMIT }), limit: CONTENT_LIMIT, layerLimit: LAYER_LIMIT });
    this.#names = new PushNames(options.pushes, options.client.endpoint);
    this.#source = new LayerSource({ client: options.client, cache: this.#cache, names: this.#names, mayPush: options.mayPush });
  }

  /** The name under which the engine keeps an image of the store. */
  nameOf(digest: Digest): ImageName {
    return { repository: this.#options.repository, tag: hexOf(digest) };
  }

  /** What a Dockerfile calls an image of the store. */
  referenceOf(digest: Digest): string {
    return referenceOf(this.nameOf(digest));
  }

  async has(digest: Digest, signal: AbortSignal): Promise<boolean> {
    return (await inspectImage(this.#options.client, this.referenceOf(digest), signal)) !== undefined;
  }

  /** `locator`: an id or a name in the engine. */
  async import(locator: string, signal: AbortSignal): Promise<Digest> {
    const image = await this.#find(locator, signal);
    const digest = await this.#digestOf(image, signal);
    await tagImage(this.#options.client, image.id, this.nameOf(digest), signal);
    return digest;
  }

  /** The digest that `import` would answer. The work is remembered for the time of the process. */
  async digestOf(locator: string, signal: AbortSignal): Promise<Digest> {
    return this.#digestOf(await this.#find(locator, signal), signal);
  }

  /** Instructions that are done where a Dockerfile starts from an image; undefined when the engine has none of that name. */
  async triggersOf(digest: Digest, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const image = await inspectImage(this.#options.client, this.referenceOf(digest), signal);
    if (image === undefined) return undefined;
    const { name } = await productOf(this.#options.client, signal);
    // What a history says is good for a digest, but not for a decision on what may be done.
    return (name === 'podman' ? (await this.#savedConfig(image, signal)).config : image.config)?.onBuild ?? [];
  }

  /** Notes a layer that is on its way into the engine, so that it need not be read back: nothing comes of it when the engine makes another one of it. */
  async noteLayer(layer: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    await this.#cache.add(layer, { contents: 'none', signal });
  }

  /** The root file system as a canonical tar, or some paths of it; all times are 0. */
  async *read(digest: Digest, signal: AbortSignal, { only, transient = false }: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const image = await this.#find(this.referenceOf(digest), signal);
    const { root, dropped } = await this.#describe(image, signal);
    await this.#sweep(signal);
    const { client, folder } = this.#options;
    yield* readImageContent({ client, cache: this.#cache, source: this.#source, image, root, dropped, part: only === undefined ? root : root.select(only), folder, transient, signal });
  }

  /** The manifest of the root file system. */
  async *list(digest: Digest, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const { root } = await this.#describe(await this.#find(this.referenceOf(digest), signal), signal);
    for await (const chunk of writeManifest(root.manifest())) {
      signal.throwIfAborted();
      yield chunk;
    }
  }

  /** The manifest of one layer alone, counted from 0. */
  async listLayer(locator: string, layer: number, signal: AbortSignal): Promise<Iterable<ManifestEntry>> {
    const layers = await this.#source.layersOf(await this.#find(locator, signal), signal);
    return joinLayers(layers.slice(layer, layer + 1).map(({ listing }) => listing)).manifest();
  }

  async remove(digest: Digest, signal: AbortSignal): Promise<void> {
    const image = await inspectImage(this.#options.client, this.referenceOf(digest), signal);
    if (image === undefined) return;
    const { client, repository, imageRepository = false } = this.#options;
    // Names that were set for luet would keep the bytes.
    const own = imageRepository === false ? [repository] : [repository, imageRepository];
    for (const name of own.flatMap((each) => namesIn(each, image.tags))) await untagImage(client, name, signal);
  }

  /** Closes the files of contents that were read. The end of the process does the same. */
  async close(): Promise<void> {
    await this.#cache.close();
  }

  async #find(reference: string, signal: AbortSignal): Promise<ImageInfo> {
    const image = await inspectImage(this.#options.client, reference, signal);
    return image ?? fail('COS_DOCKER_IMAGE_GONE', `The engine has no image ${reference}.`);
  }

  async #digestOf(image: ImageInfo, signal: AbortSignal): Promise<Digest> {
    const config: ImageConfig = image.config ?? (await this.#savedConfig(image, signal)).config;
    const key = JSON.stringify([image.layers, config]);
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = this.#describe(image, signal).then(({ root }) => asDigest(`sha256:${createHash('sha256').update(`container image 1\n${root.digest()}\n${JSON.stringify(config)}\n`).digest('hex')}`));
    this.#digests.set(key, digest);
    digest.catch(() => this.#digests.delete(key));
    return digest;
  }

  async #describe(image: ImageInfo, signal: AbortSignal): Promise<Known> {
    const key = image.layers.join(' ');
    const found = this.#known.get(key);
    this.#known.delete(key);
    const known = found ?? (await this.#look(image, signal));
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > ROOT_LIMIT) this.#known.delete(oldest);
    return known;
  }

  async #look(image: ImageInfo, signal: AbortSignal): Promise<Known> {
    const layers = (await this.#source.layersOf(image, signal)).map(({ listing }) => listing);
    const kept = dropMountPoints(layers, await this.#makersOf(image, signal));
    return { root: joinLayers(kept), dropped: droppedPaths(layers, kept) };
  }

  async #makersOf(image: ImageInfo, signal: AbortSignal): Promise<readonly LayerMaker[]> {
    const history = await readHistory(this.#options.client, image, signal);
    return makersOfHistory(history, image.layers.length) ?? (await this.#savedConfig(image, signal)).makers;
  }

  async #savedConfig(image: ImageInfo, signal: AbortSignal): Promise<SavedConfig> {
    const known = this.#saved.get(image.id);
    if (known !== undefined) return known;
    const config = saveImage(this.#options.client, image.id, signal).then(async (saved) => readSavedConfig(saved, image.layers, signal));
    this.#saved.set(image.id, config);
    config.catch(() => this.#saved.delete(image.id));
    return config;
  }

  /** Removes what processes left that were killed while they read, once. */
  async #sweep(signal: AbortSignal): Promise<void> {
    this.#swept ??= sweepReads(this.#options.client, this.#names, signal);
    this.#swept.catch(() => (this.#swept = undefined));
    await this.#swept;
  }
}
