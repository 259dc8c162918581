import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { rootfsDigest } from '@cos/archive';
import { runStage } from '@cos/core/testing';
import { createRegistry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { generateKeyPair, openPrivateKey, signImage } from '@cos/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { referenceOf } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import { pluginOptions } from '../../src/options.ts';
import { digest } from '../../src/pins/digest.ts';
import { named } from '../../src/pins/named.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { hostVariables, connect, never, TestImages } from '../rig/engine.ts';

let images: TestImages;
let registry: TestRegistry;
let name: string;
let pushed: string;

beforeAll(async () => {
  images = new TestImages(await connect());
  await images.base();
  registry = await startRegistry();
  name = `${registry.host}/team/base`;
  execFileSync('docker', ['tag', referenceOf(images.name('base')), `${name}:1`]);
  const output = execFileSync('docker', ['push', `${name}:1`]).toString();
  pushed = /sha256:[0-9a-f]{64}/.exec(output)![0];
  execFileSync('docker', ['rmi', `${name}:1`]);
});
afterAll(async () => {
  await images.remove();
  execFileSync('sh', ['-c', `docker images --quiet --digests "${name}" | xargs --no-run-if-empty docker rmi --force`]);
  await registry.close();
});

const host = { plugin: z.parse(pluginOptions, {}), env: hostVariables(), signal: never, details: undefined, previous: undefined, scratch: '/nonexistent', source: (path: string) => path, keep: () => Promise.reject(new Error('the pin keeps no files')), warn: () => undefined, exec: () => Promise.reject(new Error('the pin starts no tool')) };

describe('an image of a registry', () => {
  it('is pinned by the digest that the registry has for its name', async () => {
    expect(await digest.resolve(`${name}:1`, host)).toBe(pushed);
    expect(await digest.resolve(`${name}@${pushed}`, host)).toBe(pushed);
  });

  it('is pinned without asking a container engine, also by a mirror of the registry that it names', async () => {
    const alone = { ...host, env: { ...hostVariables(), DOCKER_HOST: 'unix:///nonexistent/engine.sock' } };
    expect(await digest.resolve(`${name}:1`, alone)).toBe(pushed);
    const [server = '', ...path] = name.split('/');
    const mirrored = { ...alone, plugin: z.parse(pluginOptions, { registryMirrors: { 'docker.io': `http://${server}` } }) };
    expect(await digest.resolve(`${path.join('/')}:1`, mirrored)).toBe(pushed);
  });

  it('is pinned only when it is signed as the policy for its name says', async () => {
    const [own, other] = [await generateKeyPair(''), await generateKeyPair('')];
    const warned: { readonly code: string; readonly message: string }[] = [];
    const trusting = (mode: 'enforce' | 'warn' | 'off', pem = own.publicKey, match = name) => ({ ...host, plugin: z.parse(pluginOptions, { trust: [{ match, mode, keys: [pem] }] }), warn: (problem: (typeof warned)[number]) => void warned.push(problem) });
    for (const request of [`${name}:1`, `${name}@${pushed}`]) {
      await expect(digest.resolve(request, trusting('enforce'))).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_UNTRUSTED', message: expect.stringContaining(`${name}@${pushed} is not signed`) as unknown }] });
      await expect(named.resolve(request, trusting('enforce'))).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_UNTRUSTED' }] });
      expect(await digest.resolve(request, trusting('off'))).toBe(pushed);
      expect(await digest.resolve(request, trusting('enforce', own.publicKey, 'other.example/*'))).toBe(pushed);
    }
    expect(warned).toEqual([]);
    expect(await digest.resolve(`${name}:1`, trusting('warn'))).toBe(pushed);
    expect(warned).toEqual([expect.objectContaining({ code: 'COS_DOCKER_UNTRUSTED', message: expect.stringContaining('is not signed') as unknown })]);
    const registryClient = createRegistry();
    await signImage({ registry: registryClient, repository: name, digest: pushed, key: await openPrivateKey(own.privateKey, '', 'own'), signal: never });
    await registryClient.close();
    expect(await digest.resolve(`${name}:1`, trusting('enforce'))).toBe(pushed);
    await expect(digest.resolve(`${name}:1`, trusting('enforce', other.publicKey))).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_UNTRUSTED', message: expect.stringContaining('is signed, but not by') as unknown }] });
    expect(z.safeParse(pluginOptions, { trust: [{ match: name, mode: 'enforce' }] }).error?.issues.map(({ message }) => message)).toEqual(['expected the text of a public key for the mode enforce']);
    expect(z.safeParse(pluginOptions, { trust: [{ match: name, mode: 'enforce', keys: ['none'] }] }).error?.issues[0]?.message).toMatch(/^The key file the key for .* cannot be used/);
  });

  it('is pulled by its digest', async () => {
    await using pulled = await runStage(dockerBuild({ repository: images.repository }), 'pull', { options: { reference: `${name}:1`, digest: pushed } });
    expect(pulled.text).toBe('');
    expect(await rootfsDigest(createReadStream(pulled.outputs.image.path))).toBe(await rootfsDigest(busyboxTar()));
  });

  it('is meant by its name when the engine got it from there, also when the registry is out of reach', async () => {
    execFileSync('docker', ['pull', `${name}:1`]);
    const moved = name.replace(/:\d+\//, ':9/');
    execFileSync('docker', ['tag', `${name}:1`, `${moved}:1`]);
    try {
      expect(await named.resolve(`${name}:1`, host)).toEqual({ digest: pushed });
      // A name of another registry, which nobody has got the image from.
      expect(await named.resolve(`${moved}:1`, host)).toEqual({ content: expect.stringMatching(/^sha256:/) as unknown });
    } finally {
      execFileSync('docker', ['rmi', `${moved}:1`]);
    }
  });

  it('is not pulled again when the engine has it', async () => {
    execFileSync('docker', ['pull', `${name}@${pushed}`]);
    await using pulled = await runStage(dockerBuild({ repository: images.repository }), 'pull', { options: { reference: `${name}:1`, digest: pushed } });
    expect([pulled.text, pulled.lines]).toEqual(['', []]);
  });

  it.each([
    ['without a digest', {}, 'COS_DOCKER_REFERENCE_FORM'],
    ['with a digest of another form', { digest: 'latest' }, 'COS_DOCKER_REFERENCE_FORM'],
    ['with a digest that the registry does not have', { digest: `sha256:${'0'.repeat(64)}` }, 'COS_DOCKER_REGISTRY_FAILED'],
  ])('is refused %s', async (_, options, code) => {
    await using pulled = await runStage(dockerBuild({ repository: images.repository }), 'pull', { options: { reference: `${name}:1`, ...options } });
    expect(pulled.failure).toMatchObject({ code });
  });

  it('is not pinned when the registry does not have it or cannot be reached', async () => {
    await expect(digest.resolve(`${name}:2`, host)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_REGISTRY_FAILED', message: expect.stringContaining(`The image ${name}:2 cannot be had: `) as unknown }] });
    await expect(digest.resolve('127.0.0.1:9/x:1', host)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_REGISTRY_FAILED' }] });
  });

  it('says without network what is the matter, and what can be done', async () => {
    const error = await digest.resolve('registry.invalid/opensuse/leap:15.3', host).then(() => undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({
      diagnostics: [{ code: 'COS_DOCKER_REGISTRY_FAILED', message: expect.stringMatching(/^The image registry\.invalid\/opensuse\/leap:15\.3 cannot be had: .*registry\.invalid/) as unknown, notes: [{ message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN|not be resolved|no address/i) as unknown }], hint: expect.stringMatching(/network|name/) as unknown }],
    });
  });

  it.each(['', 'UPPER:1', 'a b', '../x', 'x?y=1', 'x@sha256:1', 'x:1@sha256:zz', '-x'])('is not asked for as %j', async (reference) => {
    await expect(digest.resolve(reference, host)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_REFERENCE_FORM' }] });
  });
});
