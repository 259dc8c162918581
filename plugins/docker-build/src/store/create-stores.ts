import type { ArtifactStore } from '@cos/core';
import { useEngine, type EngineHost } from '../engine/container-engine.ts';
import type { ImageStore } from './image-store.ts';

/** The store of container images; the engine is looked for when the first image is asked for. */
export function createStores(host: EngineHost): readonly ArtifactStore[] {
  const store = async (): Promise<ImageStore> => (await useEngine(host)).store;
  return [
    {
      kind: 'container-image',
      has: async (digest, signal) => (await store()).has(digest, signal),
      import: async (locator, signal) => (await store()).import(locator, signal),
      read: async function* read(digest, signal, options) {
        yield* (await store()).read(digest, signal, options);
      },
      list: async function* list(digest, signal) {
        yield* (await store()).list(digest, signal);
      },
      remove: async (digest, signal) => (await store()).remove(digest, signal),
    },
  ];
}
