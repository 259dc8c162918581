import { createEntry } from '@cos/archive';
import { storeCases, type StoreSubject } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceOf } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { pluginOptions } from '../../src/options.ts';
import { createStores } from '../../src/store/create-stores.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { engineNames, never, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';
import * as z from 'zod/mini';

let engine: TestEngine;
let images: TestImages;

let count = 0;
/** Each call is a client of its own, as in another process. */
function open(): StoreSubject['store'] {
  const plugin = z.parse(pluginOptions, { repository: images.repository, tmpdir: `/tmp/${'./'.repeat(count++)}` });
  const [store] = createStores({ plugin, env: engine.env });
  return store!;
}

async function subject(): Promise<StoreSubject> {
  return {
    store: open(),
    reopen: async () => open(),
    make: async (content) => {
      const name = images.name(`made${count++}`);
      await importImage(images.client, { rootfs: busyboxTar([createEntry({ path: 'content' }, content)]), name, env: {}, labels: { made: String(count) }, platform: 'linux/amd64', signal: never });
      return referenceOf(name);
    },
  };
}

describe.each(engineNames)('the contract of stores, with %s,', (name) => {
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  for (const { title, check } of storeCases) it(title, async () => check(subject));

  it('is kept with its optional part: images can be listed', () => {
    expect('list' in open()).toBe(true);
  });
});
