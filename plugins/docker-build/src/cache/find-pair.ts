import { isDigest, type Digest } from '@cos/core';
import { RegistryError, type ImageConfig, type ImageManifest, type Registry } from '@cos/registry';
import { readRecord } from './recorded-manifest.ts';

// Images of a package in a cache repository, as far as that can be judged without pulling them.

/** An image in a registry. */
export interface RemoteImage {
  /** Digest of its manifest. */
  readonly manifest: string;
  readonly config: ImageConfig;
  /** The config as it is. */
  readonly configText: string;
}

export interface RemotePair {
  /** `registry.example/team/cache` */
  readonly repository: string;
  /** The tag that led here. */
  readonly tag: string;
  readonly image: RemoteImage;
  readonly builder: RemoteImage;
  /** What the content of the images is said to be; undefined when nobody says it. */
  readonly content: { readonly image: Digest; readonly builder: Digest } | undefined;
}

/** What a repository has is not what it should be. It is not used, and whoever reads this is told why. */
export class Distrust extends Error {
  override readonly name = 'Distrust';
}

export interface FindOptions {
  readonly registry: Registry;
  readonly repository: string;
  readonly platform: string;
  readonly signal: AbortSignal;
}

/** Tags of a pair that cos has pushed. */
export function ownTag(key: string): string {
  return `cos-${key}`;
}

export function ownBuilderTag(key: string): string {
  return `cos-${key}-builder`;
}

/** The pair of a key; undefined when the repository has none. Throws {@link Distrust} and RegistryError. */
export async function findOwnPair(options: FindOptions, key: string): Promise<RemotePair | undefined> {
  const tag = ownTag(key);
  const found = await findImage(options, `:${tag}`);
  if (found === undefined) return undefined;
  const record = readRecord(found.manifest);
  if (record === undefined) throw new Distrust(`${tag} does not say what it is`);
  if (record.key !== key) throw new Distrust(`${tag} is the image of another key, ${record.key}`);
  if (record.builder === undefined) throw new Distrust(`${tag} has no builder image`);
  const builder = await findImage(options, `@${record.builder.manifest}`);
  if (builder === undefined) throw new Distrust(`the builder image of ${tag}, ${record.builder.manifest}, is gone`);
  const pair = { repository: options.repository, tag, image: found.image, builder: builder.image, content: { image: record.image, builder: record.builder.content } };
  if (!startsWith(pair.image.config.diffIds, pair.builder.config.diffIds)) throw new Distrust(`${tag} is not built on its builder image`);
  return pair;
}

/** An image by `:tag` or `@digest`, for the platform; undefined when there is none. */
export async function findImage({ registry, repository, platform, signal }: FindOptions, which: string): Promise<{ readonly image: RemoteImage; readonly manifest: ImageManifest } | undefined> {
  try {
    const { config, bytes, image } = await registry.config(`${repository}${which}`, { platform, signal });
    if (config.platform === undefined) throw new Distrust(`${which.slice(1)} does not say which platform it is for`);
    if (config.diffIds.length !== image.manifest.layers.length || !config.diffIds.every((id) => isDigest(id))) throw new Distrust(`manifest and config of ${which.slice(1)} do not have the same layers`);
    return { image: { manifest: image.descriptor.digest, config, configText: new TextDecoder().decode(bytes) }, manifest: image.manifest };
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** True when a list of layers begins with another one. */
export function startsWith(layers: readonly string[], start: readonly string[]): boolean {
  return layers.length >= start.length && start.every((layer, index) => layers[index] === layer);
}
