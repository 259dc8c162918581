import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, openPrivateKey, sealEnvelope, statementType, type KeyPair } from '@cos/trust';
import { beforeAll, expect, test } from 'vitest';
import { verify } from '../src/commands/verify.ts';
import { contextOf, failureOf, temporaryFolder } from './rig.ts';

let own: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  own = await generateKeyPair('p');
  other = await generateKeyPair('p');
});

const hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const statementOf = (sha256: string, over: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'os.iso', digest: { sha256 } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'urn:cos:build:1',
      externalParameters: { target: 'build-iso', derivative: 'my-os', version: '1.0', platform: 'linux/amd64', parameters: {} },
      resolvedDependencies: [{ uri: 'packages/a', digest: { cosTree: '0' } }, { uri: 'packages/a/build.yaml', digest: { cosTree: '1' } }, { name: 'x', digest: { sha256: '2' } }],
    },
    runDetails: { builder: { id: 'urn:cos' } },
  },
  ...over,
});

/** A workspace with `os.iso` and its statement. */
async function workspace(statement: unknown = statementOf(hex('the iso')), { signer = own, type = statementType }: { readonly signer?: KeyPair; readonly type?: string } = {}): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'cos.pub'), own.publicKey);
  writeFileSync(join(folder, 'os.iso'), 'the iso');
  writeFileSync(join(folder, 'os.iso.intoto.jsonl'), sealEnvelope(Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement)), type, await openPrivateKey(signer.privateKey, 'p', 'cos.key')));
  return folder;
}

async function verifying(folder: string): Promise<readonly string[]> {
  const given = contextOf(folder, { what: 'os.iso', key: [], skip: [] });
  await verify.handle(given);
  return given.printed;
}

test('a file with a signed statement is verified by it, and what made it from what is told', async () => {
  expect(await verifying(await workspace())).toEqual([
    'good: os.iso has a statement that is signed by the owner of cos.pub',
    'made by urn:cos: target build-iso of my-os 1.0 for linux/amd64',
    'from packages/a, and 1 things from outside that are named by digest',
  ]);
});

test('bills of materials beside it are those that the statement names, or refused', async () => {
  const statement = statementOf(hex('the iso'));
  const byproducts = ['os.iso.spdx.json', 'os.iso.cdx.json', '../os.iso'].map((name) => ({ name, mediaType: 'application/json', digest: { sha256: hex('bill') } }));
  const folder = await workspace({ ...statement, predicate: { ...statement.predicate, runDetails: { ...statement.predicate.runDetails, byproducts } } });
  writeFileSync(join(folder, 'os.iso.spdx.json'), 'bill');
  expect((await verifying(folder)).slice(3)).toEqual(['bill of materials: os.iso.spdx.json']);
  writeFileSync(join(folder, 'os.iso.cdx.json'), 'another');
  expect(await failureOf(verifying(folder))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining('os.iso.cdx.json is not the bill of materials that os.iso.intoto.jsonl names') });
});

test('a signature beside it is verified as well', async () => {
  const folder = await workspace();
  mkdirSync(join(folder, 'x'));
  writeFileSync(join(folder, 'os.iso.sig'), `${Buffer.from(readFileSync(join(folder, 'os.iso'))).toString('base64')}\n`);
  expect(await failureOf(verifying(folder))).toMatchObject({ code: 'COS_SIGN_BAD_SIGNATURE_FILE' });
});

test('another file, another signer, another type or content is refused', async () => {
  const changed = await workspace();
  writeFileSync(join(changed, 'os.iso'), 'changed');
  expect(await failureOf(verifying(changed))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining('os.iso.intoto.jsonl is about another file than os.iso') });
  expect(await failureOf(verifying(await workspace(undefined, { signer: other })))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  expect(await failureOf(verifying(await workspace(undefined, { type: 'text/plain' })))).toMatchObject({ code: 'COS_SIGN_BAD_SIGNATURE_FILE' });
  for (const statement of ['no JSON', '{}', statementOf(hex('the iso'), { predicateType: 'https://spdx.dev/Document' }), statementOf(hex('the iso'), { subject: [] })]) {
    expect(await failureOf(verifying(await workspace(statement)))).toMatchObject({ code: 'COS_SIGN_BAD_SIGNATURE_FILE', message: expect.stringContaining('is signed, but holds no statement') });
  }
});

test('texts of a statement do not steer the terminal', async () => {
  const statement = statementOf(hex('the iso'));
  const evil = { ...statement, predicate: { ...statement.predicate, runDetails: { builder: { id: 'a\u001b[2Jb' } } } };
  expect((await verifying(await workspace(evil)))[1]).toContain(String.raw`"a\u001b[2Jb"`);
});
