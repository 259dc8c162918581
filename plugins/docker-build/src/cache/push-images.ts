import { CosError, type Digest, type Log } from '@cos/core';
import { RegistryError, type ImageManifest, type Registry } from '@cos/registry';
import type { ContainerEngine } from '../engine/container-engine.ts';
import { inspectImage, tagImage, untagImage } from '../engine/images.ts';
import { pushTag, TransferError } from '../engine/transfer.ts';
import { failureOf } from '../errors.ts';
import type { CacheAccess } from './cache-access.ts';
import { findImage, ownBuilderTag, ownTag, type FindOptions, type RemoteImage } from './find-pair.ts';
import { readRecord, recordManifest } from './recorded-manifest.ts';

export interface PushImagesRequest {
  readonly engine: ContainerEngine;
  readonly access: CacheAccess;
  /** `registry.example/team/cache` */
  readonly repository: string;
  readonly key: string;
  readonly image: Digest;
  /** Undefined for an image that was put together from archives. */
  readonly builder: Digest | undefined;
  /** What luet calls them. */
  readonly luet: { readonly packages: readonly string[]; readonly builders: readonly string[] };
  readonly platform: string;
  /** True: also where the repository has images of the key. */
  readonly replace: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Pushes images of a package, unless the repository has some of the same inputs: what others build on those shall stay of use. Sets luet's tags beside
 * them. The tag of the key is written last and tells all, so that nobody finds half a pair; of two machines that push at once the later one wins. Answers
 * what is there, sorted. Throws COS_DOCKER_PUSH_FAILED.
 */
export async function pushImages(request: PushImagesRequest): Promise<readonly string[]> {
  const { access, repository, signal } = request;
  const before = access.pushes.reasonOf(repository);
  if (before !== undefined) throw failure(repository, `it was left alone, because it failed a moment ago: ${before}`);
  try {
    return await push(request);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CosError) throw error;
    if (!(error instanceof RegistryError || error instanceof TransferError)) throw error;
    access.pushes.note(repository, error.message);
    throw failure(repository, error.message, error);
  }
}

interface Pushed {
  readonly manifest: ImageManifest;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: string;
}

async function push(request: PushImagesRequest): Promise<readonly string[]> {
  const { access, repository, key, builder, luet, platform, log, signal } = request;
  const { registry } = access;
  const tag = ownTag(key);
  let pair = request.replace ? undefined : await findPushed(request);
  if (pair === undefined) {
    const below = builder === undefined ? undefined : await pushOne(request, builder, ownBuilderTag(key));
    const image = await pushOne(request, request.image, tag);
    const record = { key, image: request.image, builder: below === undefined || builder === undefined ? undefined : { manifest: below.digest, content: builder } };
    const written = recordManifest(image.manifest, record);
    if (written === undefined) throw failure(repository, `the engine pushed layers of another kind: ${image.manifest.layers.map(({ mediaType }) => mediaType).join(', ')}`);
    const { digest } = await registry.pushManifest({ reference: `${repository}:${tag}`, ...written, signal });
    pair = { image: { ...written, digest, manifest: image.manifest }, builder: below };
  } else log.info(`${repository} has them already`);
  const names = [`${repository}:${tag} ${pair.image.digest}`];
  const wanted = [...luet.packages.map((each) => ({ tag: each, of: pair.image })), ...(pair.builder === undefined ? [] : luet.builders.map((each) => ({ tag: each, of: pair.builder })))];
  for (const { tag: each, of } of wanted) {
    if (of !== undefined && (await setTag(registry, { repository, tag: each, pushed: of, platform, log, signal }))) names.push(`${repository}:${each} ${of.digest}`);
  }
  return names.toSorted();
}

/** What the repository has of the key, when it is whole. */
async function findPushed({ access: { registry }, repository, key, builder, signal }: PushImagesRequest): Promise<{ readonly image: Pushed; readonly builder: Pushed | undefined } | undefined> {
  const found = await read(registry, `${repository}:${ownTag(key)}`, signal);
  const record = found === undefined ? undefined : readRecord(found.manifest);
  if (found === undefined || record?.key !== key || (record.builder === undefined) !== (builder === undefined)) return undefined;
  if (record.builder === undefined) return { image: found, builder: undefined };
  const below = await read(registry, `${repository}@${record.builder.manifest}`, signal);
  return below === undefined ? undefined : { image: found, builder: below };
}

async function read(registry: Registry, reference: string, signal: AbortSignal): Promise<Pushed | undefined> {
  try {
    const { manifest, bytes, descriptor } = await registry.manifest(reference, { signal });
    return manifest.kind === 'image' ? { manifest, bytes, mediaType: descriptor.mediaType, digest: descriptor.digest } : undefined;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Has the engine push an image, and sees in the registry that it is that one. */
async function pushOne({ engine: { client, store }, access, repository, platform, log, signal }: PushImagesRequest, digest: Digest, tag: string): Promise<Pushed> {
  const { registry } = access;
  const local = store.referenceOf(digest);
  const image = await inspectImage(client, local, signal);
  if (image === undefined) throw failureOf('COS_DOCKER_IMAGE_GONE', `The engine has no image ${local}.`);
  const name = { repository, tag };
  const registryAuth = await access.registryAuth(repository, signal);
  let pushed: string | undefined;
  for (let attempt = 1; pushed === undefined; attempt += 1) {
    await tagImage(client, image.id, name, signal);
    try {
      pushed = await pushTag(client, name, { registryAuth, onLine: (line) => log.info(line), signal });
    } catch (error) {
      // Another run that pushes the same has taken the name away.
      const isLost = error instanceof TransferError && (await inspectImage(client, `${repository}:${tag}`, signal)) === undefined;
      if (!isLost || attempt === 3) throw error;
    } finally {
      await untagImage(client, name, AbortSignal.timeout(UNTAG_TIMEOUT));
    }
  }
  const found = await findImage({ registry, repository, platform, signal }, `@${pushed}`);
  if (found === undefined) throw new TransferError(`the engine pushed ${tag} as ${pushed}, which the registry does not have`);
  if (JSON.stringify(found.image.config.diffIds) !== JSON.stringify(image.layers)) throw new TransferError(`what the registry has as ${pushed} does not have the layers of ${local}`);
  const manifest = await read(registry, `${repository}@${pushed}`, signal);
  if (manifest === undefined) throw new TransferError(`the engine pushed ${tag} as ${pushed}, which the registry has no more`);
  return manifest;
}

const UNTAG_TIMEOUT = 20_000;

/** Sets a tag of luet; false where an image for another platform has it, which luet's tags do not tell apart. */
async function setTag(registry: Registry, { repository, tag, pushed, platform, log, signal }: { readonly repository: string; readonly tag: string; readonly pushed: Pushed; readonly platform: string; readonly log: Log; readonly signal: AbortSignal }): Promise<boolean> {
  const reference = `${repository}:${tag}`;
  const there = await registry.resolve(reference, { signal });
  if (there?.digest === pushed.digest) return true;
  if (there !== undefined && !(await isFor({ registry, repository, platform, signal }, there.digest))) {
    log.warn(`${reference} stays as it is: it is an image for another platform, and luet gives both one tag; use a repository for each platform`);
    return false;
  }
  await registry.pushManifest({ reference, bytes: pushed.bytes, mediaType: pushed.mediaType, signal });
  return true;
}

async function isFor(options: FindOptions, digest: string): Promise<boolean> {
  try {
    const found: { readonly image: RemoteImage } | undefined = await findImage(options, `@${digest}`);
    return found !== undefined;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'no-platform') return false;
    throw error;
  }
}

function failure(repository: string, reason: string, cause?: Error): CosError {
  return failureOf('COS_DOCKER_PUSH_FAILED', `The images cannot be pushed to ${repository}: ${reason}`, cause === undefined ? {} : { cause });
}
