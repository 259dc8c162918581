import { createHash, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, digestOf, encodeImage, encodeIndex, mediaTypes, type Descriptor, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { attach, attachStatement, bundleType, generateKeyPair, listAttached, openPrivateKey, readAttached, sealEnvelope, signImage, statementType, trustedKey, type TrustedKey } from '@cos/trust';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../src/commands/verify.ts';
import { contextOf, failureOf, temporaryFolder } from './rig.ts';

interface Signer {
  readonly key: KeyObject;
  readonly trusted: TrustedKey;
}

const signal = new AbortController().signal;
let server: TestRegistry;
let registry: Registry;
let own: Signer;
let other: Signer;
let count = 0;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  const make = async (name: string): Promise<Signer> => {
    const pair = await generateKeyPair('');
    return { key: await openPrivateKey(pair.privateKey, '', name), trusted: trustedKey(pair.publicKey, name) };
  };
  [own, other] = [await make('own.pub'), await make('other.pub')];
});
afterAll(async () => {
  await registry.close();
  await server.close();
});

const spdx = JSON.stringify({ spdxVersion: 'SPDX-2.3', packages: [{}, {}, {}] });
const cyclonedx = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [{}, {}] });
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const bills = [
  { name: 'os.cdx.json', mediaType: 'application/vnd.cyclonedx+json', text: cyclonedx },
  { name: 'os.spdx.json', mediaType: 'application/spdx+json', text: spdx },
];

interface Image {
  readonly repository: string;
  readonly descriptor: Descriptor;
}

async function image(repository = `${server.host}/os/told${(count += 1)}`, architecture = 'amd64'): Promise<Image> {
  const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, count }));
  const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  await registry.pushBlob({ repository, content: config, descriptor });
  const { bytes, mediaType } = encodeImage({ config: descriptor, layers: [] });
  return { repository, descriptor: await registry.pushManifest({ reference: `${repository}:${architecture}`, bytes, mediaType }) };
}

function statementOf({ repository, descriptor }: Image): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: repository, digest: { sha256: descriptor.digest.slice(7) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: { buildType: 'urn:cos:build:1', externalParameters: { target: 'publish-images', derivative: 'my-os', version: '1.0', platform: 'linux/amd64' }, resolvedDependencies: [{ uri: 'packages', digest: { cosTree: '0' } }] },
      runDetails: { builder: { id: 'urn:cos' }, byproducts: bills.map(({ name, mediaType, text }) => ({ name, mediaType, digest: { sha256: hex(text) } })) },
    },
  };
}

const placeOf = ({ repository, descriptor }: Image) => ({ registry, repository, digest: descriptor.digest, signal });

async function state(one: Image, { by = own, statement = statementOf(one), withBills = true }: { readonly by?: Signer; readonly statement?: object; readonly withBills?: boolean } = {}): Promise<void> {
  for (const { name, mediaType, text } of withBills ? bills : []) await attach(placeOf(one), one.descriptor, { type: mediaType, bytes: Buffer.from(text), title: name });
  await attachStatement({ ...placeOf(one), subject: one.descriptor, envelope: sealEnvelope(Buffer.from(JSON.stringify(statement)), statementType, by.key), key: by.trusted });
}

async function verifying(what: string, args: object = {}): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'cos.pub'), own.trusted.pem);
  const given = contextOf(folder, { what, key: [], skip: [], ...args });
  await verify.handle(given);
  return given.printed;
}

const told = ['made by urn:cos: target publish-images of my-os 1.0 for linux/amd64', 'from packages', `bill of materials: os.cdx.json, CycloneDX-1.6 of 2, sha256:${hex(cyclonedx)}`, `bill of materials: os.spdx.json, SPDX-2.3 of 2, sha256:${hex(spdx)}`];

test('an image with a signed statement is verified by it: who, what, from which sources, and which bills there are', async () => {
  const one = await image();
  await state(one);
  const name = `${one.repository}:amd64`;
  expect(await verifying(name)).toEqual([`good: ${name}@${one.descriptor.digest} has a statement that is signed by the owner of cos.pub`, ...told]);
  await signImage({ registry, repository: one.repository, digest: one.descriptor.digest, key: own.key, signal });
  expect(await verifying(name)).toEqual([`good: ${name}@${one.descriptor.digest} is signed by the owner of cos.pub`, ...told]);
});

test('an index is verified by the statements of its images, when each has one', async () => {
  const one = await image();
  const two = await image(one.repository, 'arm64');
  const entries = [{ ...one.descriptor, platform: { os: 'linux', architecture: 'amd64' } }, { ...two.descriptor, platform: { os: 'linux', architecture: 'arm64' } }];
  const index = encodeIndex({ manifests: entries });
  const { digest } = await registry.pushManifest({ reference: `${one.repository}:all`, bytes: index.bytes, mediaType: index.mediaType });
  const name = `${one.repository}:all`;
  expect(await failureOf(verifying(name))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
  await state(one);
  expect(await failureOf(verifying(name))).toMatchObject({ code: 'COS_SIGN_UNSIGNED', message: expect.stringContaining(`without a signed statement: linux/arm64 ${two.descriptor.digest}`) });
  await state(two, { withBills: false });
  const lines = await verifying(name);
  expect(lines[0]).toBe(`good: each image of ${name}@${digest} has a statement that is signed by the owner of cos.pub`);
  expect(lines).toContain(`linux/amd64 ${one.descriptor.digest}: ${told[2]}`);
  expect(lines).toContain(`linux/arm64 ${two.descriptor.digest}: bill of materials: os.cdx.json, application/vnd.cyclonedx+json sha256:${hex(cyclonedx)}, which is not attached`);
});

test('a statement that was changed, and one about another image, are refused by name, though the image is signed', async () => {
  const [one, two] = [await image(), await image()];
  await signImage({ registry, repository: one.repository, digest: one.descriptor.digest, key: own.key, signal });
  await state(one);
  const [there] = await listAttached(placeOf(one), [bundleType]);
  const bundle = JSON.parse(Buffer.from(await readAttached(placeOf(one), there!)).toString());
  for (const envelope of [{ ...bundle.dsseEnvelope, payload: Buffer.from(JSON.stringify({ ...statementOf(one), more: 1 })).toString('base64') }, JSON.parse(sealEnvelope(Buffer.from(JSON.stringify(statementOf(two))), statementType, own.key))]) {
    const changed = await attach(placeOf(one), one.descriptor, { type: bundleType, bytes: Buffer.from(JSON.stringify({ ...bundle, dsseEnvelope: envelope })), title: 'x' });
    expect(await failureOf(verifying(`${one.repository}:amd64`))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining(`${one.repository}@${changed.digest}`) });
    await registry.delete(`${one.repository}@${changed.digest}`);
  }
  expect(await verifying(`${one.repository}:amd64`)).toHaveLength(5);
});

test('a copy under another name needs to be said, and statements may lie in another repository', async () => {
  const one = await image();
  await state(one, { statement: statementOf({ ...one, repository: 'registry.example/os' }) });
  expect(await failureOf(verifying(`${one.repository}:amd64`))).toMatchObject({ code: 'COS_SIGN_IDENTITY' });
  expect(await verifying(`${one.repository}:amd64`, { identity: 'registry.example/os' })).toHaveLength(5);
  expect(await failureOf(verifying(`${one.repository}:amd64`, { signatures: `${server.host}/os/none` }))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
});

test('what others have attached does not count, and is told; a bill in place of a signed one is refused', async () => {
  const one = await image();
  await state(one, { by: other });
  expect(await failureOf(verifying(`${one.repository}:amd64`))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
  await state(one);
  const foreign = await attach(placeOf(one), one.descriptor, { type: 'application/spdx+json', bytes: Buffer.from('{}'), title: 'scan.json' });
  const lines = await verifying(`${one.repository}:amd64`);
  expect(lines.slice(0, 5)).toEqual([expect.stringContaining('good: '), ...told]);
  expect(lines.slice(5)).toEqual([`does not count: ${one.repository}@${foreign.digest}, a bill of materials that no signed statement names`, expect.stringMatching(/^does not count: .*, a statement that somebody else has signed$/)]);
  const changed = await attach(placeOf(one), one.descriptor, { type: 'application/spdx+json', bytes: Buffer.from(spdx.replace('2.3', '2.2')), title: 'os.spdx.json' });
  expect(await failureOf(verifying(`${one.repository}:amd64`))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining(`${one.repository}@${changed.digest} is not the bill of materials os.spdx.json`) });
});
