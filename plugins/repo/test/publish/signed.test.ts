import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { changeRoot, imageTransport, openRepository, openRoot, noteSeen, planChanges, readSeen, type OpenRepository, type RepositoryTrust, type Transport } from '@cos/client';
import { createRegistry, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { generateKeyPair, openPrivateKey, signImage, trustedKey } from '@cos/trust';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IndexSigner } from '../../src/publish/index-signer.ts';
import { temporaryFolder } from '../rig.ts';
import { folder, images, list, publishTo, samples } from './rig.ts';

const signal = new AbortController().signal;
let server: TestRegistry;
let registry: Registry;
let own: IndexSigner;
let other: IndexSigner;
let count = 0;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  const make = async (name: string): Promise<IndexSigner> => {
    const pair = await generateKeyPair('');
    return { key: await openPrivateKey(pair.privateKey, '', name), trusted: trustedKey(pair.publicKey, name), signatures: undefined };
  };
  [own, other] = [await make('own.pub'), await make('other.pub')];
});
afterAll(async () => {
  await registry.close();
  await server.close();
});

const trust = (over: Partial<RepositoryTrust> = {}): RepositoryTrust => ({ mode: 'enforce', keys: [own.trusted], now: new Date(Date.UTC(2026, 0, 2)), warn: () => undefined, ...over });
const open = async (transport: Transport, over: Partial<RepositoryTrust> = {}): Promise<OpenRepository> => openRepository({ name: 'main', transports: [transport], trust: trust(over), signal });

function withoutImage<T extends { readonly image?: string }>(given: T): Omit<T, 'image'> {
  const { image: _, ...archive } = given;
  return archive;
}

async function install(repository: OpenRepository): Promise<readonly string[]> {
  const root = join(await temporaryFolder(), 'root');
  await mkdir(root);
  await changeRoot({ root, repositories: [repository], plan: (installed) => planChanges({ installed, repositories: [repository], wanted: [{ category: 'app', name: 'a', version: '>=0' }], others: 'keep' }), requested: () => true, signal });
  return list(join(root, 'usr/share'));
}

test('one signature of the index covers an install from a folder, and openssl finds it good', async () => {
  const path = await temporaryFolder();
  await publishTo(folder(path), await samples('app/a@1.0'), { signer: own });
  await publishTo(folder(path), await samples('app/b@1.0'), { signer: own });
  const opened = await open(folder(path).transport);
  expect(opened.verified).toMatchObject({ name: 'sample', revision: 2, key: 'own.pub' });
  expect(await install(opened)).toEqual(['a']);
  const signatures = list(path).filter((name) => name.endsWith('.sig'));
  expect(signatures).toHaveLength(2);
  const digest = execFileSync('sha256sum', [join(path, 'repository.yaml')], { encoding: 'utf8' }).slice(0, 64);
  writeFileSync(join(path, 'key.pem'), own.trusted.pem);
  execFileSync('/bin/sh', ['-c', `base64 -d sha256-${digest}.sig > s.der && openssl dgst -sha256 -verify key.pem -signature s.der repository.yaml`], { cwd: path });
  await expect(open(folder(path).transport, { keys: [other.trusted] })).rejects.toMatchObject({ code: 'invalid' });
});

test('a snapshot is signed, too', async () => {
  const path = await temporaryFolder();
  const { snapshot } = await publishTo(folder(path), await samples('app/a@1.0'), { signer: own });
  await publishTo(folder(path), await samples('app/b@1.0'), { signer: own });
  const opened = await openRepository({ name: 'main', transports: [folder(path).transport], reference: `${snapshot}-repository.yaml`, trust: trust(), signal });
  expect([opened.verified?.revision, opened.packages.map(({ definition }) => definition.name)]).toEqual([1, ['a']]);
});

test('one signature covers an install from an image repository, which cosign would find under the usual tag', async () => {
  const place = await images(`${server.host}/signed/r${(count += 1)}`, registry);
  const { snapshot } = await publishTo(place, await samples('app/a@1.0'), { signer: own });
  const opened = await open(place.transport);
  expect(opened.verified).toMatchObject({ revision: 1, key: 'own.pub' });
  expect(await install(opened)).toEqual(['a']);
  const tags = await registry.tags(place.name);
  for (const tag of ['repository.yaml', `${snapshot}-repository.yaml`]) {
    const { digest } = (await registry.resolve(`${place.name}:${tag}`))!;
    expect(tags).toContain(`sha256-${digest.slice(7)}.sig`);
  }
  await openRepository({ name: 'main', transports: [place.transport], reference: `${snapshot}-repository.yaml`, trust: trust(), signal });
  await expect(open(place.transport, { keys: [other.trusted] })).rejects.toMatchObject({ code: 'invalid' });
});

test('signatures of an image repository may lie in another one', async () => {
  const place = await images(`${server.host}/signed/r${(count += 1)}`, registry);
  const signatures = `${server.host}/signed/signatures${count}`;
  await publishTo(place, await samples('app/a@1.0'), { signer: { ...own, signatures } });
  expect((await registry.tags(place.name))!.filter((tag) => tag.endsWith('.sig'))).toEqual([]);
  await expect(open(place.transport)).rejects.toMatchObject({ code: 'unsigned' });
  await open(place.transport, { signatures });
  // What is published is verified there, too.
  expect(await publishTo(place, await samples('app/b@1.0'), { signer: { ...own, signatures } })).toMatchObject({ revision: 2 });
});

test('the signature of a snapshot goes with it', async () => {
  for (const place of [folder(await temporaryFolder()), await images(`${server.host}/signed/r${(count += 1)}`, registry)]) {
    for (const version of ['1', '2', '3', '4']) await publishTo(place, await samples(`app/a@${version}`), { signer: own, retain: { versions: undefined, snapshots: 2 } });
    const names = [...(await place.names())];
    const snapshots = names.filter((name) => name.endsWith('-repository.yaml'));
    expect(snapshots).toHaveLength(2);
    // In a registry repository.yaml is an image of its own.
    expect(names.filter((name) => name.endsWith('.sig'))).toHaveLength(place.type === 'files' ? 2 : 6);
    for (const reference of ['repository.yaml', ...snapshots]) await openRepository({ name: 'main', transports: [place.transport], reference, trust: trust(), signal });
  }
});

test('nobody signs on top of what is not signed, or signed by somebody else', async () => {
  for (const before of [undefined, other]) {
    for (const place of [folder(await temporaryFolder()), await images(`${server.host}/signed/r${(count += 1)}`, registry)]) {
      await publishTo(place, await samples('app/a@1.0'), { signer: before });
      await expect(publishTo(place, await samples('app/b@1.0'), { signer: own })).rejects.toMatchObject({ code: before === undefined ? 'unsigned' : 'invalid' });
      expect((await openRepository({ name: 'main', transports: [place.transport], signal })).file.revision).toBe(1);
    }
  }
});

test('what is new nowhere is published again only to be fresh, with the next revision and a later time', async () => {
  const path = await temporaryFolder();
  const packages = await samples('app/a@1.0');
  await publishTo(folder(path), packages, { signer: own });
  const before = (await open(folder(path).transport)).verified!;
  expect(await publishTo(folder(path), packages, { signer: own })).toMatchObject({ isNew: false, revision: 1 });
  expect(await publishTo(folder(path), packages, { signer: own, refresh: true })).toMatchObject({ isNew: true, revision: 2, added: [] });
  const after = (await open(folder(path).transport)).verified!;
  expect(after.lastUpdate).toBeGreaterThan(before.lastUpdate);
  const place = await images(`${server.host}/signed/r${(count += 1)}`, registry);
  await publishTo(place, packages, { signer: own });
  expect(await publishTo(place, packages, { signer: own, refresh: true })).toMatchObject({ isNew: true, revision: 2, added: [] });
});

test('an older index is refused by who has seen a later one, however well it is signed', async () => {
  const path = await temporaryFolder();
  const root = openRoot(await temporaryFolder());
  await publishTo(folder(path), await samples('app/a@1.0'), { signer: own });
  const old = readFileSync(join(path, 'repository.yaml'));
  await publishTo(folder(path), await samples('app/b@1.0'), { signer: own });
  const { verified } = await open(folder(path).transport);
  noteSeen(root, { main: verified! });
  expect(readSeen(root)).toEqual({ main: { name: 'sample', revision: 2, lastUpdate: verified!.lastUpdate, sha256: verified!.sha256 } });
  writeFileSync(join(path, 'repository.yaml'), old);
  await open(folder(path).transport);
  await expect(open(folder(path).transport, { seen: readSeen(root)['main']! })).rejects.toMatchObject({ code: 'replay', expected: 'revision 2 or a later one', found: 'revision 1' });
  const warned: string[] = [];
  const opened = await open(folder(path).transport, { mode: 'warn', seen: readSeen(root)['main']!, warn: (problem) => warned.push(problem.code) });
  expect([opened.verified, warned]).toEqual([undefined, ['replay']]);
  noteSeen(root, { main: { ...verified!, revision: 1 } });
  expect(readSeen(root)['main']!.revision).toBe(2);
});

test('packages that a signed index of images names by tags alone count where their own images are signed', async () => {
  const place = await images(`${server.host}/signed/r${(count += 1)}`, registry);
  await publishTo(place, await samples('app/a@1.0'), { signer: own });
  const opened = await open(imageTransport({ registry, repository: place.name, platform: 'linux/amd64' }));
  const byTag = { ...opened, packages: opened.packages.map((one) => ({ ...one, archive: withoutImage(one.archive) })) };
  await expect(install(byTag)).rejects.toMatchObject({ code: 'unsigned', message: expect.stringMatching(/:a-app-1\.0@sha256:[0-9a-f]{64} is not signed\.$/) });
  await signImage({ registry, repository: place.name, digest: (await registry.resolve(`${place.name}:a-app-1.0`))!.digest, key: own.key, signal });
  expect(await install(byTag)).toEqual(['a']);
});

test('a publication that is killed before the index is in place leaves the signed one that was there', async () => {
  const path = await temporaryFolder();
  await publishTo(folder(path), await samples('app/a@1.0'), { signer: own });
  const place = folder(path);
  await expect(publishTo({ ...place, replace: () => Promise.reject(new Error('killed')) }, await samples('app/b@1.0'), { signer: own })).rejects.toThrow('killed');
  expect((await open(place.transport)).verified?.revision).toBe(1);
  // And one that is in place is signed from the first moment.
  const found: (number | undefined)[] = [];
  const watched = { ...place, replace: async (text: string, mark: string | undefined) => { const done = await place.replace(text, mark); found.push((await open(place.transport)).verified?.revision); return done; } };
  await publishTo(watched, await samples('app/b@1.0'), { signer: own });
  expect(found).toEqual([2]);
  rmSync(join(path, 'moved'), { force: true });
  renameSync(join(path, 'repository.yaml'), join(path, 'moved'));
  await expect(open(place.transport)).rejects.toMatchObject({ code: 'not-found' });
});
