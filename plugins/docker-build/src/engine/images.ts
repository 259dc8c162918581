import { Readable } from 'node:stream';
import { failureOf } from '../errors.ts';
import { EngineError, type EngineClient } from './client.ts';
import { readProgress } from './progress.ts';

// Requests about images. Names that reach these functions are made by this plugin or checked by it: none may hold a slash or a question mark unescaped.

/** What the engine says of an image, as far as it is used. Ids are the engine's own and say nothing about content. */
export interface ImageInfo {
  readonly id: string;
  /** Digests of the uncompressed layers, lowest first. These are digests of content. */
  readonly layers: readonly string[];
  /** What of the configuration influences commands that run in the image, as JSON in a fixed form. */
  readonly config: string;
  /** Instructions that are done where a Dockerfile starts from it; they are part of `config`, too. */
  readonly onBuild: readonly string[];
  /** `name:tag`. */
  readonly tags: readonly string[];
  /** `name@sha256:…`, for images that came from a registry. */
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
  const layers = texts(fieldsOf(fields.get('RootFS')).get('Layers'));
  if (typeof id !== 'string') throw failureOf('COS_DOCKER_ENGINE_FAILED', `The engine describes the image ${reference} without an id.`);
  const config = fieldsOf(fields.get('Config'));
  return { id, layers, config: configOf(config), onBuild: texts(config.get('OnBuild')), tags: texts(fields.get('RepoTags')), repoDigests: texts(fields.get('RepoDigests')), platform: platformOf(fields) };
}

function platformOf(fields: ReadonlyMap<string, unknown>): string | undefined {
  const [os, architecture] = [fields.get('Os'), fields.get('Architecture')];
  return typeof os === 'string' && typeof architecture === 'string' && os !== '' && architecture !== '' ? `${os}/${architecture}` : undefined;
}

/** The user, folder, variables and shell of commands, what is done when a Dockerfile starts from the image, and folders whose changes are thrown away. */
function configOf(config: ReadonlyMap<string, unknown>): string {
  const text = (name: string): string => {
    const value = config.get(name);
    return typeof value === 'string' ? value : '';
  };
  return JSON.stringify({
    user: text('User'),
    folder: text('WorkingDir'),
    env: texts(config.get('Env')).toSorted(byCodeUnit),
    shell: texts(config.get('Shell')),
    onBuild: texts(config.get('OnBuild')),
    volumes: [...fieldsOf(config.get('Volumes')).keys()].toSorted(byCodeUnit),
  });
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Gives an image one more name. Moves the name when another image has it. */
export async function tagImage(client: EngineClient, image: string, name: ImageName, signal: AbortSignal): Promise<void> {
  await client.ask({ method: 'POST', path: `/images/${image}/tag`, query: { repo: name.repository, tag: name.tag }, signal });
}

/** Takes a name away; with its last name the image goes, too. A name that nothing has is no error. */
export async function untagImage(client: EngineClient, name: ImageName, signal: AbortSignal): Promise<void> {
  await client.find({ method: 'DELETE', path: `/images/${referenceOf(name)}`, query: { noprune: '0' }, signal });
}

/** Names of images in a repository whose tag starts with `prefix`. */
export async function listTags(client: EngineClient, repository: string, prefix: string, signal: AbortSignal): Promise<readonly ImageName[]> {
  const answer = await client.ask({ method: 'GET', path: '/images/json', query: { filters: JSON.stringify({ reference: [`${repository}:${prefix}*`] }) }, signal });
  const start = `${repository}:`;
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return list
    .flatMap((image) => texts(fieldsOf(image).get('RepoTags')))
    .filter((reference) => reference.startsWith(`${start}${prefix}`))
    .map((reference) => ({ repository, tag: reference.slice(start.length) }));
}

/** The image as the engine saves it: a tar of its configuration and its layers. */
export async function saveImage(client: EngineClient, reference: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  return client.stream({ method: 'GET', path: `/images/${reference}/get`, signal });
}

export interface ImportRequest {
  /** The root file system as an uncompressed tar. */
  readonly rootfs: AsyncIterable<Uint8Array>;
  readonly name: ImageName;
  /** Dockerfile instructions that set the configuration, for example `ENV PATH=/bin`. */
  readonly changes: readonly string[];
  readonly platform: string;
  readonly signal: AbortSignal;
}

/** Makes an image of one layer from a root file system and answers its id. */
export async function importImage(client: EngineClient, request: ImportRequest): Promise<string> {
  const { name, changes, platform, signal } = request;
  const path = `/images/create?${changes.map((change) => `changes=${encodeURIComponent(change)}&`).join('')}`;
  const query = new URLSearchParams({ fromSrc: '-', repo: name.repository, tag: name.tag, platform });
  const body = Readable.from(request.rootfs, { objectMode: false });
  // An error of the source must reach whoever waits, not only the connection that it breaks.
  let broken: Error | undefined;
  body.once('error', (error) => {
    broken = error;
  });
  try {
    const stream = await client.stream({ method: 'POST', path: `${path}${query.toString()}&`, body, signal });
    let image: string | undefined;
    for await (const event of readProgress(stream)) {
      if (event.kind === 'error') throw failureOf('COS_DOCKER_ENGINE_FAILED', `The engine could not import the root file system: ${event.message}`);
      if (event.kind === 'image') image = event.id;
    }
    if (image === undefined) throw failureOf('COS_DOCKER_ENGINE_FAILED', 'The engine broke off the import of a root file system without a word.');
    return image;
  } catch (error) {
    signal.throwIfAborted();
    if (broken !== undefined) throw broken;
    throw error instanceof EngineError ? failureOf('COS_DOCKER_ENGINE_FAILED', `The engine refuses the root file system: ${error.refusal.message}`, { cause: error }) : error;
  } finally {
    body.destroy();
  }
}

export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

export function referenceOf(name: ImageName): string {
  return `${name.repository}:${name.tag}`;
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
