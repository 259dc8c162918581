import { createHash } from 'node:crypto';
import { LayerIndex } from '@cos/archive';
import { failureOf } from '../errors.ts';

// Layers of images on this side of the engine, by the digest of their content, so that a layer is asked for once in a process. They lie in files without
// names: whatever ends the process, nothing stays behind.

export interface LayerCacheOptions {
  /** Folder for the files; must exist. */
  readonly folder: string;
  /** Bytes to keep; the layers that were used longest ago go first. Layers in use always stay. */
  readonly limit: number;
}

/** Layers that stay readable until they are released. */
export interface LayerLease {
  /** In the order that was asked for. */
  readonly layers: readonly LayerIndex[];
  release(): Promise<void>;
}

interface CachedLayer {
  readonly index: LayerIndex;
  users: number;
}

export class LayerCache {
  readonly #options: LayerCacheOptions;
  /** In the order of use, oldest first. */
  readonly #layers = new Map<string, CachedLayer>();
  /** Digests of layers by the names that the engine gave them when it saved an image. */
  readonly #digests = new Map<string, string>();

  constructor(options: LayerCacheOptions) {
    this.#options = options;
  }

  has(digest: string): boolean {
    return this.#layers.has(digest);
  }

  /** Holds layers; undefined when one of them is not here. */
  lease(digests: readonly string[]): LayerLease | undefined {
    const held: CachedLayer[] = [];
    for (const digest of digests) {
      const layer = this.#layers.get(digest);
      if (layer === undefined) return undefined;
      held.push(layer);
    }
    held.forEach((layer, at) => {
      layer.users++;
      const digest = digests[at] ?? '';
      this.#layers.delete(digest);
      this.#layers.set(digest, layer);
    });
    return {
      layers: held.map(({ index }) => index),
      release: async () => {
        for (const layer of held.splice(0)) layer.users--;
        await this.#shrink();
      },
    };
  }

  /** Holds the layer that had this name before; undefined when it is not here. Its digest is that of its content, whatever the name means by now. */
  leaseByName(name: string): LayerLease | undefined {
    const digest = this.#digests.get(name);
    return digest === undefined ? undefined : this.lease([digest]);
  }

  /** Keeps an uncompressed layer under the digest of its content (`sha256:…`) and holds it. Throws COS_DOCKER_TMP_FULL. */
  async add(name: string, layer: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerLease> {
    const hash = createHash('sha256');
    async function* seen(): AsyncGenerator<Uint8Array> {
      for await (const chunk of layer) {
        signal.throwIfAborted();
        hash.update(chunk);
        yield chunk;
      }
    }
    const index = await this.#create(seen());
    const digest = `sha256:${hash.digest('hex')}`;
    if (this.#layers.has(digest)) await index.close();
    else this.#layers.set(digest, { index, users: 0 });
    this.#digests.set(name, digest);
    const lease = this.lease([digest]);
    if (lease === undefined) throw new Error(`Internal error: the layer ${digest} was lost while it was kept`);
    return lease;
  }

  /** Forgets everything. Nothing may be held any more. */
  async close(): Promise<void> {
    const all = [...this.#layers.values()];
    this.#layers.clear();
    await Promise.all(all.map(async ({ index }) => index.close()));
  }

  async #create(layer: AsyncIterable<Uint8Array>): Promise<LayerIndex> {
    const { folder } = this.#options;
    try {
      return await LayerIndex.create(layer, { scratch: folder });
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
      throw isFull ? failureOf('COS_DOCKER_TMP_FULL', `The folder ${folder} is full; the layers of an image did not fit in.`, { cause: error }) : error;
    }
  }

  async #shrink(): Promise<void> {
    let total = 0;
    for (const { index } of this.#layers.values()) total += index.size;
    for (const [digest, { index, users }] of this.#layers) {
      if (total <= this.#options.limit) return;
      if (users > 0) continue;
      this.#layers.delete(digest);
      total -= index.size;
      await index.close();
    }
  }
}
