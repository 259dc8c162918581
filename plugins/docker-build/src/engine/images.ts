import { failureOf } from '../errors.ts';
import { EngineError, type EngineClient } from './client.ts';
import { readImageConfig, type ImageConfig } from './image-config.ts';
import { fieldsOf, itemsOf, textOf, textsOf } from './json-answer.ts';
import { productOf } from './product.ts';

// Requests about images. Names that reach these functions are made by this plugin or checked by it: none may hold a slash or a question mark unescaped.

/** What the engine says of an image, as far as it is used. Ids are the engine's own and say nothing about content. */
export interface ImageInfo {
  readonly id: string;
  /** Digests of the uncompressed layers, lowest first. These are digests of content. */
  readonly layers: readonly string[];
  /** Undefined when the engine does not tell all of it. */
  readonly config: ImageConfig | undefined;
  /** Bytes of the files of all layers, as the engine estimates it; 0 when it does not say. */
  readonly size: number;
  /** `name:tag`. */
  readonly tags: readonly string[];
  /** `name@sha256:…`, for images that came from a registry; empty where the engine does not tell them from others. */
  readonly repoDigests: readonly string[];
  /** `linux/amd64`; undefined when the engine does not say. */
  readonly platform: string | undefined;
}

/** Undefined when the engine knows no image of that name. */
export async function inspectImage(client: EngineClient, reference: string, signal: AbortSignal): Promise<ImageInfo | undefined> {
  const answer = await client.find({ method: 'GET', path: `/images/${reference}/json`, signal });
  if (answer === undefined) return undefined;
  const fields = fieldsOf(answer);
  const id = fields.get('Id');
  const layers = textsOf(fieldsOf(fields.get('RootFS')).get('Layers'));
  if (typeof id !== 'string') throw failureOf('COS_DOCKER_ENGINE_FAILED', `The engine describes the image ${reference} without an id.`);
  const isDocker = (await productOf(client, signal)).name === 'docker';
  const isWhole = isDocker || (await isPlainInPodman(client, id, layers.length, signal));
  const config = isWhole ? readImageConfig(fields.get('Config')) : undefined;
  // Podman states one for every name of every image.
  const repoDigests = isDocker ? textsOf(fields.get('RepoDigests')) : [];
  const size = fields.get('Size');
  return { id, layers, config, size: typeof size === 'number' && size > 0 ? size : 0, tags: textsOf(fields.get('RepoTags')), repoDigests, platform: platformOf(fields) };
}

function platformOf(fields: ReadonlyMap<string, unknown>): string | undefined {
  const [os, architecture] = [fields.get('Os'), fields.get('Architecture')];
  return typeof os === 'string' && typeof architecture === 'string' && os !== '' && architecture !== '' ? `${os}/${architecture}` : undefined;
}

/** Podman keeps quiet about SHELL and ONBUILD of an image. Its history names every instruction, if it agrees with the layers. */
async function isPlainInPodman(client: EngineClient, id: string, layers: number, signal: AbortSignal): Promise<boolean> {
  const answer = await client.find({ method: 'GET', path: `/v4.0.0/libpod/images/${id.replace('sha256:', '')}/json`, signal });
  const history = itemsOf(fieldsOf(answer).get('History')).map(fieldsOf);
  const instructions = history.map((entry) => textOf(entry.get('created_by')));
  return history.filter((entry) => entry.get('empty_layer') !== true).length === layers && instructions.every((text) => text !== '' && !/\b(?:SHELL|ONBUILD)\b/.test(text));
}

/** Gives an image one more name. Moves the name when another image has it. */
export async function tagImage(client: EngineClient, image: string, name: ImageName, signal: AbortSignal): Promise<void> {
  await client.ask({ method: 'POST', path: `/images/${image}/tag`, query: { repo: name.repository, tag: name.tag }, signal });
}

/** Takes a name away; with its last name the image goes, too, unless something uses it. A name that nothing has is no error. */
export async function untagImage(client: EngineClient, name: ImageName, signal: AbortSignal): Promise<void> {
  try {
    await client.find({ method: 'DELETE', path: `/images/${referenceOf(name)}`, query: { noprune: '0' }, signal });
  } catch (error) {
    // Podman keeps the name, too, where a command of a build that was broken off still runs.
    if (!(error instanceof EngineError && error.refusal.status === 409) || (await productOf(client, signal)).name !== 'podman') throw error;
    const image = await inspectImage(client, referenceOf(name), signal);
    const repository = image === undefined ? undefined : fullNames(name.repository).find((full) => image.tags.includes(`${full}:${name.tag}`));
    if (image !== undefined && repository !== undefined) await client.find({ method: 'POST', path: `/v4.0.0/libpod/images/${image.id.replace('sha256:', '')}/untag`, query: { repo: repository, tag: name.tag }, signal });
  }
}

/** Takes the name away that pulling by digest gave: `repository@sha256:…`. */
export async function removeReference(client: EngineClient, reference: string, signal: AbortSignal): Promise<void> {
  await client.find({ method: 'DELETE', path: `/images/${reference}`, query: { noprune: '0' }, signal });
}

/** Names of images in a repository whose tag starts with `prefix`. */
export async function listTags(client: EngineClient, repository: string, prefix: string, signal: AbortSignal): Promise<readonly ImageName[]> {
  return namesIn(repository, await findReferences(client, `${repository}:${prefix}*`, signal)).filter(({ tag }) => tag.startsWith(prefix));
}

/** `name:tag` of all images of which one name has the form of the pattern, in which `*` stands for anything but a slash. */
async function findReferences(client: EngineClient, pattern: string, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await client.ask({ method: 'GET', path: '/images/json', query: { filters: JSON.stringify({ reference: [pattern] }) }, signal });
  return itemsOf(answer).flatMap((image) => textsOf(fieldsOf(image).get('RepoTags')));
}

/** Those of an engine's references that are in a repository. */
export function namesIn(repository: string, references: readonly string[]): readonly ImageName[] {
  const tags = references.flatMap((reference) => {
    const start = fullNames(repository).find((full) => reference.startsWith(`${full}:`));
    return start === undefined ? [] : [reference.slice(start.length + 1)];
  });
  return [...new Set(tags)].map((tag) => ({ repository, tag }));
}

/** How engines call a repository: Podman gives names without a registry one, `docker.io` or by its configuration `localhost`. */
function fullNames(repository: string): readonly string[] {
  return ['', 'docker.io/', 'docker.io/library/', 'localhost/'].map((registry) => `${registry}${repository}`);
}

/** The image as the engine saves it: a tar of its configuration and its layers. */
export async function saveImage(client: EngineClient, reference: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  return client.stream({ method: 'GET', path: `/images/${reference}/get`, signal });
}

/** The same, without the memory that it takes to keep pieces: each is valid until the next is asked for. */
export function downloadImage(client: EngineClient, reference: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  return client.download(`/images/${reference}/get`, signal);
}

export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

export function referenceOf(name: ImageName): string {
  return `${name.repository}:${name.tag}`;
}
