import { Readable } from 'node:stream';
import { failureOf } from '../errors.ts';
import { EngineError, type EngineClient, type EngineRequest } from './client.ts';
import { referenceOf, type ImageName } from './images.ts';
import { productOf } from './product.ts';
import { readProgress } from './progress.ts';

export interface ImportRequest {
  /** The root file system as an uncompressed tar. */
  readonly rootfs: AsyncIterable<Uint8Array>;
  readonly name: ImageName;
  /** Variables of commands, by name; values of one line. */
  readonly env: Readonly<Record<string, string>>;
  /** Labels by name; values of one line. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly signal: AbortSignal;
}

/** Makes an image of one layer from a root file system and answers its id. Throws COS_DOCKER_ENGINE_FAILED and what the source throws. */
export async function importImage(client: EngineClient, request: ImportRequest): Promise<string> {
  const { signal } = request;
  const { name: product } = await productOf(client, signal);
  const body = Readable.from(request.rootfs, { objectMode: false });
  // An error of the source must reach whoever waits, not only the connection that it breaks.
  let broken: Error | undefined;
  body.once('error', (error) => {
    broken = error;
  });
  try {
    const stream = await client.stream({ ...(product === 'podman' ? podmanRequest(request) : dockerRequest(request)), body, signal });
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

type Target = Pick<EngineRequest, 'method' | 'path' | 'query'>;

function dockerRequest(request: ImportRequest): Target {
  const { name, platform } = request;
  // In a Dockerfile's instruction nothing of a value is expanded when these characters are escaped.
  const changes = changesOf(request, (value) => value.replace(/["\\$]/g, '\\$&'));
  return { method: 'POST', path: '/images/create', query: { fromSrc: '-', repo: name.repository, tag: name.tag, platform, changes } };
}

/**
 * Podman's own import: its imitation of Docker's takes no tag, and leaves a copy of the archive in its folder for temporary files. It takes the outermost
 * quotation marks off a value and leaves the rest as it is. A name needs its registry here, where Docker's API adds it.
 */
function podmanRequest(request: ImportRequest): Target {
  const { name, platform } = request;
  const [os, architecture] = platform.split('/');
  const reference = isQualified(name.repository) ? referenceOf(name) : `docker.io/${referenceOf(name)}`;
  return { method: 'POST', path: '/v4.0.0/libpod/images/import', query: { reference, OS: os, Architecture: architecture, changes: changesOf(request, (value) => value) } };
}

/** Whether the first component of a name is a registry. */
function isQualified(repository: string): boolean {
  const slash = repository.indexOf('/');
  return slash > 0 && /[.:]|^localhost$/.test(repository.slice(0, slash));
}

function changesOf({ env, labels = {} }: ImportRequest, escape: (value: string) => string): readonly string[] {
  const lines = (instruction: string, values: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(values)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${instruction} ${key}="${escape(value)}"`);
  return [...lines('ENV', env), ...lines('LABEL', labels)];
}
