// Images as files of a folder: the layout of the OCI image specification ("image-layout.md"), and what `docker save` writes, once its tar is unpacked.
import { createReadStream, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decompress } from '@cos/archive';
import { digestOf, isDigest, mediaTypes, parsePlatform, readManifest, selectPlatform, type Descriptor, type ImageManifest, type Manifest, type Platform } from '@cos/registry';
import { ClientError, reasonOf } from '../client-error.ts';
import { verified, type ImageLayers } from './image-layers.ts';

export interface FolderImageRequest {
  /** Absolute. */
  readonly folder: string;
  /** For messages. */
  readonly place: string;
  /** Which image is meant where there are several: a tag, or `name:tag`. */
  readonly name: string | undefined;
  /** Which image of an index is meant: `linux/amd64`. */
  readonly platform: string;
}

/** The image in a folder. Throws ClientError `format`, `not-found` or `corrupt`. */
export function folderImage(request: FolderImageRequest): ImageLayers {
  if (isThere(request.folder, 'manifest.json')) return dockerImage(request);
  if (isThere(request.folder, 'index.json')) return layoutImage(request);
  throw new ClientError('format', `There is no image in ${request.place}.`, { expected: 'index.json (an OCI layout) or manifest.json (what `docker save` writes)' });
}

function layoutImage(request: FolderImageRequest): ImageLayers {
  const { folder, place, platform } = request;
  const manifestOf = (descriptor: Descriptor): Manifest => {
    const bytes = readFileSync(blobPath(folder, place, descriptor.digest));
    if (digestOf(bytes) !== descriptor.digest) throw new ClientError('corrupt', `A manifest in ${place} is damaged.`, { expected: descriptor.digest, found: digestOf(bytes) });
    return asManifest(bytes, descriptor.mediaType, place);
  };
  const index = asManifest(readFileSync(inFolder(folder, place, 'index.json')), mediaTypes.ociIndex, place);
  if (index.kind !== 'index') throw new ClientError('format', `index.json in ${place} is no index.`);
  let chosen = chooseNamed(index.manifests, request);
  let manifest = manifestOf(chosen);
  if (manifest.kind === 'index') {
    const found = selectPlatform(manifest.manifests, platformOf(platform));
    if (found === undefined) throw new ClientError('not-found', `The image in ${place} is not there for ${platform}.`);
    chosen = found;
    manifest = manifestOf(chosen);
  }
  const image: ImageManifest | undefined = manifest.kind === 'image' ? manifest : undefined;
  if (image === undefined) throw new ClientError('format', `${place} holds an index within an index.`);
  return {
    place,
    layers: async function* () {
      for (const { digest } of image.layers) yield decompress(verified(createReadStream(blobPath(folder, place, digest)), digest, `The layer ${digest} in ${place}`));
    },
  };
}

/** By the annotation `org.opencontainers.image.ref.name`, which is a tag or a whole name. */
function chooseNamed(manifests: readonly Descriptor[], { name, place, platform }: FolderImageRequest): Descriptor {
  const nameOf = (one: Descriptor): string => one.annotations?.['org.opencontainers.image.ref.name'] ?? '';
  const named = name === undefined ? manifests : manifests.filter((one) => nameOf(one) === name || nameOf(one).endsWith(`:${name}`));
  const [only, another] = named;
  const chosen = another === undefined ? only : selectPlatform(named, platformOf(platform));
  if (chosen !== undefined) return chosen;
  throw new ClientError('not-found', name === undefined ? `Which of the images in ${place} is meant is not clear.` : `${place} has no image ${name}.`, { notes: manifests.map((one) => `there is ${nameOf(one) || one.digest}`), hint: 'Name one behind a colon.' });
}

/** Format: `manifest.json` of docker's image archives; its layers are plain, and the config names their digests. */
function dockerImage({ folder, place, name }: FolderImageRequest): ImageLayers {
  const all = itemsOf(json(folder, place, 'manifest.json')).map((item) => ({ config: textOf(item, 'Config'), tags: textsOf(item, 'RepoTags'), layers: textsOf(item, 'Layers') }));
  const named = name === undefined ? all : all.filter(({ tags }) => tags.some((tag) => tag === name || tag.endsWith(`:${name}`) || tag.endsWith(`/${name}`)));
  const [image, another] = named;
  if (image === undefined || another !== undefined) {
    throw new ClientError('not-found', image === undefined ? `${place} has no image${name === undefined ? '' : ` ${name}`}.` : `Which of the images in ${place} is meant is not clear.`, { notes: all.map(({ tags }) => `there is ${tags.join(', ') || 'one without a name'}`) });
  }
  const config = json(folder, place, image.config);
  const digests = textsOf(fieldOf(config, 'rootfs'), 'diff_ids');
  if (digests.length !== image.layers.length || !digests.every(isDigest)) throw new ClientError('format', `The image in ${place} has ${image.layers.length} layers, and its config names ${digests.length}.`);
  return {
    place,
    layers: async function* () {
      for (const [at, layer] of image.layers.entries()) yield verified(decompress(createReadStream(inFolder(folder, place, layer))), digests[at] ?? '', `The layer ${layer} in ${place}`);
    },
  };
}

function blobPath(folder: string, place: string, digest: string): string {
  if (!isDigest(digest)) throw new ClientError('format', `${place} names a blob by ${JSON.stringify(digest)}.`, { expected: 'sha256:<64 hex digits>' });
  return inFolder(folder, place, `blobs/${digest.replace(':', '/')}`);
}

/** What archives name may be a link (docker writes one for a layer that is there twice), but not one that leads out. */
function inFolder(folder: string, place: string, path: string): string {
  let real: string;
  try {
    real = realpathSync(join(folder, path));
  } catch (cause) {
    throw new ClientError('corrupt', `${place} has no ${JSON.stringify(path)}, which it names.`, { cause });
  }
  if (!real.startsWith(`${realpathSync(folder)}${sep}`) || !lstatSync(real).isFile()) throw new ClientError('unsafe', `${place} names ${JSON.stringify(path)}, which is no file of it.`);
  return real;
}

function platformOf(text: string): Platform {
  const platform = parsePlatform(text);
  if (platform === undefined) throw new ClientError('format', `${JSON.stringify(text)} is no platform.`, { expected: 'linux/amd64, linux/arm64, …' });
  return platform;
}

function isThere(folder: string, name: string): boolean {
  return lstatSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
}

function asManifest(bytes: Uint8Array, mediaType: string, place: string): Manifest {
  const manifest = readManifest(bytes, mediaType);
  if (typeof manifest === 'string') throw new ClientError('format', `A manifest in ${place} cannot be understood.`, { found: manifest });
  return manifest;
}

function json(folder: string, place: string, path: string): unknown {
  const text = readFileSync(inFolder(folder, place, path), 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClientError('format', `${path} in ${place} cannot be understood: ${reasonOf(cause)}`, { cause });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown, name: string): string {
  const found = fieldOf(value, name);
  return typeof found === 'string' ? found : '';
}

function textsOf(value: unknown, name: string): readonly string[] {
  return itemsOf(fieldOf(value, name)).filter((item): item is string => typeof item === 'string');
}
