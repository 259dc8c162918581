import { ArchiveError, decompress, readTar, type TarEntry } from '@cos/archive';
import { readImageConfig, type ImageConfig } from '../engine/image-config.ts';
import { fieldsOf, textsOf } from '../engine/json-answer.ts';
import { failureOf } from '../errors.ts';
import type { LayerCache, LayerLease } from './layer-cache.ts';
import { layerMakers, type LayerMaker } from './layer-makers.ts';

// What an engine saves of an image: an outer tar with a configuration and layers, which are tars again. A container's export would be half the work, but
// is not the image: the engine lays files of its own over /etc/hosts, /etc/hostname, /etc/resolv.conf, /etc/mtab, /dev/console and /.dockerenv there, and
// what the image has at these places cannot be seen any more.

export interface SavedImage {
  readonly lease: LayerLease;
  readonly config: ImageConfig;
  /** What made each layer, lowest first. */
  readonly makers: readonly LayerMaker[];
}

/**
 * Keeps the layers of a saved image and holds them. `expected`: the digests that the engine states for the image, lowest first. Throws
 * COS_DOCKER_IMAGE_CORRUPT when one of them or the configuration does not come. Format: `docker save`, and the OCI image layout, whose layers may be
 * compressed.
 */
export async function keepSavedImage(saved: AsyncIterable<Uint8Array>, expected: readonly string[], cache: LayerCache, signal: AbortSignal): Promise<SavedImage> {
  const leases: LayerLease[] = [];
  let described: Omit<SavedImage, 'lease'> | undefined;
  const look = async (entry: TarEntry): Promise<void> => {
    const known = cache.leaseByName(entry.path);
    if (known !== undefined) {
      leases.push(known);
      return;
    }
    const body = new Peeked(entry.body);
    if (!(await body.isJson())) leases.push(await cache.add(entry.path, decompress(body), signal));
    else if (entry.size < MAX_CONFIG) described ??= describe(await readJson(body), expected);
  };
  try {
    for await (const entry of readTar(saved)) {
      signal.throwIfAborted();
      // Links stand for layers that come under another name.
      if (entry.type === 'file' && mayBePart(entry.path)) await look(entry);
    }
    const lease = cache.lease(expected);
    if (lease === undefined) throw failureOf('COS_DOCKER_IMAGE_CORRUPT', `The engine saved an image without one of its layers: ${expected.find((layer) => !cache.has(layer)) ?? ''}.`);
    if (described !== undefined) return { lease, ...described };
    await lease.release();
    throw failureOf('COS_DOCKER_IMAGE_CORRUPT', 'The engine saved an image without its configuration.');
  } catch (error) {
    throw error instanceof ArchiveError ? failureOf('COS_DOCKER_IMAGE_CORRUPT', `What the engine saved of an image cannot be read: ${error.message}.`, { cause: error }) : error;
  } finally {
    await Promise.all(leases.map(async (lease) => lease.release()));
  }
}

/** A configuration holds the history of each layer; far more than that is something else. */
const MAX_CONFIG = 16 * 1024 ** 2;

/** Undefined when this is not the configuration of the image. */
function describe(answer: unknown, expected: readonly string[]): Omit<SavedImage, 'lease'> | undefined {
  const fields = fieldsOf(answer);
  const layers = textsOf(fieldsOf(fields.get('rootfs')).get('diff_ids'));
  if (layers.length !== expected.length || layers.some((layer, index) => layer !== expected[index])) return undefined;
  return { config: readImageConfig(fields.get('config')), makers: layerMakers(answer, expected.length) };
}

/** Undefined for what only begins like JSON. */
async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    // A layer that begins with this byte is missed, and that is told.
    return undefined;
  }
}

/** A layer: `<id>/layer.tar` as Docker saved until version 24, `<digest>.tar` in Podman. The configuration: `<digest>.json`. Either: `blobs/sha256/<digest>`. */
function mayBePart(path: string): boolean {
  return /^(?:[0-9a-f]{64}\/layer\.tar|blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\.(?:tar|json))$/.test(path);
}

/** A body of which the first piece was looked at. */
class Peeked implements AsyncIterable<Uint8Array> {
  readonly #rest: AsyncIterator<Uint8Array>;
  #first: Uint8Array | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#rest = body[Symbol.asyncIterator]();
  }

  /** True for the descriptions that lie among the blobs. */
  async isJson(): Promise<boolean> {
    const next = await this.#rest.next();
    this.#first = next.done === true ? undefined : next.value;
    return this.#first === undefined || this.#first[0] === OPENING_BRACE;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.#first !== undefined) yield this.#first;
    for (let next = await this.#rest.next(); next.done !== true; next = await this.#rest.next()) yield next.value;
  }
}

const OPENING_BRACE = 0x7b;
