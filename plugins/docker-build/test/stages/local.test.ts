import { createEntry, rootfsDigest } from '@cos/archive';
import { runStage } from '@cos/core/testing';
import { createReadStream } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { referenceOf } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { dockerBuild } from '../../src/index.ts';
import { pluginOptions } from '../../src/options.ts';
import { named } from '../../src/pins/named.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { engineNames, never, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

let engine: TestEngine;
let images: TestImages;
let name: string;

const pinOf = (request: string) => named.resolve(request, { plugin: z.parse(pluginOptions, { repository: images.repository }), env: engine.env, signal: never, details: undefined, previous: undefined, scratch: '/nonexistent', source: (path: string) => path, keep: () => Promise.reject(new Error('the pin keeps no files')), warn: () => undefined, exec: () => Promise.reject(new Error('the pin starts no tool')) });
const take = (reference: string, content: string, platform: 'linux/amd64' | 'linux/arm64' = 'linux/amd64') => runStage(dockerBuild({ repository: images.repository }), 'local', { env: engine.env, options: { reference, content }, platform });

/** Gives the name to another image than it has. */
async function moveName(content: string): Promise<void> {
  await importImage(images.client, { rootfs: busyboxTar([createEntry({ path: 'marker' }, content)]), name: images.name('base'), env: {}, platform: 'linux/amd64', signal: never });
}

describe.each(engineNames)('an image that only %s has', (engineName) => {
  beforeAll(async () => {
    engine = await startEngine(engineName);
    images = new TestImages(engine.client);
    await images.base();
    name = referenceOf(images.name('base'));
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('is pinned by the digest of its content, and taken as exactly that', async () => {
    const pin = await pinOf(name);
    expect(pin).toEqual({ content: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown });
    await using taken = await take(name, (pin as { content: string }).content);
    expect(taken.text).toBe('');
    expect(taken.outputs.image.digest).toBe((pin as { content: string }).content);
    expect(await rootfsDigest(createReadStream(taken.outputs.image.path))).toBe(await rootfsDigest(busyboxTar()));
  });

  it('is taken from the store when its name has moved on, and refused when it was never there', async () => {
    const { content } = (await pinOf(name)) as { content: string };
    await using first = await take(name, content);
    await moveName('other');
    await using again = await take(name, content);
    expect([first.text, again.text, again.outputs.image.digest]).toEqual(['', '', content]);
    await using foreign = await take(name, `sha256:${'1'.repeat(64)}`);
    expect(foreign.failure).toMatchObject({ code: 'COS_DOCKER_LOCAL_IMAGE', message: expect.stringMatching(/^The image \S+ of the engine is another one than that of cos\.lock: its content has the digest sha256:[0-9a-f]{64}, expected sha256:1{64}\.$/) as unknown });
  });

  it('is refused when it is gone, and when it is for another platform', async () => {
    await using gone = await take(`${images.repository}:nowhere`, `sha256:${'2'.repeat(64)}`);
    expect(gone.failure).toMatchObject({ code: 'COS_DOCKER_LOCAL_IMAGE', message: `The engine has no image ${images.repository}:nowhere.` });
    await using other = await take(name, `sha256:${'3'.repeat(64)}`, 'linux/arm64');
    expect(other.failure).toMatchObject({ code: 'COS_DOCKER_LOCAL_IMAGE', message: `The image ${name} of the engine is for linux/amd64, and packages are built for linux/arm64.` });
  });

  it('without a tag means the tag latest', async () => {
    await engine.docker('tag', name, referenceOf(images.name('latest')));
    expect(await pinOf(images.repository)).toEqual(await pinOf(name));
  });

  it('is looked up in its registry under a name that the engine does not have', async () => {
    await expect(pinOf('127.0.0.1:9/x:1')).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_REGISTRY_FAILED' }] });
    expect(await pinOf(`x@sha256:${'4'.repeat(64)}`)).toEqual({ digest: `sha256:${'4'.repeat(64)}` });
  });
});
