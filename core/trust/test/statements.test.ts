import { createRegistry, digestOf, emptyContent, encodeImage, encodeIndex, mediaTypes, type Descriptor, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attach, attachStatement, bundleType, deleteAttached, listAttached, readAttached, readImageStatements, sealEnvelope, statementType } from '../src/index.ts';
import { failureOf, makeSigner, type Signer } from './rig.ts';

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

interface Image {
  readonly repository: string;
  readonly descriptor: Descriptor;
}

async function image(): Promise<Image> {
  const repository = `${server.host}/os/attached${(count += 1)}`;
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, count }));
  const configDescriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  await registry.pushBlob({ repository, content: config, descriptor: configDescriptor });
  const { bytes, mediaType } = encodeImage({ config: configDescriptor, layers: [] });
  return { repository, descriptor: await registry.pushManifest({ reference: `${repository}:1`, bytes, mediaType }) };
}

const placeOf = ({ repository, descriptor }: Image) => ({ registry, repository, digest: descriptor.digest, signal });

function statementOf({ repository, descriptor }: Image, over: object = {}): object {
  return { _type: 'https://in-toto.io/Statement/v1', subject: [{ name: repository, digest: { sha256: descriptor.digest.slice(7) } }], predicateType: 'https://example.org/said', predicate: { said: 'this' }, ...over };
}

const seal = (statement: object, signer = own, type = statementType): string => sealEnvelope(Buffer.from(JSON.stringify(statement)), type, signer.key);
const attachTo = async (one: Image, statement: object, signer = own): Promise<boolean> => attachStatement({ ...placeOf(one), subject: one.descriptor, envelope: seal(statement, signer), key: signer.trusted });
const read = async (one: Image, over: Partial<Parameters<typeof readImageStatements>[0]> = {}) => readImageStatements({ ...placeOf(one), image: one.repository, keys: [own.trusted], ...over });

/** Attaches the one statement of an image with other bytes. */
async function attachChanged(one: Image, change: (bundle: any) => unknown, subject: Image = one): Promise<Descriptor> {
  const [there] = await listAttached(placeOf(one), [bundleType]);
  const bundle = JSON.parse(Buffer.from(await readAttached(placeOf(one), there!)).toString());
  await registry.delete(there!.name);
  return attach(placeOf(one), subject.descriptor, { type: bundleType, bytes: Buffer.from(JSON.stringify(change(bundle))), title: 'x' });
}

describe('a signed statement about an image', () => {
  test('is attached in the form that cosign looks for, and read back by who trusts the key', async () => {
    const one = await image();
    expect(await attachTo(one, statementOf(one))).toBe(true);
    const [entry] = await registry.referrers(`${one.repository}@${one.descriptor.digest}`);
    expect(entry).toMatchObject({ artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': 'https://example.org/said' } });
    const { manifest } = await registry.manifest(`${one.repository}@${entry!.digest}`);
    expect(manifest).toMatchObject({ config: emptyContent.descriptor, subject: one.descriptor, layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }] });
    const { signed, foreign } = await read(one);
    expect(signed).toMatchObject([{ predicate: { said: 'this' }, key: { name: 'own.pub' }, name: `${one.repository}@${entry!.digest}` }]);
    expect(foreign).toEqual([]);
  });

  test('is attached once, however often it is signed anew; another statement, and another signer, come beside it', async () => {
    const one = await image();
    expect([await attachTo(one, statementOf(one)), await attachTo(one, statementOf(one))]).toEqual([true, false]);
    expect(await listAttached(placeOf(one), [bundleType])).toHaveLength(1);
    expect(await attachTo(one, statementOf(one, { predicate: { said: 'more' } }))).toBe(true);
    expect(await attachTo(one, statementOf(one), other)).toBe(true);
    const { signed, foreign } = await read(one);
    expect(signed.map(({ predicate }) => JSON.stringify(predicate)).toSorted()).toEqual(['{"said":"more"}', '{"said":"this"}']);
    expect(foreign).toHaveLength(1);
  });

  test('is kept in another image repository where one is named', async () => {
    const one = await image();
    const repository = `${server.host}/os/kept${count}`;
    expect(await attachStatement({ ...placeOf(one), repository, subject: one.descriptor, envelope: seal(statementOf(one)), key: own.trusted })).toBe(true);
    expect((await read(one)).signed).toEqual([]);
    expect((await read(one, { repository })).signed).toHaveLength(1);
  });

  test('may be attached before the image is pushed', async () => {
    const repository = `${server.host}/os/before`;
    const { bytes, mediaType, descriptor } = encodeIndex({ manifests: [] });
    const one = { repository, descriptor };
    expect(await attachTo(one, statementOf(one))).toBe(true);
    await registry.pushManifest({ reference: `${repository}:1`, bytes, mediaType });
    expect((await read(one)).signed).toHaveLength(1);
  });

  test('is not attached to what it says nothing of, nor without a signature of the key', async () => {
    const [one, two] = [await image(), await image()];
    expect(await failureOf(attachTo(one, statementOf(two)))).toMatchObject({ code: 'invalid', message: expect.stringContaining(`${one.repository}@${one.descriptor.digest}`) });
    expect(await failureOf(attachStatement({ ...placeOf(one), subject: one.descriptor, envelope: seal(statementOf(one), other), key: own.trusted }))).toMatchObject({ code: 'invalid' });
    expect(await registry.referrers(`${one.repository}@${one.descriptor.digest}`)).toEqual([]);
  });
});

describe('refused is, by the name of the artifact,', () => {
  const refusal = async (change: (bundle: any, one: Image) => unknown): Promise<{ readonly code: string }> => {
    const one = await image();
    await attachTo(one, statementOf(one));
    const changed = await attachChanged(one, (bundle) => change(bundle, one));
    const failure = await failureOf(read(one));
    expect(failure.message).toContain(`${one.repository}@${changed.digest}`);
    return failure;
  };
  const encode = (statement: object): string => Buffer.from(JSON.stringify(statement)).toString('base64');

  test('a statement that was changed after it was signed', async () => {
    expect(await refusal((bundle, one) => ({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: encode(statementOf(one, { predicate: { said: 'that' } })) } }))).toMatchObject({ code: 'invalid' });
  });

  test('one about another image, though it is signed', async () => {
    const two = await image();
    expect(await refusal((bundle) => ({ ...bundle, dsseEnvelope: JSON.parse(seal(statementOf(two))) }))).toMatchObject({ code: 'invalid' });
  });

  test('one about this image under another name, unless that name is asked for', async () => {
    const one = await image();
    await attachTo(one, statementOf({ ...one, repository: 'registry.example/os/else' }));
    expect(await failureOf(read(one))).toMatchObject({ code: 'identity' });
    expect((await read(one, { identity: 'registry.example/os/else' })).signed).toHaveLength(1);
  });

  test('what is signed and no statement, of another type, or no bundle at all', async () => {
    expect(await refusal((bundle) => ({ ...bundle, dsseEnvelope: JSON.parse(seal({ hello: 1 })) }))).toMatchObject({ code: 'signature-file' });
    expect(await refusal((bundle, one) => ({ ...bundle, dsseEnvelope: JSON.parse(seal(statementOf(one), own, 'text/plain')) }))).toMatchObject({ code: 'signature-file' });
    expect(await refusal(() => ({ some: 'thing' }))).toMatchObject({ code: 'signature-file' });
  });

  test('nothing that names no key, or another one: it does not count, and is told as what others have attached', async () => {
    const one = await image();
    await attachTo(one, statementOf(one));
    await attachChanged(one, (bundle) => ({ ...bundle, verificationMaterial: { certificate: {} } }));
    expect(await read(one)).toMatchObject({ signed: [], foreign: [{}] });
  });

  test('what a list names, though it is about another image', async () => {
    const [one, two] = [await image(), await image()];
    const there = await attach({ ...placeOf(one) }, two.descriptor, { type: bundleType, bytes: Buffer.from('{}'), title: 'x' });
    const list = encodeIndex({ manifests: [{ ...there, artifactType: bundleType }] });
    await registry.pushManifest({ reference: `${one.repository}:${one.descriptor.digest.replace(':', '-')}`, bytes: list.bytes, mediaType: list.mediaType });
    expect(await failureOf(read(one))).toMatchObject({ code: 'invalid', message: expect.stringContaining(there.digest) });
  });
});

test('what is attached goes with the image, and files are listed by their types', async () => {
  const one = await image();
  await attachTo(one, statementOf(one));
  const bill = { type: 'application/spdx+json', bytes: Buffer.from('{"spdxVersion":"SPDX-2.3"}'), title: 'os.spdx.json' };
  const [first, again] = [await attach(placeOf(one), one.descriptor, bill), await attach(placeOf(one), one.descriptor, bill)];
  expect(again.digest).toBe(first.digest);
  const listed = await listAttached(placeOf(one), ['application/spdx+json']);
  expect(listed).toMatchObject([{ title: 'os.spdx.json', content: { digest: digestOf(bill.bytes) } }]);
  expect(Buffer.from(await readAttached(placeOf(one), listed[0]!))).toEqual(bill.bytes);
  await deleteAttached(placeOf(one));
  expect(await registry.referrers(`${one.repository}@${one.descriptor.digest}`)).toEqual([]);
  expect(await registry.resolve(`${one.repository}@${first.digest}`)).toBeUndefined();
  expect(await registry.tags(one.repository)).toEqual(['1']);
});
