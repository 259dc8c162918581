import { createRegistry, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { generateKeyPair, openPrivateKey, signImage, type KeyPair } from '@cos/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDocker, type DockerService } from '../rig/dockerd.ts';
import { TestImages } from '../rig/engine.ts';
import { buildOn, pushFrom, type Built } from '../rig/share.ts';

// What a cache has is used when it is signed as its policy says; else it is built here, or told.

let docker: DockerService;
let images: TestImages;
let registry: TestRegistry;
let client: Registry;
let good: Built;
let repository: string;
let [own, other]: KeyPair[] = [];

const recipe = { prelude: ['echo prelude > /prelude'], steps: ['echo step > /step'] };

beforeAll(async () => {
  [own, other] = [await generateKeyPair(''), await generateKeyPair('')];
  docker = await startDocker();
  images = await TestImages.at(docker.socket);
  await images.base();
  registry = await startRegistry();
  client = createRegistry();
  repository = `${registry.host}/team/cache`;
  good = await buildOn(images, { recipe });
  expect((await pushFrom(images, good, repository)).text).toBe('');
}, 120_000);
afterAll(async () => {
  await client.close();
  await registry.close();
  await docker.stop();
});

async function build(mode: 'enforce' | 'warn' | 'off', key: KeyPair): Promise<{ readonly made: string; readonly image: string; readonly told: readonly string[] }> {
  const { origin, run } = await buildOn(images, { recipe, pull: [repository], plugin: { trust: [{ match: `${registry.host}/team/*`, mode, keys: [key.publicKey] }] } });
  return { made: origin.made, image: origin.image, told: run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : [])) };
}

describe('an image of a cache', () => {
  it('that nobody has signed is built, used with a warning, or used, as the policy says', async () => {
    const { digest } = (await client.resolve(`${repository}:${good.tag}`))!;
    expect(await build('enforce', own!)).toEqual({ made: 'built', image: good.origin.image, told: [`what ${repository} has is not used: ${repository}@${digest} is not signed.`] });
    expect(await build('warn', own!)).toEqual({ made: 'pulled', image: good.origin.image, told: [`${repository}:${good.tag} is used all the same: ${repository}@${digest} is not signed.`] });
    expect(await build('off', own!)).toEqual({ made: 'pulled', image: good.origin.image, told: [] });
  });

  it('that is signed is used by who trusts the signer, and built by others', async () => {
    const { digest } = (await client.resolve(`${repository}:${good.tag}`))!;
    await signImage({ registry: client, repository, digest, key: await openPrivateKey(own!.privateKey, '', 'own'), signal: new AbortController().signal });
    expect(await build('enforce', own!)).toEqual({ made: 'pulled', image: good.origin.image, told: [] });
    expect(await build('enforce', other!)).toMatchObject({ made: 'built', told: [expect.stringContaining('is signed, but not by the key for')] });
  });
});
