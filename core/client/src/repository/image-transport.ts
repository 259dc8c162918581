// A repository in a container registry: one image repository, one tag for each object. A tag is the file's name with `+` as `-`; the image of a file has one
// layer that holds the file, the image of a package one layer that is its content.
import { decompress, readTar } from '@cos/archive';
import { imageId } from '@cos/luet';
import { RegistryError, type Registry } from '@cos/registry';
import { ClientError, reasonOf } from '../client-error.ts';
import { checkObjectName, type PackageObject, type Transport } from './transport.ts';

export interface ImageTransportOptions {
  readonly registry: Registry;
  /** `host/path`, without tag. */
  readonly repository: string;
  /** Which image of an index is meant: `linux/amd64`. */
  readonly platform: string;
}

/**
 * Blobs are verified by the digests of their manifests. What the index says of a package's archive is about another file and is not compared; an index that
 * cos wrote names the digest of the image instead, and then the tag does not count.
 */
export function imageTransport({ registry, repository, platform }: ImageTransportOptions): Transport {
  async function* layerOf(image: string, what: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const { manifest } = await registry.manifest(image, { platform, signal });
      if (manifest.kind !== 'image' || manifest.layers.length !== 1 || manifest.layers[0] === undefined) {
        throw new ClientError('format', `The image ${image} is no object of a repository.`, { expected: 'an image of one layer', found: manifest.kind === 'image' ? `${manifest.layers.length} layers` : 'an index' });
      }
      yield* registry.blob({ repository, descriptor: manifest.layers[0], signal });
    } catch (error) {
      throw error instanceof RegistryError ? explain(error, repository, what) : error;
    }
  }
  async function* read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const tag = checkObjectName(name, repository).replaceAll('+', '-');
    for await (const entry of readTar(decompress(layerOf(`${repository}:${tag}`, name, signal)))) {
      if (entry.path.replace(/^(?:\.?\/)+/, '') !== name) continue;
      yield* entry.body;
      return;
    }
    throw new ClientError('format', `The image ${repository}:${tag} holds no file ${name}.`);
  }
  return { place: repository, keepsArchives: false, read, readPackage: (object: PackageObject, signal) => layerOf(object.image === undefined ? `${repository}:${imageId(object)}` : `${repository}@${object.image}`, object.path, signal) };
}

function explain(error: RegistryError, repository: string, what: string): ClientError {
  const details = { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (error.code === 'not-found' || error.code === 'no-platform') return new ClientError('not-found', `The repository ${repository} has no ${what}.`, details);
  const code = error.code === 'corrupt' || error.code === 'too-large' ? 'corrupt' : 'unreachable';
  return new ClientError(code, `The object ${what} of the repository ${repository} cannot be had: ${reasonOf(error).split('\n')[0]}`, details);
}
