import type { EngineClient } from '../engine/client.ts';
import { downloadImage, type ImageInfo } from '../engine/images.ts';
import { failureOf } from '../errors.ts';
import { createProcessName } from '../process-identity.ts';
import { isPushCheaperThanSave } from './costs.ts';
import type { AddOptions, LayerCache } from './layer-cache.ts';
import type { KnownLayer } from './listing-text.ts';
import type { PushNames } from './push-names.ts';
import { addPushedLayers } from './pushed-image.ts';
import { addSavedLayers } from './saved-image.ts';

// Brings layers of an image from the engine into the cache. The engine states the digests of layers, and they are digests of content: a layer that is known
// is not asked for again, and one that comes is what it should be.

export interface LayerSourceOptions {
  readonly client: EngineClient;
  readonly cache: LayerCache;
  readonly names: PushNames;
  /** Whether it is an engine that pushes the uppermost layers first, and on this host. */
  readonly mayPush: (signal: AbortSignal) => Promise<boolean>;
}

export interface LayerRequest extends AddOptions {
  readonly image: ImageInfo;
  /** Digests of layers of the image. */
  readonly wanted: ReadonlySet<string>;
}

export class LayerSource {
  readonly #options: LayerSourceOptions;
  /** By layer: who brings it at the moment. */
  readonly #running = new Map<string, Promise<void>>();
  #reachesUs = true;

  constructor(options: LayerSourceOptions) {
    this.#options = options;
  }

  /** All layers of an image, lowest first; those that nobody has read are read. Throws COS_DOCKER_IMAGE_CORRUPT and COS_DOCKER_TMP_FULL. */
  async layersOf(image: ImageInfo, signal: AbortSignal): Promise<readonly KnownLayer[]> {
    for (;;) {
      const unknown = new Set(image.layers.filter((digest) => this.#options.cache.find(digest) === undefined));
      if (unknown.size === 0) break;
      const other = this.#others(unknown);
      // Who waits tries again; a failure is told to the one who asked first.
      if (other === undefined) await this.bring({ image, wanted: unknown, contents: 'small', signal });
      else await other.catch(() => undefined);
      signal.throwIfAborted();
    }
    return image.layers.map((digest) => this.#known(digest));
  }

  /** Reads layers, known or not. */
  async bring(request: LayerRequest): Promise<void> {
    const work = this.#bring(request);
    for (const digest of request.wanted) this.#running.set(digest, work);
    try {
      await work;
    } finally {
      for (const digest of request.wanted) if (this.#running.get(digest) === work) this.#running.delete(digest);
    }
  }

  /** Whether the engine may be asked to push: it is one that can, and reached this process whenever it was asked. */
  async mayPush(signal: AbortSignal): Promise<boolean> {
    return this.#reachesUs && (await this.#options.mayPush(signal));
  }

  /** What others do about some of these layers. */
  #others(digests: ReadonlySet<string>): Promise<void> | undefined {
    for (const digest of digests) {
      const work = this.#running.get(digest);
      if (work !== undefined) return work;
    }
    return undefined;
  }

  async #bring({ image, wanted, contents, signal }: LayerRequest): Promise<void> {
    const { client, cache, names } = this.#options;
    const knownHeads = new Set(image.layers.flatMap((digest) => (wanted.has(digest) ? [] : (cache.find(digest)?.head ?? []))));
    let missing = wanted;
    if (isPushCheaperThanSave(this.#sizesOf(image, wanted)) && (await this.mayPush(signal))) {
      missing = await addPushedLayers(cache, { client, names, image: image.id, wanted, knownHeads, tag: createProcessName(), contents, signal });
      if (missing.size === wanted.size) this.#reachesUs = false;
    }
    // Layers that begin alike are told apart by reading them.
    for (const heads of [knownHeads, new Set<string>()]) {
      if (missing.size === 0) return;
      missing = await addSavedLayers(cache, { saved: downloadImage(client, image.id, signal), wanted: missing, knownHeads: heads, contents, signal });
    }
    const [first] = missing;
    if (first !== undefined) throw failureOf('COS_DOCKER_IMAGE_CORRUPT', `The engine saved an image without one of its layers: ${first}.`);
  }

  #sizesOf({ size, layers }: ImageInfo, wanted: ReadonlySet<string>): { readonly wanted: number; readonly all: number } {
    let known = 0;
    let knownAndWanted = 0;
    for (const digest of layers) {
      const listed = this.#options.cache.find(digest)?.listing.size ?? 0;
      known += listed;
      if (wanted.has(digest)) knownAndWanted += listed;
    }
    const all = Math.max(size, known);
    const isKnown = [...wanted].every((digest) => this.#options.cache.find(digest) !== undefined);
    return { all, wanted: isKnown ? knownAndWanted : all - known + knownAndWanted };
  }

  #known(digest: string): KnownLayer {
    const known = this.#options.cache.find(digest);
    if (known === undefined) throw new Error(`Internal error: the layer ${digest} was lost after it was read`);
    return known;
  }
}
