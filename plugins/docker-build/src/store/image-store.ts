import { createHash } from 'node:crypto';
import { joinLayers, type LayerIndex } from '@cos/archive';
import { asDigest, hexOf, type ArtifactStore, type Digest } from '@cos/core';
import type { EngineClient } from '../engine/client.ts';
import type { ImageConfig } from '../engine/image-config.ts';
import { inspectImage, namesIn, referenceOf, saveImage, tagImage, untagImage, type ImageInfo, type ImageName } from '../engine/images.ts';
import { productOf } from '../engine/product.ts';
import { fail } from '../errors.ts';
import { LayerCache, type LayerLease } from './layer-cache.ts';
import type { LayerMaker } from './layer-makers.ts';
import { dropMountPoints } from './mount-points.ts';
import { keepSavedImage } from './saved-image.ts';

// Keeps container images in the engine, each under the tag `<repository>:<digest>`. A digest covers the content of the root file system and what of the
// configuration influences commands; ids of the engine differ between two builds of the same thing, so they never count.

export interface ImageStoreOptions {
  readonly client: EngineClient;
  readonly repository: string;
  /** Folder for layers while they are read. */
  readonly folder: string;
}

const LAYER_LIMIT = 4 * 1024 ** 3;

export class ImageStore implements ArtifactStore {
  readonly kind = 'container-image';
  readonly #options: ImageStoreOptions;
  readonly #layers: LayerCache;
  /** Digests by layers and configuration, both of which the engine states as digests of content or in plain text. */
  readonly #digests = new Map<string, Promise<Digest>>();
  /** Configurations of images that were saved, by their ids, which are digests of them. */
  readonly #configs = new Map<string, ImageConfig>();
  /** What made a layer, by the layer and those below. */
  readonly #makers = new Map<string, LayerMaker>();
  readonly #saving = new Map<string, Promise<void>>();

  constructor(options: ImageStoreOptions) {
    this.#options = options;
    this.#layers = new LayerCache({ folder: options.folder, limit: LAYER_LIMIT });
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
    return (name === 'podman' ? await this.#savedConfig(image, signal) : image.config)?.onBuild ?? [];
  }

  /** The root file system as a canonical tar; times are the image's. */
  async *read(digest: Digest, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const image = await this.#find(this.referenceOf(digest), signal);
    const lease = await this.#lease(image, signal);
    try {
      for await (const chunk of joinLayers(this.#contentOf(image, lease)).read()) {
        signal.throwIfAborted();
        yield chunk;
      }
    } finally {
      await lease.release();
    }
  }

  async remove(digest: Digest, signal: AbortSignal): Promise<void> {
    const image = await inspectImage(this.#options.client, this.referenceOf(digest), signal);
    if (image === undefined) return;
    for (const name of namesIn(this.#options.repository, image.tags)) await untagImage(this.#options.client, name, signal);
  }

  /** Closes the files of layers that were read. The end of the process does the same. */
  async close(): Promise<void> {
    await this.#layers.close();
  }

  async #find(reference: string, signal: AbortSignal): Promise<ImageInfo> {
    const image = await inspectImage(this.#options.client, reference, signal);
    return image ?? fail('COS_DOCKER_IMAGE_GONE', `The engine has no image ${reference}.`);
  }

  async #digestOf(image: ImageInfo, signal: AbortSignal): Promise<Digest> {
    const config = JSON.stringify(image.config ?? (await this.#savedConfig(image, signal)));
    const key = JSON.stringify([image.layers, config]);
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = this.#computeDigest(image, config, signal);
    this.#digests.set(key, digest);
    digest.catch(() => this.#digests.delete(key));
    return digest;
  }

  async #computeDigest(image: ImageInfo, config: string, signal: AbortSignal): Promise<Digest> {
    const lease = await this.#lease(image, signal);
    try {
      const content = joinLayers(this.#contentOf(image, lease)).digest();
      return asDigest(`sha256:${createHash('sha256').update(`container image 1\n${content}\n${config}\n`).digest('hex')}`);
    } finally {
      await lease.release();
    }
  }

  /** The configuration as it is saved with the image, which is all of it in any case. */
  async #savedConfig(image: ImageInfo, signal: AbortSignal): Promise<ImageConfig> {
    const known = this.#configs.get(image.id);
    if (known !== undefined) return known;
    await (await this.#save(image, signal)).release();
    return this.#configs.get(image.id) ?? fail('COS_DOCKER_IMAGE_GONE', `The engine has no image ${image.id}.`);
  }

  /** Layers come from the engine only with all other layers of an image, so two readers of one image wait for the same answer. */
  async #lease(image: ImageInfo, signal: AbortSignal): Promise<LayerLease> {
    await this.#saving.get(image.id)?.catch(() => undefined);
    const lease = this.#makersOf(image) === undefined ? undefined : this.#layers.lease(image.layers);
    if (lease !== undefined) return lease;
    const saved = this.#save(image, signal);
    const done = saved.then(() => undefined);
    this.#saving.set(image.id, done);
    // Whoever waits for it tries again; the failure is told to the one who asked first.
    done.catch(() => undefined);
    try {
      return await saved;
    } finally {
      if (this.#saving.get(image.id) === done) this.#saving.delete(image.id);
    }
  }

  async #save(image: ImageInfo, signal: AbortSignal): Promise<LayerLease> {
    const { lease, config, makers } = await keepSavedImage(await saveImage(this.#options.client, image.id, signal), image.layers, this.#layers, signal);
    this.#configs.set(image.id, config);
    for (const [index, key] of chainOf(image.layers).entries()) this.#makers.set(key, makers[index] ?? 'other');
    return lease;
  }

  /** What made the layers; undefined when that is not known of one of them. An image tells it of the images that it was built on, too. */
  #makersOf(image: ImageInfo): readonly LayerMaker[] | undefined {
    const makers = chainOf(image.layers).flatMap((key) => this.#makers.get(key) ?? []);
    return makers.length === image.layers.length ? makers : undefined;
  }

  #contentOf(image: ImageInfo, lease: LayerLease): readonly Pick<LayerIndex, 'entries'>[] {
    return dropMountPoints(lease.layers, this.#makersOf(image) ?? []);
  }
}

/** A key for each layer that stands for it and all below. */
function chainOf(layers: readonly string[]): readonly string[] {
  let key = '';
  return layers.map((layer) => {
    key = createHash('sha256').update(`${key} ${layer}`).digest('hex');
    return key;
  });
}
