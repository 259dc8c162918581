import { createHash } from 'node:crypto';
import { LayerContents, readLayer, type LayerContent, type LayerListing } from '@cos/archive';
import { failureOf } from '../errors.ts';
import { isKept } from './engine-files.ts';
import type { ListingFolder } from './listing-folder.ts';
import type { KnownLayer } from './listing-text.ts';

// Layers of images on this side of the engine, by the digest of their archive. Of each that was read there is a listing, also in later runs. Contents of
// layers that are not large are kept for the time of the process, in files without names: whatever ends the process, nothing stays behind.

export interface LayerCacheOptions {
  /** Folder for contents; must exist. */
  readonly folder: string;
  readonly listings: ListingFolder;
  /** Bytes of contents to keep of all layers; those that were used longest ago go first, those in use stay. */
  readonly limit: number;
  /** Bytes of contents of one layer; more are not kept. */
  readonly layerLimit: number;
}

/** Contents that stay readable until they are released. */
export interface ContentsLease {
  /** Whether the content can be opened. */
  has(content: LayerContent): boolean;
  /** `transient`: whether a chunk may be overwritten when the next one of this lease is asked for. */
  open(content: LayerContent, options: { readonly transient: boolean }): AsyncIterable<Uint8Array>;
  release(): Promise<void>;
}

interface CachedContents {
  readonly contents: LayerContents;
  users: number;
}

/** Bytes of a layer's archive by which it is recognised: some entries, with their times and owners. */
export const HEAD_LENGTH = 8192;

export class LayerCache {
  readonly #options: LayerCacheOptions;
  readonly #known = new Map<string, KnownLayer>();
  /** In the order of use, oldest first. */
  readonly #contents = new Map<string, CachedContents>();
  readonly #digests = new WeakMap<LayerListing, string>();

  constructor(options: LayerCacheOptions) {
    this.#options = options;
  }

  /** The layer of this digest; undefined when it was never read. */
  find(digest: string): KnownLayer | undefined {
    const known = this.#known.get(digest) ?? this.#options.listings.find(digest);
    if (known !== undefined) this.#remember(digest, known);
    return known;
  }

  /** The digest of a layer that the cache has given. */
  digestOf(listing: LayerListing): string {
    const digest = this.#digests.get(listing);
    if (digest === undefined) throw new Error('Internal error: a content is of a layer that the cache does not know');
    return digest;
  }

  /** Holds the contents of those of the layers that have them. */
  lease(digests: Iterable<string>): ContentsLease {
    const held = new Map<string, CachedContents>();
    for (const digest of digests) {
      const cached = this.#contents.get(digest);
      if (cached === undefined || held.has(digest)) continue;
      held.set(digest, cached);
      cached.users++;
      this.#contents.delete(digest);
      this.#contents.set(digest, cached);
    }
    const readers = new Map<LayerContents, ReturnType<LayerContents['createReader']>>();
    const readerOf = (contents: LayerContents): ReturnType<LayerContents['createReader']> => {
      const reader = readers.get(contents) ?? contents.createReader({ transient: true });
      readers.set(contents, reader);
      return reader;
    };
    const find = (content: LayerContent): LayerContents | undefined => held.get(this.digestOf(content.listing))?.contents;
    return {
      has: (content) => find(content) !== undefined,
      open: (content, { transient }) => {
        const contents = find(content);
        if (contents === undefined) throw new Error('Internal error: a content is read that is not held');
        return contents.open(content, transient ? readerOf(contents) : undefined);
      },
      release: async () => {
        const released = [...held.values()];
        held.clear();
        for (const cached of released) cached.users--;
        await this.#shrink();
      },
    };
  }

  /** Reads an uncompressed layer to its end and answers the digest of its archive (`sha256:…`). Throws COS_DOCKER_TMP_FULL. */
  async add(layer: AsyncIterable<Uint8Array>, options: AddOptions): Promise<string> {
    const contents = options.contents === 'none' ? undefined : await this.#guard(async () => LayerContents.create(this.#options.folder, options.contents === 'all' ? Number.POSITIVE_INFINITY : this.#options.layerLimit));
    try {
      const { digest, known } = await this.#guard(async () => readDigested(layer, contents, options.signal));
      const isNew = this.find(digest) === undefined;
      if (isNew) {
        this.#remember(digest, known);
        this.#options.listings.add(digest, known);
      }
      if (contents?.isWhole === true && !this.#contents.has(digest)) this.#contents.set(digest, { contents, users: 0 });
      else await contents?.close();
      await this.#shrink();
      return digest;
    } catch (error) {
      await contents?.close();
      throw error;
    }
  }

  /** Forgets all contents. Nothing may be held any more. */
  async close(): Promise<void> {
    const all = [...this.#contents.values()];
    this.#contents.clear();
    await Promise.all(all.map(async ({ contents }) => contents.close()));
  }

  #remember(digest: string, known: KnownLayer): void {
    this.#known.set(digest, known);
    this.#digests.set(known.listing, digest);
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
      throw isFull ? failureOf('COS_DOCKER_TMP_FULL', `The folder ${this.#options.folder} is full; the layers of an image did not fit in.`, { cause: error }) : error;
    }
  }

  async #shrink(): Promise<void> {
    let total = 0;
    for (const { contents } of this.#contents.values()) total += contents.size;
    const [newest] = [...this.#contents.keys()].slice(-1);
    for (const [digest, { contents, users }] of this.#contents) {
      if (total <= this.#options.limit) return;
      // Whoever had the newest read is about to hold it.
      if (users > 0 || digest === newest) continue;
      this.#contents.delete(digest);
      total -= contents.size;
      await contents.close();
    }
  }
}

export interface AddOptions {
  /** Which contents are kept: those of a layer that is not large, all, or none. */
  readonly contents: 'small' | 'all' | 'none';
  readonly signal: AbortSignal;
}

async function readDigested(layer: AsyncIterable<Uint8Array>, contents: LayerContents | undefined, signal: AbortSignal): Promise<{ readonly digest: string; readonly known: KnownLayer }> {
  const hash = createHash('sha256');
  const start: Uint8Array[] = [];
  let missing = HEAD_LENGTH;
  async function* seen(): AsyncGenerator<Uint8Array> {
    for await (const chunk of layer) {
      signal.throwIfAborted();
      hash.update(chunk);
      if (missing > 0) {
        start.push(Buffer.from(chunk.subarray(0, missing)));
        missing -= Math.min(missing, chunk.length);
      }
      yield chunk;
    }
  }
  const listing = await readLayer(seen(), { keeps: isKept, ...(contents && { contents }) });
  return { digest: `sha256:${hash.digest('hex')}`, known: { listing, head: createHash('sha256').update(Buffer.concat(start)).digest('hex') } };
}
