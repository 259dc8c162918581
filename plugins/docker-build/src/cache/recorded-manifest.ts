import { isDigest, type Digest } from '@cos/core';
import { mediaTypes, type Descriptor, type ImageManifest } from '@cos/registry';

// The manifest under which a package's images are shared. It is the one that the engine pushed, written anew with annotations: which key it belongs to,
// which image is its builder image, and what the content of both is. So one tag, written last, tells everything of a pair: a tag that was moved to another
// image, a pair that two machines mixed, and layers that are not what they were are all found out.

export interface ManifestRecord {
  readonly key: string;
  /** Content of the package image. */
  readonly image: Digest;
  /** The manifest and the content of the builder image; undefined for an image that was put together from archives. */
  readonly builder: { readonly manifest: string; readonly content: Digest } | undefined;
}

export interface WrittenManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

const KEY = 'cos.cache.key';
const IMAGE = 'cos.cache.image';
const BUILDER = 'cos.cache.builder';
const BUILDER_MANIFEST = 'cos.cache.builder.manifest';

/**
 * The manifest with a record. Undefined for one whose layers are of a kind that cannot be written. Format: OCI image specification 1.1, "Image Manifest";
 * docker's own media types, which have no annotations, are replaced by the equal ones of OCI.
 */
export function recordManifest({ config, layers }: ImageManifest, { key, image, builder }: ManifestRecord): WrittenManifest | undefined {
  const translated = [config, ...layers].map(translate);
  const [first, ...rest] = translated;
  if (first === undefined || rest.some((layer) => layer === undefined)) return undefined;
  const annotations = { [KEY]: key, [IMAGE]: image, ...(builder === undefined ? {} : { [BUILDER]: builder.content, [BUILDER_MANIFEST]: builder.manifest }) };
  const text = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: first, layers: rest, annotations }, null, 2);
  return { bytes: Buffer.from(text), mediaType: mediaTypes.ociManifest };
}

/** What a manifest says of itself; undefined when it is none of ours. */
export function readRecord({ annotations = {} }: ImageManifest): ManifestRecord | undefined {
  const { [KEY]: key, [IMAGE]: image, [BUILDER]: content, [BUILDER_MANIFEST]: manifest } = annotations;
  if (key === undefined || image === undefined || !isDigest(image)) return undefined;
  if (content === undefined && manifest === undefined) return { key, image, builder: undefined };
  if (content === undefined || manifest === undefined || !isDigest(content) || !isDigest(manifest)) return undefined;
  return { key, image, builder: { manifest, content } };
}

const same: Readonly<Record<string, string>> = {
  [mediaTypes.dockerConfig]: mediaTypes.ociConfig,
  [mediaTypes.dockerLayerGzip]: mediaTypes.ociLayerGzip,
  [mediaTypes.ociConfig]: mediaTypes.ociConfig,
  [mediaTypes.ociLayer]: mediaTypes.ociLayer,
  [mediaTypes.ociLayerGzip]: mediaTypes.ociLayerGzip,
  [mediaTypes.ociLayerZstd]: mediaTypes.ociLayerZstd,
};

function translate({ mediaType, digest, size }: Descriptor): Descriptor | undefined {
  const translated = same[mediaType];
  return translated === undefined ? undefined : { mediaType: translated, digest, size };
}
