import { createEntry } from '@cos/archive';
import { storeCases, type StoreSubject } from '@cos/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { importImage, referenceOf } from '../../src/engine/images.ts';
import { pluginOptions } from '../../src/options.ts';
import { createStores } from '../../src/store/create-stores.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { connect, hostVariables, never, TestImages } from '../rig/engine.ts';
import * as z from 'zod/mini';

let images: TestImages;
beforeAll(async () => {
  images = new TestImages(await connect());
});
afterAll(async () => images.remove());

let count = 0;
/** Each call is a client of its own, as in another process. */
function open(): StoreSubject['store'] {
  const plugin = z.parse(pluginOptions, { repository: images.repository, tmpdir: `/tmp/${'./'.repeat(count++)}` });
  const [store] = createStores({ plugin, env: hostVariables() });
  return store!;
}

async function subject(): Promise<StoreSubject> {
  return {
    store: open(),
    reopen: async () => open(),
    make: async (content) => {
      const name = images.name(`made${count++}`);
      await importImage(images.client, { rootfs: busyboxTar([createEntry({ path: 'content' }, content)]), name, changes: [`LABEL made=${count}`], platform: 'linux/amd64', signal: never });
      return referenceOf(name);
    },
  };
}

describe('the contract of stores', () => {
  for (const { title, check } of storeCases) it(title, async () => check(subject));
});
