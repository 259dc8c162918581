import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError } from '@cos/core';
import { encodeIndex, fileContent, formatPlatform, formatReference, parseReference, readManifest, RegistryError, type Descriptor, type Platform, type Registry } from '@cos/registry';
import { problem } from '../problem.ts';
import { attachToImage, type ImageAttachments } from './attach-to-image.ts';
import { pushAgain } from './push-again.ts';

export interface PublishImageRequest {
  readonly registry: Registry;
  /** `host/path:tag` */
  readonly reference: string;
  /** A folder in the layout of OCI with one image. */
  readonly layout: string;
  readonly platform: Platform;
  /** What is attached to the image of the platform; undefined: nothing. */
  readonly attachments?: ImageAttachments | undefined;
  /** Image repository where it is kept; undefined: that of the image. */
  readonly signatures?: string | undefined;
  readonly signal: AbortSignal;
}

export interface PublishedImage {
  /** False: the tag had this image for the platform already. */
  readonly isNew: boolean;
  readonly reference: string;
  /** Of the index, which has the images for all platforms. */
  readonly digest: string;
  readonly platforms: readonly string[];
}

const ATTEMPTS = 8;

/**
 * Pushes an image and puts it into the index under a tag, in place of what was there for its platform; images for other platforms stay, whoever pushed them.
 * Registries have no lock: whether another one was faster is seen just before the tag is moved, and again afterwards.
 */
export async function publishImage(request: PublishImageRequest): Promise<PublishedImage> {
  const { reference } = request;
  const before = running.get(reference);
  // The tasks of one run wait for each other.
  const turn = (before ?? Promise.resolve()).then(() => publishInTurn(request));
  const settled = turn.then(() => undefined, () => undefined);
  running.set(reference, settled);
  try {
    return await turn;
  } finally {
    if (running.get(reference) === settled) running.delete(reference);
  }
}

/** Throws COS_REPO_PLACE. */
export function checkImageReference(to: string): string {
  const text = to.replace(/^docker:/, '');
  try {
    const { tag, digest } = parseReference(text);
    if (to.startsWith('docker:') && tag !== undefined && digest === undefined) return text;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
  }
  throw new CosError(problem('COS_REPO_PLACE', `Expected the place of an image as docker:host/path:tag; found ${JSON.stringify(to)}.`, 'For example docker:registry.example/os/tools:1.0.'));
}

const running = new Map<string, Promise<void>>();

async function publishInTurn(request: PublishImageRequest): Promise<PublishedImage> {
  const { registry, reference, platform, signal } = request;
  const { digest: _, tag: __, ...repository } = parseReference(reference);
  // Its packages have the same tags, and luet's clients expect images of one layer there.
  if ((await registry.resolve({ ...repository, tag: 'repository.yaml' }, { signal })) !== undefined) {
    throw new CosError(problem('COS_REPO_PLACE', `A package repository is published at ${formatReference(repository)}: images of packages would take the places of its objects.`, 'Publish images to another image repository.'));
  }
  const own = await pushLayout(request);
  const { attachments, signatures = formatReference(repository) } = request;
  // Before anybody finds the image under the tag.
  if (attachments !== undefined) await pushAgain(async () => attachToImage({ registry, repository: signatures, subject: own, attachments, signal }), signal);
  let isNew = false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const there = await registry.resolve(reference, { signal });
    const entries = there === undefined ? [] : await entriesOf(registry, reference, there, signal);
    if (entries.some(({ digest }) => digest === own.digest)) return { isNew, reference, digest: there?.digest ?? '', platforms: namesOf(entries) };
    const kept = entries.filter((entry) => entry.platform === undefined || formatPlatform(entry.platform) !== formatPlatform(platform));
    const manifests = [...kept, own].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const index = encodeIndex({ manifests });
    if ((await registry.resolve(reference, { signal }))?.digest !== there?.digest) continue;
    await registry.pushManifest({ reference: { ...repository, tag: parseReference(reference).tag ?? '' }, bytes: index.bytes, mediaType: index.mediaType, signal });
    // The next turn of the loop sees whether it stayed.
    isNew = true;
  }
  throw new CosError(problem('COS_REPO_BUSY', `Others push ${reference} all the time: ${ATTEMPTS} attempts were overtaken.`, 'Let one push after the other.'));
}

/** Pushes what the layout has, and answers how an index names it. */
async function pushLayout({ registry, reference, layout, platform, signal }: PublishImageRequest): Promise<Descriptor> {
  const { digest: _, tag: __, ...repository } = parseReference(reference);
  const blob = (digest: string): string => join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length));
  const index = readManifest(await readFile(join(layout, 'index.json')), 'application/vnd.oci.image.index.v1+json');
  const entry = typeof index === 'string' || index.kind !== 'index' ? undefined : index.manifests[0];
  if (entry === undefined) throw new Error('Internal error: the folder of an image has no image');
  const bytes = await readFile(blob(entry.digest));
  const manifest = readManifest(bytes, entry.mediaType);
  if (typeof manifest === 'string' || manifest.kind !== 'image') throw new Error('Internal error: the folder of an image has another manifest');
  const { digest, size } = await pushAgain(async () => {
    for (const part of [...manifest.layers, manifest.config]) await registry.pushBlob({ repository, content: fileContent(blob(part.digest)), descriptor: part, signal });
    return registry.pushManifest({ reference: { ...repository, digest: entry.digest }, bytes, mediaType: entry.mediaType, signal });
  }, signal);
  return { mediaType: entry.mediaType, digest, size, platform };
}

/** What a tag has by platform. A plain image is there for what its config says. */
async function entriesOf(registry: Registry, reference: string, { digest }: Descriptor, signal: AbortSignal): Promise<readonly Descriptor[]> {
  const { tag: _, ...rest } = parseReference(reference);
  const { manifest, descriptor } = await registry.manifest({ ...rest, digest }, { signal });
  if (manifest.kind === 'index') return manifest.manifests;
  const { config } = await registry.config({ ...rest, digest }, { signal });
  return config.platform === undefined ? [] : [{ mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size, platform: config.platform }];
}

function namesOf(entries: readonly Descriptor[]): readonly string[] {
  return entries.flatMap(({ platform }) => (platform === undefined ? [] : [formatPlatform(platform)])).toSorted();
}

/** In the order of platforms; what has none is last. */
function nameOf({ platform, digest }: Descriptor): string {
  return platform === undefined ? `~${digest}` : formatPlatform(platform);
}
