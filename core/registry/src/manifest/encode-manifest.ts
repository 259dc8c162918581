import { digestOf } from '../digest.ts';
import type { Descriptor } from './descriptor.ts';
import { mediaTypes } from './media-types.ts';
import type { Platform } from './platform.ts';

/** A manifest that is ready to be pushed. */
export interface EncodedManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly descriptor: Descriptor;
}

export interface ImageParts {
  readonly config: Descriptor;
  /** From the lowest to the uppermost. */
  readonly layers: readonly Descriptor[];
  /** What kind of artifact it is; undefined = an image. */
  readonly artifactType?: string;
  /** The manifest that this one is about. */
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface IndexParts {
  readonly manifests: readonly Descriptor[];
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Writes an image or an artifact in the form of OCI. Same parts, same bytes: members have a fixed order, annotations are sorted by code unit. */
export function encodeImage({ config, layers, artifactType, subject, annotations }: ImageParts): EncodedManifest {
  return encode({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: descriptorMembers(config),
    layers: layers.map(descriptorMembers),
    subject: subject === undefined ? undefined : descriptorMembers(subject),
    annotations: sorted(annotations),
  });
}

/** Writes an index in the form of OCI; the same holds. */
export function encodeIndex({ manifests, artifactType, subject, annotations }: IndexParts): EncodedManifest {
  return encode({
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    artifactType,
    manifests: manifests.map(descriptorMembers),
    subject: subject === undefined ? undefined : descriptorMembers(subject),
    annotations: sorted(annotations),
  });
}

interface Members {
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly [name: string]: unknown;
}

function encode(members: Members): EncodedManifest {
  const bytes = Buffer.from(JSON.stringify(members));
  const { mediaType, artifactType } = members;
  return { bytes, mediaType, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) } };
}

function descriptorMembers({ mediaType, digest, size, platform, artifactType, annotations }: Descriptor): Readonly<Record<string, unknown>> {
  return { mediaType, digest, size, artifactType, annotations: sorted(annotations), platform: platform === undefined ? undefined : platformMembers(platform) };
}

function platformMembers({ os, architecture, variant }: Platform): Readonly<Record<string, unknown>> {
  return { architecture, os, variant };
}

function sorted(annotations: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (annotations === undefined) return undefined;
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1)));
}
