import { readAnnotations, readDescriptor, type Descriptor } from './descriptor.ts';
import { findText, isList, isRecord, parseJson, type Json, type JsonRecord } from './json.ts';
import { isImageType, isIndexType } from './media-types.ts';

// Manifests as data. Formats: OCI image specification 1.1, "Image Manifest" and "Image Index"; docker's image manifest version 2, schema 2.
// The bytes stay what counts: nobody writes a manifest anew from this view, because its digest would be another.

/** An image or an artifact. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  /** The kind of an artifact; undefined = an image, or an artifact that is told by the media type of its config. */
  readonly artifactType?: string;
  readonly config: Descriptor;
  /** From the lowest to the uppermost. */
  readonly layers: readonly Descriptor[];
  /** The manifest that this one is about, as a signature is about an image. */
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Images for several platforms, or a list of referrers. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Manifest = ImageManifest | ImageIndex;

/** Reads a manifest of a media type; answers in words what is wrong where it is none. A document that could be read as two kinds is refused. */
export function readManifest(bytes: Uint8Array, mediaType: string): Manifest | string {
  const value = parseJson(new TextDecoder().decode(bytes));
  if (!isRecord(value)) return 'no JSON object';
  if (value['schemaVersion'] !== 2) return `schemaVersion ${JSON.stringify(value['schemaVersion']) ?? 'undefined'}`;
  const own = findText(value, 'mediaType');
  if (own !== undefined && own !== mediaType) return `mediaType ${JSON.stringify(own)}`;
  if (isIndexType(mediaType)) return readIndex(value, mediaType);
  if (isImageType(mediaType)) return readImage(value, mediaType);
  return `a ${mediaType}`;
}

function readImage(value: JsonRecord, mediaType: string): ImageManifest | string {
  if (value['manifests'] !== undefined) return 'an image with a list of manifests';
  const config = readDescriptor(value['config'], 'config');
  if (typeof config === 'string') return config;
  const layers = readDescriptors(value['layers'], 'layers');
  if (typeof layers === 'string') return layers;
  const rest = readRest(value);
  return typeof rest === 'string' ? rest : { kind: 'image', mediaType, config, layers, ...rest };
}

function readIndex(value: JsonRecord, mediaType: string): ImageIndex | string {
  if (value['layers'] !== undefined || value['config'] !== undefined) return 'an index with layers';
  const manifests = readDescriptors(value['manifests'], 'manifests');
  if (typeof manifests === 'string') return manifests;
  const rest = readRest(value);
  return typeof rest === 'string' ? rest : { kind: 'index', mediaType, manifests, ...rest };
}

function readDescriptors(value: Json | undefined, place: string): readonly Descriptor[] | string {
  if (!isList(value)) return `no list of ${place}`;
  const read = value.map((each, at) => readDescriptor(each, `${place}[${at}]`));
  const descriptors = read.filter((each) => typeof each !== 'string');
  return descriptors.length === read.length ? descriptors : (read.find((each) => typeof each === 'string') ?? '');
}

type Rest = Pick<ImageManifest, 'artifactType' | 'subject' | 'annotations'>;

function readRest(value: JsonRecord): Rest | string {
  const artifactType = findText(value, 'artifactType');
  const subject = value['subject'] === undefined || value['subject'] === null ? undefined : readDescriptor(value['subject'], 'subject');
  if (typeof subject === 'string') return subject;
  const annotations = readAnnotations(value['annotations']);
  return {
    ...(artifactType === undefined || artifactType === '' ? {} : { artifactType }),
    ...(subject === undefined ? {} : { subject }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
