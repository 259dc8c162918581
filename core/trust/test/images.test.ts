import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRegistry, digestOf, encodeImage, mediaTypes, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSignatures, signImage, signatureTag, trustedKey, TrustError, verifyImage, writePayload } from '../src/index.ts';
import { failureOf, makeSigner, opensslVerifies, temporaryFolder, type Signer } from './rig.ts';

const signal = new AbortController().signal;
let server: TestRegistry;
let registry: Registry;
let own: Signer;
let other: Signer;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  [own, other] = [await makeSigner('own.pub'), await makeSigner('other.pub')];
});

afterAll(async () => {
  await registry.close();
  await server.close();
});

let count = 0;

/** Pushes an image of one layer into a repository of its own, and answers its digest. */
async function image(repository = `${server.host}/os/base${(count += 1)}`, content = `layer ${count}`): Promise<{ readonly repository: string; readonly digest: string }> {
  const layer = (await registry.pushBlob({ repository, content: Buffer.from(content) })).descriptor;
  const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
  const configDescriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  await registry.pushBlob({ repository, content: config, descriptor: configDescriptor });
  const manifest = encodeImage({ config: configDescriptor, layers: [{ ...layer, mediaType: mediaTypes.ociLayer }] });
  const { digest } = await registry.pushManifest({ reference: `${repository}:1`, bytes: manifest.bytes, mediaType: manifest.mediaType });
  return { repository, digest };
}

const verify = async (one: { readonly repository: string; readonly digest: string }, over: Partial<Parameters<typeof verifyImage>[0]> = {}) => verifyImage({ registry, ...one, keys: [own.trusted], signal, ...over });

describe('signatures of images', () => {
  test('lie under the tag of the digest, in the layout of cosign, and openssl finds them good', async () => {
    const one = await image();
    expect(await signImage({ registry, ...one, key: own.key, signal })).toBe(true);
    const { manifest } = await registry.manifest(`${one.repository}:sha256-${one.digest.slice(7)}.sig`);
    if (manifest.kind !== 'image') throw new Error('no image');
    expect(manifest.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    expect(manifest.layers).toEqual([expect.objectContaining({ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', annotations: { 'dev.cosignproject.cosign/signature': expect.any(String) } })]);
    const folder = await temporaryFolder();
    const path = (name: string): string => join(folder, name);
    const [layer] = manifest.layers;
    const payload: Uint8Array[] = [];
    for await (const chunk of registry.blob({ repository: one.repository, descriptor: layer! })) payload.push(chunk);
    await writeFile(path('payload'), Buffer.concat(payload));
    await writeFile(path('sig'), layer!.annotations!['dev.cosignproject.cosign/signature']!);
    await writeFile(path('own.pub'), own.trusted.pem);
    await writeFile(path('other.pub'), other.trusted.pem);
    expect([opensslVerifies(path('payload'), path('sig'), path('own.pub')), opensslVerifies(path('payload'), path('sig'), path('other.pub'))]).toEqual([true, false]);
    expect(await readFile(path('payload'), 'utf8')).toBe(`{"critical":{"identity":{"docker-reference":"${one.repository}"},"image":{"docker-manifest-digest":"${one.digest}"},"type":"cosign container image signature"},"optional":null}`);
    expect(await verify(one)).toMatchObject({ digest: one.digest, identity: one.repository, key: { name: 'own.pub' } });
  });

  test('made by openssl and put there by hand in that layout are accepted', async () => {
    const one = await image();
    const folder = await temporaryFolder();
    const run = (script: string): string => execFileSync('/bin/sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
    run('openssl ecparam -name prime256v1 -genkey -noout -out k.pem && openssl ec -in k.pem -pubout -out k.pub 2>/dev/null');
    const payload = `{"critical":{"identity":{"docker-reference":"${one.repository}"},"image":{"docker-manifest-digest":"${one.digest}"},"type":"cosign container image signature"},"optional":{"creator":"somebody"}}`;
    await writeFile(join(folder, 'payload'), payload);
    await put(one, [{ payload, signature: run('openssl dgst -sha256 -sign k.pem payload | base64 -w0') }]);
    const key = trustedKey(run('cat k.pub'), 'k.pub');
    expect(await verify(one, { keys: [own.trusted, key] })).toMatchObject({ identity: one.repository, optional: { creator: 'somebody' }, key: { name: 'k.pub' } });
    expect(await failureOf(verify(one))).toMatchObject({ code: 'invalid' });
  });

  test('of several signers stand beside each other, and the same signer is there once', async () => {
    const one = await image();
    expect(await signImage({ registry, ...one, key: own.key, signal })).toBe(true);
    expect(await signImage({ registry, ...one, key: other.key, signal })).toBe(true);
    expect(await signImage({ registry, ...one, key: own.key, signal })).toBe(false);
    expect((await readSignatures({ registry, ...one, signal })).signatures).toHaveLength(2);
    await verify(one);
    await verify(one, { keys: [other.trusted] });
  });

  test('of signers who sign at the same time are all there in the end', async () => {
    const one = await image();
    await Promise.all([signImage({ registry, ...one, key: own.key, signal }), signImage({ registry, ...one, key: other.key, signal })]);
    for (const key of [own, other]) {
      // The one that was overtaken between its look and now signs again.
      await signImage({ registry, ...one, key: key.key, signal });
      await verify(one, { keys: [key.trusted] });
    }
  });

  test('may lie in a repository of their own', async () => {
    const one = await image();
    const signatures = `${server.host}/signatures/of-all`;
    await signImage({ registry, ...one, key: own.key, signatures, signal });
    expect(await registry.tags(signatures)).toEqual([signatureTag(one.digest)]);
    expect(await failureOf(verify(one))).toMatchObject({ code: 'unsigned' });
    await verify(one, { signatures });
  });

  test('for another name count only where the name is asked for', async () => {
    const one = await image();
    const copy = await image(`${server.host}/mirror/base${count}`, `layer ${count}`);
    expect(copy.digest).toBe(one.digest);
    await signImage({ registry, ...one, key: own.key, signal });
    const { signatures } = await readSignatures({ registry, ...one, signal });
    await put(copy, signatures.map(({ payload, signature }) => ({ payload: Buffer.from(payload).toString(), signature })));
    const error = await verify(copy).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrustError);
    expect(error).toMatchObject({ code: 'identity', message: `${copy.repository}@${copy.digest} is signed for another name.`, expected: copy.repository, found: one.repository });
    await verify(copy, { identity: one.repository });
  });

  test('are refused that are by another key, over another digest, payload or name, damaged, or not there at all', async () => {
    const [one, two] = [await image(), await image()];
    const good = Buffer.from(writePayload({ digest: one.digest, identity: one.repository })).toString();
    const signed = (payload: string, key = own.key): { readonly payload: string; readonly signature: string } => ({ payload, signature: signBytes('sha256', Buffer.from(payload), key).toString('base64') });
    const { signature } = signed(good);
    const cases: Record<string, readonly [readonly { readonly payload: string; readonly signature: string }[], string]> = {
      'no signature': [[], 'unsigned'],
      'another key': [[signed(good, other.key)], 'invalid'],
      'a key of another kind': [[signed(good, generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)], 'invalid'],
      'the digest of another image': [[signed(Buffer.from(writePayload({ digest: two.digest, identity: one.repository })).toString())], 'invalid'],
      'a changed payload': [[{ payload: good.replace('"optional":null', '"optional":{}'), signature }], 'invalid'],
      'another type': [[signed(good.replace('cosign container image signature', 'atomic container signature'))], 'invalid'],
      'no JSON': [[signed('hello')], 'invalid'],
      'a damaged signature': [[{ payload: good, signature: signature.replace(/.{8}=*$/, 'AAAAAAA=') }], 'invalid'],
      'no base64': [[{ payload: good, signature: '!' }], 'invalid'],
      'another name': [[signed(good.replace('/os/', '/other/'))], 'identity'],
    };
    const told: Record<string, string> = {};
    for (const [name, [signatures]] of Object.entries(cases)) {
      await put(one, signatures);
      told[name] = (await failureOf(verify(one))).code;
    }
    expect(told).toEqual(Object.fromEntries(Object.entries(cases).map(([name, [, code]]) => [name, code])));
    await put(one, [signed(good, other.key), { payload: good, signature: '!' }, signed(good)]);
    await verify(one);
  });

  test('are not there where the tag holds something else', async () => {
    const one = await image();
    await registry.tag(`${one.repository}@${one.digest}`, signatureTag(one.digest));
    expect(await failureOf(verify(one))).toMatchObject({ code: 'unsigned' });
  });
});

/** Puts signatures there step by step by the published layout, not by the code under test. */
async function put({ repository, digest }: { readonly repository: string; readonly digest: string }, signatures: readonly { readonly payload: string; readonly signature: string }[]): Promise<void> {
  const config = Buffer.from('{}');
  const configDescriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length };
  await registry.pushBlob({ repository, content: config, descriptor: configDescriptor });
  const layers = await Promise.all(signatures.map(async ({ payload, signature }) => {
    const { descriptor } = await registry.pushBlob({ repository, content: Buffer.from(payload) });
    return { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: descriptor.digest, size: descriptor.size, annotations: { 'dev.cosignproject.cosign/signature': signature } };
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: configDescriptor, layers }));
  await registry.pushManifest({ reference: `${repository}:sha256-${digest.slice(7)}.sig`, bytes, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
}
