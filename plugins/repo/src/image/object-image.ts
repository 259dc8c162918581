import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createEntry, decompress, writeTar } from '@cos/archive';
import { digestOf, encodeImage, mediaTypes, type Descriptor, type EncodedManifest, type Platform } from '@cos/registry';
import { encodeLayer, type Layer } from './encode-layer.ts';

// The objects of a repository of images: one image for each, FROM scratch, with one layer. Manifest and config say nothing of when and where they were made.

/** An image that is ready to be pushed: layer and config first. */
export interface ObjectImage {
  readonly tag: string;
  readonly layer: Layer;
  readonly config: { readonly bytes: Uint8Array; readonly descriptor: Descriptor };
  readonly manifest: EncodedManifest;
}

export interface ObjectImageOptions {
  readonly platform: Platform;
  /** An existing folder, for layers. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** The tag of a file of the repository: its name, and `+` as `-`. */
export function tagOf(file: string): string {
  return file.replaceAll('+', '-');
}

/** The image that holds one file under its own name. */
export async function fileImage(name: string, content: { readonly path: string } | { readonly text: string }, { platform, scratch, signal }: ObjectImageOptions): Promise<ObjectImage> {
  const entry = 'text' in content ? createEntry({ path: name }, content.text) : { ...createEntry({ path: name }), size: statSync(content.path).size, body: createReadStream(content.path) };
  const tag = tagOf(name);
  return imageOf(tag, name, await encodeLayer(writeTar([entry]), join(scratch, `${tag}.layer`), signal), platform);
}

/** The image of a package: the content of its archive. */
export async function packageImage(tag: string, archive: { readonly path: string }, { platform, scratch, signal }: ObjectImageOptions): Promise<ObjectImage> {
  return imageOf(tag, tag, await encodeLayer(decompress(createReadStream(archive.path)), join(scratch, `${tag}.layer`), signal), platform);
}

/** An image of one layer. `title`: what it is; two images with the same content are different ones, so that one can be deleted without the other. */
export function imageOf(tag: string, title: string, layer: Layer, { os, architecture, variant }: Platform, labels: Readonly<Record<string, string>> = {}): ObjectImage {
  const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const bytes = Buffer.from(
    JSON.stringify({ architecture, os, ...(variant === undefined ? {} : { variant }), config: Object.keys(labels).length === 0 ? {} : { Labels: sorted }, rootfs: { type: 'layers', diff_ids: [layer.diffId] }, history: [{ created_by: 'cos' }] }),
  );
  const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(bytes), size: bytes.length };
  return { tag, layer, config: { bytes, descriptor }, manifest: encodeImage({ config: descriptor, layers: [layer.descriptor], annotations: { [titleAnnotation]: title } }) };
}

/** Format: OCI image specification 1.1, "Pre-Defined Annotation Keys". */
export const titleAnnotation = 'org.opencontainers.image.title';
