import { createReadStream } from 'node:fs';
import { ArchiveError, decompress, joinLayers, readLayer, readTar, type LayerListing, type ManifestEntry } from '@cos/archive';
import { failureOf } from './errors.ts';

// A container image in a file: as `docker save` writes it (manifest.json), and as an OCI image layout in a tar (index.json). Both name layers by paths of
// entries, which may be compressed. Formats: Docker Image Specification 1.2, OCI Image Layout Specification.

/** A layer, lowest first. */
export interface ShownLayer {
  /** Bytes of contents. */
  readonly size: number;
  readonly files: number;
  /** The instruction that made it; empty where the image does not say. */
  readonly by: string;
}

export interface ImageInFile {
  readonly layers: readonly ShownLayer[];
  /** What the layers hold together. */
  readonly entries: readonly ManifestEntry[];
  /** Bytes of contents that no path leads to: upper layers replace or remove them. */
  readonly hidden: number;
}

/** Whether the entries of an archive are those of an image in a file. */
export function isSavedImage(entries: readonly ManifestEntry[]): boolean {
  const paths = new Set(entries.map(({ path }) => path));
  return (paths.has('manifest.json') || paths.has('index.json')) && entries.some(({ path }) => path === 'oci-layout' || /(?:^|\/)layer\.tar$/.test(path) || /^[0-9a-f]{64}\.(?:json|tar)$/.test(path));
}

/** Reads the image in a file; of several the first. Throws COS_SQUASH_ARCHIVE_FORM. */
export async function readSavedImage(path: string, shown: string, signal: AbortSignal): Promise<ImageInFile> {
  try {
    const parts = await readParts(path, signal);
    const { layers: names, history } = describe(parts);
    const listings = names.map((name) => parts.layers.get(name) ?? missing(name));
    const root = joinLayers(listings);
    const entries = [...root.manifest()];
    const makers = history.length === listings.length ? history : [];
    const layers = listings.map((listing, index) => ({ size: listing.size, files: listing.entries.filter(({ header }) => header.type === 'file').length, by: makers[index] ?? '' }));
    const all = layers.reduce((sum, { size }) => sum + size, 0);
    return { layers, entries, hidden: all - entries.reduce((sum, { size }) => sum + size, 0) };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ArchiveError ? failureOf('COS_SQUASH_ARCHIVE_FORM', `The image ${shown} cannot be read. ${error.message}.`, { cause: error }) : error;
  }
}

interface Parts {
  /** JSON texts by path. */
  readonly texts: ReadonlyMap<string, unknown>;
  readonly layers: ReadonlyMap<string, LayerListing>;
}

/** Descriptions are small; far more than that is none. */
const MAX_TEXT = 16 * 1024 ** 2;

async function readParts(path: string, signal: AbortSignal): Promise<Parts> {
  const texts = new Map<string, unknown>();
  const layers = new Map<string, LayerListing>();
  const links: (readonly [string, string])[] = [];
  for await (const entry of readTar(decompress(createReadStream(path, { highWaterMark: 1024 * 1024, signal })))) {
    if (entry.type === 'symlink' || entry.type === 'link') links.push([entry.path, resolveLink(entry.path, entry.linkName, entry.type)]);
    if (entry.type !== 'file' || /(?:^|\/)(?:VERSION|oci-layout|repositories)$/.test(entry.path)) continue;
    const iterator = entry.body[Symbol.asyncIterator]();
    const first = await iterator.next();
    const start = first.done === true ? new Uint8Array() : Buffer.from(first.value);
    const isText = entry.size <= MAX_TEXT && (start[0] === 0x7b || start[0] === 0x5b);
    const body = rest(start, iterator);
    if (isText) texts.set(entry.path, parse(await collect(body), entry.path));
    else layers.set(entry.path, await readLayer(decompress(body)));
  }
  for (const [from, to] of links) {
    const layer = layers.get(to);
    if (layer !== undefined) layers.set(from, layer);
  }
  return { texts, layers };
}

/** Paths of layers, lowest first, and the instructions that made them. */
function describe({ texts }: Parts): { readonly layers: readonly string[]; readonly history: readonly string[] } {
  const [saved] = items(texts.get('manifest.json'));
  if (saved !== undefined) return { layers: textsOf(field(saved, 'Layers')), history: historyOf(texts.get(textOf(field(saved, 'Config')))) };
  let manifest = texts.get('index.json');
  // An index may lead to another one, for platforms.
  for (let depth = 0; depth < 4 && field(manifest, 'manifests') !== undefined; depth += 1) manifest = texts.get(blobOf(items(field(manifest, 'manifests'))[0]));
  return { layers: items(field(manifest, 'layers')).map(blobOf), history: historyOf(texts.get(blobOf(field(manifest, 'config')))) };
}

function historyOf(config: unknown): readonly string[] {
  return items(field(config, 'history')).filter((one) => field(one, 'empty_layer') !== true).map((one) => textOf(field(one, 'created_by')));
}

function blobOf(descriptor: unknown): string {
  return `blobs/${textOf(field(descriptor, 'digest')).replace(':', '/')}`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): readonly string[] {
  return items(value).map(textOf);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function resolveLink(path: string, target: string, type: 'symlink' | 'link'): string {
  return type === 'link' ? target : new URL(target, `file:///${path}`).pathname.slice(1);
}

function parse(text: Buffer, path: string): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new ArchiveError('corrupt', `Its part ${JSON.stringify(path)} is not JSON`, { cause, path });
  }
}

async function* rest(start: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function missing(name: string): never {
  throw new ArchiveError('corrupt', `It names a layer that it does not have: ${JSON.stringify(name)}`, { path: name });
}
