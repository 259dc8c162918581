import { decompress } from '@cos/archive';
import { RegistryError, type Registry } from '@cos/registry';
import { ClientError, reasonOf } from '../client-error.ts';
import type { ImageLayers } from './image-layers.ts';

export interface RegistryImageRequest {
  readonly registry: Registry;
  /** `registry.example/os:1`. */
  readonly reference: string;
  /** Which image of an index is meant: `linux/amd64`. */
  readonly platform: string;
  readonly signal: AbortSignal;
}

/** An image of a registry. Throws ClientError. */
export async function registryImage({ registry, reference, platform, signal }: RegistryImageRequest): Promise<ImageLayers> {
  const { descriptor, manifest } = await registry.manifest(reference, { platform, signal }).catch((error: unknown) => {
    throw explain(error, reference);
  });
  if (manifest.kind !== 'image') throw new ClientError('format', `${reference} is no image for ${platform}.`);
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  async function* layerOf(layer: (typeof manifest & { readonly kind: 'image' })['layers'][number]): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* decompress(registry.blob({ repository, descriptor: layer, signal }));
    } catch (error) {
      throw explain(error, reference);
    }
  }
  return {
    place: `${repository}@${descriptor.digest}`,
    layers: async function* () {
      for (const layer of manifest.layers) yield layerOf(layer);
    },
  };
}

function explain(error: unknown, reference: string): unknown {
  if (!(error instanceof RegistryError)) return error;
  const details = { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (error.code === 'not-found' || error.code === 'no-platform') return new ClientError('not-found', `There is no image ${reference}: ${reasonOf(error).split('\n')[0]}`, details);
  if (error.code === 'reference') return new ClientError('format', reasonOf(error).split('\n')[0] ?? '', details);
  return new ClientError(error.code === 'corrupt' || error.code === 'too-large' ? 'corrupt' : 'unreachable', `The image ${reference} cannot be had: ${reasonOf(error).split('\n')[0]}`, details);
}
