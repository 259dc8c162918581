import { ArchiveError, readTar, type TarEntry } from '@cos/archive';
import { readImageConfig, type ImageConfig } from '../engine/image-config.ts';
import { fieldsOf, textsOf } from '../engine/json-answer.ts';
import { failureOf } from '../errors.ts';
import type { AddOptions, LayerCache } from './layer-cache.ts';
import { admitLayer } from './layer-entrance.ts';
import { layerMakers, type LayerMaker } from './layer-makers.ts';

// What an engine saves of an image: an outer tar with a configuration and layers, which are tars again.

export interface SavedImage extends AddOptions {
  /** As the engine streams it. Format: `docker save`, and the OCI image layout, whose layers may be compressed. */
  readonly saved: AsyncIterable<Uint8Array>;
  /** Digests of the layers that are wanted. */
  readonly wanted: ReadonlySet<string>;
  /** Heads of layers that are passed over. */
  readonly knownHeads: ReadonlySet<string>;
}

/** Adds the layers of a saved image to the cache until all that are wanted have come, and answers those that did not. Throws COS_DOCKER_IMAGE_CORRUPT. */
export async function addSavedLayers(cache: LayerCache, image: SavedImage): Promise<ReadonlySet<string>> {
  const missing = new Set(image.wanted);
  for await (const entry of partsOf(image.saved, image.signal)) {
    const digest = entry.path.endsWith('.json') ? undefined : await explained(async () => admitLayer(cache, entry.body, { ...image, mayRead: () => Promise.resolve(false) }));
    if (digest !== undefined) missing.delete(digest);
    if (missing.size === 0) break;
  }
  return missing;
}

export interface SavedConfig {
  readonly config: ImageConfig;
  /** What made each layer, lowest first. */
  readonly makers: readonly LayerMaker[];
}

/**
 * The configuration of a saved image with these layers, lowest first, as it is all of it in any case. Throws COS_DOCKER_IMAGE_CORRUPT when it does not come.
 */
export async function readSavedConfig(saved: AsyncIterable<Uint8Array>, layers: readonly string[], signal: AbortSignal): Promise<SavedConfig> {
  for await (const entry of partsOf(saved, signal)) {
    if (entry.size > MAX_CONFIG) continue;
    const config = describe(await explained(async () => readJson(entry.body)), layers);
    if (config !== undefined) return config;
  }
  throw failureOf('COS_DOCKER_IMAGE_CORRUPT', 'The engine saved an image without its configuration.');
}

/** A configuration holds the history of each layer; far more than that is something else. */
const MAX_CONFIG = 16 * 1024 ** 2;

/** Undefined when this is not the configuration of the image. */
function describe(answer: unknown, expected: readonly string[]): SavedConfig | undefined {
  const fields = fieldsOf(answer);
  const layers = textsOf(fieldsOf(fields.get('rootfs')).get('diff_ids'));
  if (layers.length !== expected.length || layers.some((layer, index) => layer !== expected[index])) return undefined;
  return { config: readImageConfig(fields.get('config')), makers: layerMakers(answer, expected.length) };
}

/** Undefined for what is no JSON. */
async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
    if (chunks[0]?.[0] !== OPENING_BRACE) return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return undefined;
  }
}

const OPENING_BRACE = 0x7b;

async function* partsOf(saved: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<TarEntry, void, undefined> {
  const entries = readTar(saved);
  try {
    for (;;) {
      const next = await explained(async () => entries.next());
      if (next.done === true) return;
      signal.throwIfAborted();
      // Links stand for layers that come under another name.
      if (next.value.type === 'file' && mayBePart(next.value.path)) yield next.value;
    }
  } finally {
    await entries.return();
  }
}

/** A layer: `<id>/layer.tar` as Docker saved until version 24, `<digest>.tar` in Podman. The configuration: `<digest>.json`. Either: `blobs/sha256/<digest>`. */
function mayBePart(path: string): boolean {
  return /^(?:[0-9a-f]{64}\/layer\.tar|blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\.(?:tar|json))$/.test(path);
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ArchiveError ? failureOf('COS_DOCKER_IMAGE_CORRUPT', `What the engine saved of an image cannot be read: ${error.message}.`, { cause: error }) : error;
  }
}
