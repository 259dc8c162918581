import { nameOf, type Requester } from '../http/requester.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { readImageConfig, type ImageConfig } from '../manifest/image-config.ts';
import type { ImageManifest } from '../manifest/manifest.ts';
import { formatPlatform, selectPlatform, suits, type Platform } from '../manifest/platform.ts';
import { describeSubject, RegistryError, type Subject } from '../registry-error.ts';
import type { Reference } from '../reference/reference.ts';
import { pullBlob } from './pull-blob.ts';
import { aboutManifest, missing, pullManifest, type PulledManifest } from './pull-manifest.ts';

export interface PulledImage extends PulledManifest {
  readonly manifest: ImageManifest;
}

export interface PulledConfig {
  readonly config: ImageConfig;
  /** The config as it is. */
  readonly bytes: Uint8Array;
  /** The image that has this config. */
  readonly image: PulledImage;
}

export interface Choice {
  readonly reference: Reference;
  /** Undefined = the reference must not need one. */
  readonly platform: Platform | undefined;
  readonly signal: AbortSignal;
}

/** The most bytes that the config of an image may have. */
const configLimit = 8 * 1024 * 1024;

/** The image for a platform; undefined where the reference does not exist. Throws `no-platform` that says what there is. */
export async function chooseImage(requester: Requester, choice: Choice): Promise<PulledImage | undefined> {
  const { image, isChosen } = (await descend(requester, choice)) ?? {};
  if (image === undefined || isChosen === true) return image;
  // An image that no index describes says itself what it is for.
  return (await readConfig(requester, choice, image)).image;
}

/** The config of the image for a platform; undefined where the reference does not exist. */
export async function chooseConfig(requester: Requester, choice: Choice): Promise<PulledConfig | undefined> {
  const found = await descend(requester, choice);
  return found === undefined ? undefined : readConfig(requester, choice, found.image);
}

/** Follows indexes down to an image. */
async function descend(requester: Requester, { reference, platform, signal }: Choice): Promise<{ readonly image: PulledImage; readonly isChosen: boolean } | undefined> {
  const { subject } = aboutManifest(reference);
  const { registry, repository } = reference;
  let current = await pullManifest(requester, reference, signal);
  // An index may list indexes; nobody nests them deeply.
  for (let depth = 0; depth < 4; depth += 1) {
    if (current === undefined) return undefined;
    const { manifest, descriptor, bytes } = current;
    if (manifest.kind === 'image') return { image: { manifest, descriptor, bytes }, isChosen: depth > 0 };
    const entry = platform === undefined ? undefined : selectPlatform(manifest.manifests, platform);
    if (entry === undefined) throw noPlatform(subject, platform, manifest.manifests.map(({ platform: each }) => each));
    const listed = { registry, repository, digest: entry.digest };
    current = await pullManifest(requester, listed, signal);
    if (current === undefined) throw missing(listed, `The index ${descriptor.digest} lists a manifest that ${nameOf(reference)} does not have.`);
    if (current.bytes.length !== entry.size) throw new RegistryError({ code: 'corrupt', ...subject, summary: `The manifest ${entry.digest} is not as long as its index says.`, expected: `${entry.size} bytes`, found: `${current.bytes.length} bytes` });
  }
  throw new RegistryError({ code: 'protocol', ...subject, summary: `${describeSubject(subject)} is an index of indexes.`, expected: 'at most three in each other', found: 'more' });
}

async function readConfig(requester: Requester, { reference, platform, signal }: Choice, image: PulledImage): Promise<PulledConfig> {
  const descriptor: Descriptor = image.manifest.config;
  const subject = { registry: reference.registry, repository: reference.repository, reference: descriptor.digest };
  if (descriptor.size > configLimit) throw new RegistryError({ code: 'too-large', ...subject, summary: `The config ${describeSubject(subject)} is too large.`, expected: `at most ${configLimit} bytes`, found: `${descriptor.size} bytes` });
  const pieces: Uint8Array[] = [];
  for await (const piece of pullBlob(requester, { repository: reference, descriptor, signal })) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const config = readImageConfig(bytes);
  if (typeof config === 'string') throw new RegistryError({ code: 'protocol', ...subject, summary: `The config ${describeSubject(subject)} cannot be understood.`, expected: 'the config of an image', found: config });
  if (platform !== undefined && config.platform !== undefined && !suits(config.platform, platform)) throw noPlatform(aboutManifest(reference).subject, platform, [config.platform]);
  return { config, bytes, image };
}

function noPlatform(subject: Subject, wanted: Platform | undefined, all: readonly (Platform | undefined)[]): RegistryError {
  // What builders say of themselves in an index is for the platform "unknown".
  const there = [...new Set(all.flatMap((each) => (each === undefined || each.os === 'unknown' ? [] : [formatPlatform(each)])))].sort();
  return new RegistryError({
    code: 'no-platform',
    ...subject,
    summary: wanted === undefined ? `${describeSubject(subject)} has images for several platforms.` : `${describeSubject(subject)} has no image for ${formatPlatform(wanted)}.`,
    expected: wanted === undefined ? 'a platform to choose one' : formatPlatform(wanted),
    found: there.length === 0 ? 'no platforms' : there.join(', '),
  });
}
