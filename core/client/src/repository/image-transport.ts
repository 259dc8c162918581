// A repository in a container registry: one image repository, one tag for each object. A tag is the file's name with `+` as `-`; the image of a file has one
// layer that holds the file, the image of a package one layer that is its content.
import { decompress, readTar } from '@cos/archive';
import { imageId } from '@cos/luet';
import { RegistryError, type Registry } from '@cos/registry';
import { TrustError, verifyImage, type TrustedKey } from '@cos/trust';
import { ClientError, reasonOf } from '../client-error.ts';
import { checkObjectName, readAll, type PackageObject, type Signers, type Transport } from './transport.ts';

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
  const tagOf = (name: string): string => checkObjectName(name, repository).replaceAll('+', '-');
  async function* read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    yield* readFrom(`${repository}:${tagOf(name)}`, name, signal);
  }
  async function* readFrom(image: string, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const entry of readTar(decompress(layerOf(image, name, signal)))) {
      if (entry.path.replace(/^(?:\.?\/)+/, '') !== name) continue;
      yield* entry.body;
      return;
    }
    throw new ClientError('format', `The image ${image} holds no file ${name}.`);
  }
  /** The digest that a tag has at this moment, once it is found to be signed. */
  async function verifyTag(tag: string, what: string, by: Signers, signal: AbortSignal): Promise<{ readonly digest: string; readonly key: TrustedKey }> {
    try {
      const found = await registry.resolve(`${repository}:${tag}`, { signal });
      if (found === undefined) throw new ClientError('not-found', `The repository ${repository} has no ${what}.`);
      const { key } = await verifyImage({ registry, repository, digest: found.digest, ...by, signal });
      return { digest: found.digest, key };
    } catch (error) {
      if (error instanceof TrustError) throw new TrustError(error.code, error.message.replace(`${repository}@`, `${repository}:${tag}@`), { ...detailsOf(error), cause: error });
      throw error instanceof RegistryError ? explain(error, repository, what) : error;
    }
  }
  /** The tag may have moved since the bytes were read: what counts is that the signed image holds these very bytes. */
  async function verify(name: string, bytes: Uint8Array, by: Signers, signal: AbortSignal): Promise<TrustedKey> {
    const { digest, key } = await verifyTag(tagOf(name), name, by, signal);
    const signed = await readAll(readFrom(`${repository}@${digest}`, name, signal), bytes.length + 1, name).catch((error: unknown) => {
      if (error instanceof ClientError && error.code === 'limit') return undefined;
      throw error;
    });
    if (signed?.equals(bytes) === true) return key;
    throw new TrustError('invalid', `${repository}:${tagOf(name)} gives another ${name} than the signed image ${digest} holds.`, { hint: 'It is being published at this moment, or somebody answers with another file: try again.' });
  }
  return { verify, verifyPackage: async (object, by, signal) => (await verifyTag(imageId(object), object.path, by, signal)).digest, place: repository, keepsArchives: false, read, readPackage: (object: PackageObject, signal) => layerOf(object.image === undefined ? `${repository}:${imageId(object)}` : `${repository}@${object.image}`, object.path, signal) };
}

function explain(error: RegistryError, repository: string, what: string): ClientError {
  const details = { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (error.code === 'not-found' || error.code === 'no-platform') return new ClientError('not-found', `The repository ${repository} has no ${what}.`, details);
  const code = error.code === 'corrupt' || error.code === 'too-large' ? 'corrupt' : 'unreachable';
  return new ClientError(code, `The object ${what} of the repository ${repository} cannot be had: ${reasonOf(error).split('\n')[0]}`, details);
}

function detailsOf({ expected, found, hint, notes }: TrustError): ConstructorParameters<typeof TrustError>[2] {
  return { notes, ...(expected === undefined ? {} : { expected }), ...(found === undefined ? {} : { found }), ...(hint === undefined ? {} : { hint }) };
}
