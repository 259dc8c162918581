import { isDigest } from '../digest.ts';
import { findText, isRecord, type Json } from './json.ts';
import type { Platform } from './platform.ts';

/** What a manifest says of a piece of content. Format: OCI image specification 1.1, "Content Descriptors". */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:…` or `sha512:…`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** In an index: what the image runs on. */
  readonly platform?: Platform;
  /** In a list of referrers: the kind of the artifact. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads a descriptor; answers in words what is wrong with it where it is none. */
export function readDescriptor(value: Json | undefined, place: string): Descriptor | string {
  if (!isRecord(value)) return `${place} is no descriptor`;
  const mediaType = findText(value, 'mediaType');
  const digest = findText(value, 'digest');
  const size = value['size'];
  if (mediaType === undefined) return `${place} has no mediaType`;
  if (digest === undefined || !isDigest(digest)) return `${place} has ${digest === undefined ? 'no digest' : `the digest ${JSON.stringify(digest.slice(0, 150))}`}`;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return `${place} has the size ${JSON.stringify(size) ?? 'undefined'}`;
  const platform = readPlatform(value['platform']);
  const artifactType = findText(value, 'artifactType');
  const annotations = readAnnotations(value['annotations']);
  return {
    mediaType,
    digest,
    size,
    ...(platform === undefined ? {} : { platform }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** Text values of an object; others are left out. Undefined where there is no object. */
export function readAnnotations(value: Json | undefined): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])));
}

export function readPlatform(value: Json | undefined): Platform | undefined {
  if (!isRecord(value)) return undefined;
  const os = findText(value, 'os');
  const architecture = findText(value, 'architecture');
  const variant = findText(value, 'variant');
  if (os === undefined || architecture === undefined) return undefined;
  return { os, architecture, ...(variant === undefined || variant === '' ? {} : { variant }) };
}
