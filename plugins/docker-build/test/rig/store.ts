import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineClient } from '../../src/engine/client.ts';
import { productOf } from '../../src/engine/product.ts';
import { ImageStore, type ImageStoreOptions } from '../../src/store/image-store.ts';

/** A store as of a process of its own, whose user has never read a layer unless `listings` is given. */
export function newStore(client: EngineClient, repository: string, more: Partial<ImageStoreOptions> = {}): ImageStore {
  const listings = more.listings ?? mkdtempSync(join(tmpdir(), 'cos-listings-'));
  const pushes = more.pushes ?? mkdtempSync(join(tmpdir(), 'cos-pushes-'));
  return new ImageStore({ client, repository, folder: tmpdir(), listings, pushes, mayPush: async (signal) => (await productOf(client, signal)).name === 'docker', ...more });
}
