import { randomBytes } from 'node:crypto';
import { digestOf, mediaTypes, type Descriptor, type Registry } from '../../src/index.ts';

export interface PushedImage {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly layer: Uint8Array;
  readonly layerDescriptor: Descriptor;
}

export interface ImageParts {
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly layer?: Uint8Array;
}

/** Pushes an image with one layer of bytes that nobody else has. */
export async function pushImage(registry: Registry, reference: string, { platform = { os: 'linux', architecture: 'amd64' }, labels = {}, layer = randomBytes(64) }: ImageParts = {}): Promise<PushedImage> {
  const repository = reference.replace(/(?::[\w.-]+)?(?:@.*)?$/, '');
  const config = json({ ...platform, config: { Labels: labels, Env: ['A=1'], Cmd: ['sh'] }, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } });
  const { descriptor: layerDescriptor } = await registry.pushBlob({ repository, content: layer, descriptor: describe(layer, mediaTypes.ociLayer) });
  const { descriptor: configDescriptor } = await registry.pushBlob({ repository, content: config, descriptor: describe(config, mediaTypes.ociConfig) });
  const bytes = json({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: configDescriptor, layers: [layerDescriptor] });
  const descriptor = await registry.pushManifest({ reference, bytes, mediaType: mediaTypes.ociManifest });
  return { descriptor, bytes, layer, layerDescriptor };
}

export function describe(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const piece of pieces) list.push(piece);
  return Buffer.concat(list);
}
