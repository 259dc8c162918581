import { ArchiveError } from '@cos/archive';
import { CosError, sentenceOf, type Log } from '@cos/core';
import { RegistryError, type RegistryErrorCode } from '@cos/registry';
import { TrustError } from '@cos/trust';
import type { ContainerEngine } from '../engine/container-engine.ts';
import { inspectImage } from '../engine/images.ts';
import { TransferError } from '../engine/transfer.ts';
import type { Code } from '../errors.ts';
import type { PluginOptions } from '../options.ts';
import type { Recipe } from '../recipe.ts';
import { verifyTrusted } from '../registry/verify-image.ts';
import type { CacheAccess } from './cache-access.ts';
import { compareContext } from './compare-context.ts';
import { canBeLuets, findLuetPair, Misfit } from './find-luet-pair.ts';
import { Distrust, findOwnPair, type FindOptions, type RemotePair } from './find-pair.ts';
import type { BuildOptions } from './image-key.ts';
import { pullPair, type PulledPair } from './pull-pair.ts';

export interface PullImagesRequest {
  readonly engine: ContainerEngine;
  readonly access: CacheAccess;
  /** In which they are looked for, in this order. */
  readonly repositories: readonly string[];
  /** Key of what the images are built from. */
  readonly key: string;
  /** What luet calls them; none where it has no name for them. */
  readonly luet: { readonly packages: readonly string[]; readonly builders: readonly string[] };
  readonly recipe: Recipe;
  /** What the engine calls the image that they are built on. */
  readonly base: string;
  readonly plugin: BuildOptions & Pick<PluginOptions, 'trust'>;
  readonly platform: string;
  /** The build context, as it would be sent to the engine. */
  readonly context: () => AsyncIterable<Uint8Array>;
  /** Names of the Dockerfiles in it. */
  readonly dockerfiles: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Images that others have built of the same inputs. A repository that does not answer, or answers something wrong, is as good as none: it is told once, and
 * the images are built. Whoever gets a pair releases it.
 */
export async function pullImages(request: PullImagesRequest): Promise<PulledPair | undefined> {
  const { engine, repositories, key, luet, recipe, base, signal } = request;
  for (const repository of repositories) {
    const pulled = await tryRepository(request, repository, (options) => findOwnPair(options, key));
    if (pulled !== undefined) return pulled;
  }
  if (luet.packages.length === 0 || !canBeLuets(recipe, request.plugin)) return undefined;
  const layers = (await inspectImage(engine.client, base, signal))?.layers ?? [];
  for (const repository of repositories) {
    const find = (options: FindOptions): Promise<RemotePair | undefined> => findLuetPair(options, { ...luet, base: layers, recipe });
    const pulled = await tryRepository(request, repository, find, (pair) => checkContext(request, pair, layers.length));
    if (pulled !== undefined) return pulled;
  }
  return undefined;
}

/** Undefined when the repository has nothing that can be used. */
async function tryRepository(
  request: PullImagesRequest,
  repository: string,
  find: (options: FindOptions) => Promise<RemotePair | undefined>,
  check?: (pulled: PulledPair) => Promise<void>,
): Promise<PulledPair | undefined> {
  const { engine, access, platform, log, signal } = request;
  if (access.pulls.reasonOf(repository) !== undefined) return undefined;
  try {
    const pair = await find({ registry: access.registry, repository, platform, signal });
    if (pair === undefined) return undefined;
    await refuseUntrusted(request, pair);
    log.info(`pulling ${repository}:${pair.tag}`);
    const pulled = await pullPair(engine, pair, { platform, registryAuth: await access.registryAuth(repository, signal), onLine: (line) => log.info(line), signal });
    try {
      await check?.(pulled);
      return pulled;
    } catch (error) {
      await pulled.release();
      throw error;
    }
  } catch (error) {
    signal.throwIfAborted();
    explain(error, repository, request);
    return undefined;
  }
}

/** The own image names its builder image by digest; of luet's two each stands for itself. Throws {@link Distrust}: then the images are built here. */
async function refuseUntrusted({ plugin, access: { registry }, log, signal }: PullImagesRequest, { repository, tag, image, builder, content }: RemotePair): Promise<void> {
  const digests = content === undefined ? [image.manifest, builder.manifest] : [image.manifest];
  try {
    await verifyTrusted({ plugin, registry, repository, name: `${repository}:${tag}`, digests, warn: (problem) => log.warn(`${repository}:${tag} is used all the same: ${sentenceOf(problem)}`), signal });
  } catch (error) {
    throw error instanceof TrustError ? new Distrust(sentenceOf(error)) : error;
  }
}

/** The first layer above the base is the folder that the other builder had. */
async function checkContext({ engine, context, dockerfiles, signal }: PullImagesRequest, { builder }: PulledPair, baseLayers: number): Promise<void> {
  const difference = await compareContext({ context: context(), layer: await engine.store.listLayer(builder, baseLayers, signal), except: dockerfiles });
  if (difference !== undefined) throw new Misfit(`it was built from another folder: ${JSON.stringify(difference)} differs`);
}

function explain(error: unknown, repository: string, { access: { pulls }, log }: PullImagesRequest): void {
  if (error instanceof Misfit) log.info(`what luet has pushed to ${repository} is not used: ${error.message}`);
  else if (isOfTheImage(error)) log.warn(`what ${repository} has is not used: ${oneLine(error.message)}`);
  else if (error instanceof TransferError || error instanceof RegistryError) {
    const isNew = pulls.note(repository, error.message);
    if (isNew) log.warn(`images are not looked for in ${repository} for now: ${oneLine(error.message)}`);
  } else throw error;
}

/** What is wrong is one image, after which the repository may be asked for others. */
function isOfTheImage(error: unknown): error is Error {
  if (error instanceof RegistryError) return imageProblems.has(error.code);
  return error instanceof Distrust || error instanceof ArchiveError || (error instanceof CosError && error.diagnostics.every(({ code }) => code === ('COS_DOCKER_IMAGE_CORRUPT' satisfies Code)));
}

function oneLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).join('; ');
}

const imageProblems: ReadonlySet<RegistryErrorCode> = new Set(['corrupt', 'too-large', 'no-platform', 'unsupported', 'not-found']);
