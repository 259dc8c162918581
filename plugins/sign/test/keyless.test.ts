import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachStatement, bundleType, generateKeyPair, listAttached, openPrivateKey, readAttached, sealEnvelope, statementType, trustedKey } from '@cos/trust';
import { createRegistry, encodeIndex } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '../src/commands/verify.ts';
import { loadSigstore } from '../src/keyless/load-sigstore.ts';
import { contextOf, failureOf, temporaryFolder } from './rig.ts';
import { release, startSigstore, type Sigstore } from './keyless-rig.ts';

let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await startSigstore();
});
afterAll(async () => {
  await sigstore[Symbol.asyncDispose]();
});

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const content = 'the iso';
const statementOf = (sha256: string): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'os.iso', digest: { sha256 } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: { buildDefinition: { externalParameters: { target: 'build-iso', derivative: 'my-os', version: '1.0', platform: 'linux/amd64' }, resolvedDependencies: [{ uri: 'packages', digest: {} }] }, runDetails: { builder: { id: 'urn:cos' } } },
  });

const expected = { bundle: 'os.sigstore.json', identity: release.sub, issuer: release.iss, trustedRoot: 'root.json' };

async function verifying(bundle: string, { args = {}, root = sigstore.trustedRoot, what = 'os.iso' }: { readonly args?: object; readonly root?: string; readonly what?: string } = {}): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ 'os.iso': content, 'os.sigstore.json': bundle, 'root.json': root })) writeFileSync(join(folder, name), text);
  const given = contextOf(folder, { what, key: [], skip: [], ...expected, ...args });
  await verify.handle(given);
  return given.printed;
}

const good = [expect.stringMatching(/^good: os\.iso is signed by release@example\.org, as https:\/\/issuer\.example\.org says$/), expect.stringMatching(/^in the transparency log at 20\d\d-.*Z, entry \d+$/)];

describe('a bundle whose signer is proven by a certificate', () => {
  test('over the bytes of a file says who, by whose word, and when', async () => {
    expect(await verifying(await sigstore.bytes(content))).toEqual(good);
  });

  test('of a statement says what made the file from what, too', async () => {
    expect(await verifying(await sigstore.statement(statementOf(hex(content))))).toEqual([...good, 'made by urn:cos: target build-iso of my-os 1.0 for linux/amd64', 'from packages']);
  });

  test('of a statement about an image is verified by its digest', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const index = encodeIndex({ manifests: [] });
    const { digest } = await registry.pushManifest({ reference: `${server.host}/os:1`, bytes: index.bytes, mediaType: index.mediaType });
    expect((await verifying(await sigstore.statement(statementOf(digest.slice(7))), { what: `${server.host}/os:1` }))[0]).toBe(`good: ${server.host}/os@${digest} is signed by release@example.org, as https://issuer.example.org says`);
    expect(await failureOf(verifying(await sigstore.statement(statementOf(hex(content))), { what: `${server.host}/os:1` }))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  });

  test('of somebody else, or by the word of another issuer, is refused: names are compared to the letter', async () => {
    const bundle = await sigstore.bytes(content);
    for (const identity of ['other@example.org', 'release@example.or', '.*', 'elease@example.org']) expect(await failureOf(verifying(bundle, { args: { identity } })), identity).toMatchObject({ code: 'COS_SIGN_IDENTITY', message: expect.stringContaining('found release@example.org') });
    expect(await failureOf(verifying(bundle, { args: { issuer: 'https://issuer.example.or' } }))).toMatchObject({ code: 'COS_SIGN_IDENTITY' });
    expect(await failureOf(verifying(await sigstore.bytes(content, { sub: 'evil@example.org', iss: release.iss })))).toMatchObject({ code: 'COS_SIGN_IDENTITY' });
  });

  test('over another file, changed, or without its entry in the log is refused', async () => {
    for (const other of [await sigstore.bytes('another iso'), await sigstore.statement(statementOf(hex('another iso')))]) expect(await failureOf(verifying(other))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining('os.sigstore.json') });
    const bytes = JSON.parse(await sigstore.bytes(content));
    const lied = structuredClone(await JSON.parse(await sigstore.bytes('another iso')));
    lied.messageSignature.messageDigest.digest = bytes.messageSignature.messageDigest.digest;
    const unlogged = structuredClone(bytes);
    unlogged.verificationMaterial.tlogEntries = [];
    const foreignEntry = structuredClone(bytes);
    foreignEntry.verificationMaterial.tlogEntries = JSON.parse(await sigstore.bytes('another iso')).verificationMaterial.tlogEntries;
    const statement = JSON.parse(await sigstore.statement(statementOf(hex('another iso'))));
    statement.dsseEnvelope.payload = Buffer.from(statementOf(hex(content))).toString('base64');
    for (const [name, bundle] of Object.entries({ lied, unlogged, foreignEntry, statement })) expect(await failureOf(verifying(JSON.stringify(bundle))), name).toMatchObject({ code: 'COS_SIGN_INVALID' });
  });

  test('by authorities that the trusted root does not have is refused', async () => {
    await using others = await startSigstore();
    expect(await failureOf(verifying(await others.bytes(content)))).toMatchObject({ code: 'COS_SIGN_INVALID' });
    expect(await verifying(await others.bytes(content), { root: others.trustedRoot })).toEqual(good);
    expect(await failureOf(verifying(await others.bytes(content), { root: '{}' }))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  });

  test('needs to be one, with a trusted root that is one', async () => {
    expect(await failureOf(verifying('{}'))).toMatchObject({ code: 'COS_SIGN_BAD_SIGNATURE_FILE', message: expect.stringContaining('os.sigstore.json is no bundle of sigstore') });
    expect(await failureOf(verifying(await sigstore.bytes(content), { root: 'no JSON' }))).toMatchObject({ code: 'COS_SIGN_BAD_KEY_FILE', message: expect.stringContaining('root.json is no trusted root') });
    expect(await failureOf(verifying(await sigstore.statement(statementOf(hex(content)), release, 'text/plain')))).toMatchObject({ code: 'COS_SIGN_BAD_SIGNATURE_FILE' });
  });

  test('needs all that says what it has to prove', async () => {
    const { trustedRoot: _, ...rest } = expected;
    expect(await failureOf(verifying('{}', { args: { ...rest, trustedRoot: undefined, identity: undefined } }))).toMatchObject({ code: 'COS_SIGN_REQUEST', message: 'Expected --bundle, --identity, --issuer and --trusted-root together; found no --identity, no --trusted-root.' });
    expect(await failureOf(verifying('{}', { args: { bundle: undefined } }))).toMatchObject({ code: 'COS_SIGN_REQUEST' });
  });

  test('tells what to install where the packages of sigstore are missing', async () => {
    const missing = '@sigstore/that-is-not-installed';
    expect(await failureOf(loadSigstore(async () => import(missing)))).toMatchObject({ code: 'COS_SIGN_PACKAGE', hint: 'npm install @sigstore/bundle @sigstore/protobuf-specs @sigstore/verify' });
    await expect(loadSigstore(async () => Promise.reject(new Error('something else')))).rejects.toThrow('something else');
  });
});

test('what cos attaches to images is a bundle that the packages of sigstore read and verify by the key', async () => {
  await using server = await startRegistry();
  await using registry = createRegistry();
  const pair = await generateKeyPair('');
  const key = trustedKey(pair.publicKey, 'cos.pub');
  const index = encodeIndex({ manifests: [] });
  const place = { registry, repository: `${server.host}/os`, digest: index.descriptor.digest, signal: new AbortController().signal };
  const statement = statementOf(place.digest.slice(7));
  await attachStatement({ ...place, subject: index.descriptor, envelope: sealEnvelope(Buffer.from(statement), statementType, await openPrivateKey(pair.privateKey, '', 'cos.key')), key });
  const [attached] = await listAttached(place, [bundleType]);
  const bundle = bundleFromJSON(JSON.parse(Buffer.from(await readAttached(place, attached!)).toString()));
  const hints: string[] = [];
  const material = toTrustMaterial(TrustedRoot.fromJSON({}), (hint) => {
    hints.push(hint);
    return { publicKey: key.key, validFor: () => true };
  });
  new Verifier(material, { tlogThreshold: 0, timestampThreshold: 0, ctlogThreshold: 0 }).verify(toSignedEntity(bundle));
  expect(hints).toEqual([createHash('sha256').update(key.key.export({ type: 'spki', format: 'der' })).digest('base64')]);
  expect(bundle.content).toMatchObject({ dsseEnvelope: { payload: Buffer.from(statement) } });
});
