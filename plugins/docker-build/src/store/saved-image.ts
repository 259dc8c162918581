import { ArchiveError, decompress, readTar } from '@cos/archive';
import { failureOf } from '../errors.ts';
import type { LayerCache, LayerLease } from './layer-cache.ts';

// What an engine saves of an image: an outer tar with a configuration and layers, which are tars again. A container's export would be half the work, but
// is not the image: the engine lays files of its own over /etc/hosts, /etc/hostname, /etc/resolv.conf, /etc/mtab, /dev/console and /.dockerenv there, and
// what the image has at these places cannot be seen any more.

/**
 * Keeps the layers of a saved image and holds them. `expected`: the digests that the engine states for the image, lowest first.
 * Throws COS_DOCKER_IMAGE_CORRUPT when one of them does not come. Format: `docker save`, and the OCI image layout, whose layers may be compressed.
 */
export async function keepSavedImage(saved: AsyncIterable<Uint8Array>, expected: readonly string[], cache: LayerCache, signal: AbortSignal): Promise<LayerLease> {
  const leases: LayerLease[] = [];
  try {
    for await (const entry of readTar(saved)) {
      signal.throwIfAborted();
      // Links stand for layers that come under another name; descriptions are small JSON files.
      if (entry.type !== 'file' || !isLayer(entry.path)) continue;
      const known = cache.leaseByName(entry.path);
      if (known !== undefined) {
        leases.push(known);
        continue;
      }
      const start = new Peeked(entry.body);
      if (await start.mayBeLayer()) leases.push(await cache.add(entry.path, decompress(start), signal));
    }
    const lease = cache.lease(expected);
    if (lease !== undefined) return lease;
    throw failureOf('COS_DOCKER_IMAGE_CORRUPT', `The engine saved an image without one of its layers: ${expected.find((layer) => !cache.has(layer)) ?? ''}.`);
  } catch (error) {
    throw error instanceof ArchiveError ? failureOf('COS_DOCKER_IMAGE_CORRUPT', `What the engine saved of an image cannot be read: ${error.message}.`, { cause: error }) : error;
  } finally {
    await Promise.all(leases.map(async (lease) => lease.release()));
  }
}

/** `<id>/layer.tar` as Docker saved until version 24, `blobs/sha256/<digest>` since, `<digest>.tar` in Podman. */
function isLayer(path: string): boolean {
  return /^(?:[0-9a-f]{64}\/layer\.tar|blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\.tar)$/.test(path);
}

/** A body of which the first piece was looked at. */
class Peeked implements AsyncIterable<Uint8Array> {
  readonly #rest: AsyncIterator<Uint8Array>;
  #first: Uint8Array | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#rest = body[Symbol.asyncIterator]();
  }

  /** False for the JSON texts that lie among the blobs. */
  async mayBeLayer(): Promise<boolean> {
    const next = await this.#rest.next();
    this.#first = next.done === true ? undefined : next.value;
    return this.#first !== undefined && this.#first[0] !== OPENING_BRACE;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.#first !== undefined) yield this.#first;
    for (let next = await this.#rest.next(); next.done !== true; next = await this.#rest.next()) yield next.value;
  }
}

const OPENING_BRACE = 0x7b;
