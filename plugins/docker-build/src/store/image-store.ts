import { createHash } from 'node:crypto';
import { joinLayers } from '@cos/archive';
import { asDigest, hexOf, type ArtifactStore, type Digest } from '@cos/core';
import type { EngineClient } from '../engine/client.ts';
import { inspectImage, referenceOf, saveImage, tagImage, untagImage, type ImageInfo, type ImageName } from '../engine/images.ts';
import { fail } from '../errors.ts';
import { LayerCache, type LayerLease } from './layer-cache.ts';
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

  /** The root file system as a canonical tar; times are the image's. */
  async *read(digest: Digest, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const lease = await this.#lease(await this.#find(this.referenceOf(digest), signal), signal);
    try {
      for await (const chunk of joinLayers(lease.layers).read()) {
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
    const start = `${this.#options.repository}:`;
    const tags = image.tags.filter((tag) => tag.startsWith(start)).map((tag) => tag.slice(start.length));
    for (const tag of tags) await untagImage(this.#options.client, { repository: this.#options.repository, tag }, signal);
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
    const key = JSON.stringify([image.layers, image.config]);
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = this.#computeDigest(image, signal);
    this.#digests.set(key, digest);
    digest.catch(() => this.#digests.delete(key));
    return digest;
  }

  async #computeDigest(image: ImageInfo, signal: AbortSignal): Promise<Digest> {
    const lease = await this.#lease(image, signal);
    try {
      const content = joinLayers(lease.layers).digest();
      return asDigest(`sha256:${createHash('sha256').update(`container image 1\n${content}\n${image.config}\n`).digest('hex')}`);
    } finally {
      await lease.release();
    }
  }

  /** Layers come from the engine only with all other layers of an image, so two readers of one image wait for the same answer. */
  async #lease(image: ImageInfo, signal: AbortSignal): Promise<LayerLease> {
    await this.#saving.get(image.id)?.catch(() => undefined);
    const lease = this.#layers.lease(image.layers);
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
    return keepSavedImage(await saveImage(this.#options.client, image.id, signal), image.layers, this.#layers, signal);
  }
}
