import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, digestOf, encodeImage, mediaTypes, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { generateKeyPair, type KeyPair } from '@cos/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '../src/commands/sign.ts';
import { verify } from '../src/commands/verify.ts';
import { contextOf, failureOf, opensslVerifies, temporaryFolder, writeRepository } from './rig.ts';

const password = 'a password that nobody else has';
let pairs: readonly KeyPair[];
let server: TestRegistry;
let registry: Registry;
let count = 0;

beforeAll(async () => {
  pairs = [await generateKeyPair(password), await generateKeyPair(password)];
  server = await startRegistry();
  registry = createRegistry();
});
afterAll(async () => {
  await registry.close();
  await server.close();
});

/** A workspace with a pair of keys, and the public key of somebody else. */
async function workspace(): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'cos.key'), pairs[0]!.privateKey);
  writeFileSync(join(folder, 'cos.pub'), pairs[0]!.publicKey);
  writeFileSync(join(folder, 'other.pub'), pairs[1]!.publicKey);
  return folder;
}

async function signing(folder: string, what: readonly string[], args: Readonly<Record<string, unknown>> = {}, options: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const given = contextOf(folder, { what, missing: false, all: false, skip: [], annotation: [], ignore: [], ...args }, { password, options, env });
  await sign.handle(given);
  return given.printed;
}

async function verifying(folder: string, what: string, args: Readonly<Record<string, unknown>> = {}, options: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const given = contextOf(folder, { what, key: [], skip: [], ignore: [], ...args }, { options, env });
  await verify.handle(given);
  return given.printed;
}

async function pushImage(reference: string, content: string): Promise<string> {
  const repository = reference.replace(/:[^:/]*$/, '');
  const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
  const configDescriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  await registry.pushBlob({ repository, content: config, descriptor: configDescriptor });
  const layer = (await registry.pushBlob({ repository, content: Buffer.from(content) })).descriptor;
  const manifest = encodeImage({ config: configDescriptor, layers: [{ ...layer, mediaType: mediaTypes.ociLayer }] });
  return (await registry.pushManifest({ reference, bytes: manifest.bytes, mediaType: manifest.mediaType })).digest;
}

const nextRepository = (): string => `${server.host}/os/r${(count += 1)}`;

describe('files', () => {
  test('are signed beside themselves, and verified by openssl and by cos', async () => {
    const folder = await workspace();
    writeFileSync(join(folder, 'disk.raw'), 'disk');
    expect(await signing(folder, ['disk.raw'])).toEqual(['signed: disk.raw']);
    expect(opensslVerifies(join(folder, 'disk.raw'), join(folder, 'disk.raw.sig'), join(folder, 'cos.pub'))).toBe(true);
    expect(await verifying(folder, 'disk.raw')).toEqual(['good: disk.raw is signed by the owner of cos.pub']);
    expect(await failureOf(verifying(folder, 'disk.raw', { key: ['other.pub'] }))).toMatchObject({ code: 'COS_SIGN_INVALID', message: 'The signature disk.raw.sig does not fit disk.raw and the key other.pub.' });
    expect(await verifying(folder, 'disk.raw', { key: ['other.pub', 'cos.pub'] })).toHaveLength(1);
    const before = readFileSync(join(folder, 'disk.raw.sig'));
    expect(await signing(folder, ['disk.raw'], { missing: true })).toEqual(['signed already: disk.raw']);
    expect(readFileSync(join(folder, 'disk.raw.sig'))).toEqual(before);
    appendFileSync(join(folder, 'disk.raw'), '!');
    expect(await failureOf(verifying(folder, 'disk.raw'))).toMatchObject({ code: 'COS_SIGN_INVALID' });
    expect(await signing(folder, ['disk.raw'], { missing: true })).toEqual(['signed: disk.raw']);
    expect(readdirSync(folder).filter((name) => name.startsWith('.cos'))).toEqual([]);
  });

  test.each([['FILE.sha256', 'my-os.iso.sha256'], ['SHA256SUMS', 'SHA256SUMS']])('that a signed list %s has need no signature of their own', async (_, list) => {
    const folder = await workspace();
    writeFileSync(join(folder, 'my-os.iso'), 'medium');
    writeFileSync(join(folder, 'other.iso'), 'other');
    execFileSync('/bin/sh', ['-c', `sha256sum my-os.iso > ${list}`], { cwd: folder });
    expect(await failureOf(verifying(folder, 'my-os.iso'))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND', message: 'Expected the signature of my-os.iso at my-os.iso.sig; it is not there.' });
    await signing(folder, [list]);
    expect(await verifying(folder, 'my-os.iso')).toEqual([`good: my-os.iso has the checksum of ${list}, which is signed by the owner of cos.pub`]);
    expect(await failureOf(verifying(folder, 'other.iso'))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND' });
    writeFileSync(join(folder, 'my-os.iso'), 'Medium');
    expect(await failureOf(verifying(folder, 'my-os.iso'))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining(`my-os.iso is not the file whose checksum is signed in ${list}`) });
    appendFileSync(join(folder, list), `${'0'.repeat(64)}  my-os.iso\n`);
    expect(await failureOf(verifying(folder, 'my-os.iso'))).toMatchObject({ code: 'COS_SIGN_INVALID', message: `The signature ${list}.sig does not fit ${list} and the key cos.pub.` });
  });
});

describe('repository folders', () => {
  test('are signed with their snapshots, and verified down to the bytes of every package', async () => {
    const folder = await workspace();
    const repository = join(folder, 'repo');
    mkdirSync(repository);
    writeRepository(repository);
    copyFileSync(join(repository, 'repository.yaml'), join(repository, '20260101000000-repository.yaml'));
    expect(await signing(folder, ['repo'])).toEqual([`signed: ${repository}/20260101000000-repository.yaml`, `signed already: ${repository}/repository.yaml`]);
    expect(await verifying(folder, 'repo')).toEqual(['good: repo/repository.yaml is signed by the owner of cos.pub', 'sample, revision 1 of 2027-01-15T08:00:00Z, with 1 package whose digests follow from it']);
    await verifying(folder, 'repo', { identity: 'sample' });
    expect(await failureOf(verifying(folder, 'repo', { identity: 'another' }))).toMatchObject({ code: 'COS_SIGN_IDENTITY' });
    expect(await failureOf(verifying(folder, 'repo', { key: ['other.pub'] }))).toMatchObject({ code: 'COS_SIGN_INVALID' });
    appendFileSync(join(repository, 'tool.package.tar'), '!');
    expect(await failureOf(verifying(folder, 'repo'))).toMatchObject({ code: 'COS_SIGN_INVALID', message: expect.stringContaining('The archive tool.package.tar of app/tool@1 in ') });
    rmSync(join(repository, 'tool.package.tar'));
    expect(await failureOf(verifying(folder, 'repo'))).toMatchObject({ code: 'COS_SIGN_REPOSITORY', message: expect.stringContaining('has no file tool.package.tar') });
    appendFileSync(join(repository, 'tree.tar'), '!');
    expect(await failureOf(verifying(folder, 'repo'))).toMatchObject({ code: 'COS_SIGN_REPOSITORY', message: expect.stringContaining('The tree tree.tar of ') });
    appendFileSync(join(repository, 'repository.yaml'), ' ');
    expect(await failureOf(verifying(folder, 'repo'))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
  });

  test('may have their signature beside them, as a build leaves it, or anywhere', async () => {
    const folder = await workspace();
    mkdirSync(join(folder, 'repo'));
    writeRepository(join(folder, 'repo'));
    await signing(folder, ['repo/repository.yaml']);
    renameSync(join(folder, 'repo/repository.yaml.sig'), join(folder, 'repository.yaml.sig'));
    expect(await verifying(folder, 'repo/')).toHaveLength(2);
    renameSync(join(folder, 'repository.yaml.sig'), join(folder, 'elsewhere'));
    expect(await failureOf(verifying(folder, 'repo'))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
    expect(await verifying(folder, 'repo', { signature: 'elsewhere' })).toHaveLength(2);
    mkdirSync(join(folder, 'empty'));
    expect(await failureOf(verifying(folder, 'empty'))).toMatchObject({ code: 'COS_SIGN_NO_INDEX' });
  });
});

describe('images', () => {
  test('are signed by the digest that a tag has, and the digest is told', async () => {
    const folder = await workspace();
    const repository = nextRepository();
    const digest = await pushImage(`${repository}:1`, 'one');
    expect(await signing(folder, [`${repository}:1`], { annotation: ['build=7'] })).toEqual([`signed: ${repository}:1@${digest}`]);
    expect(await verifying(folder, `docker:${repository}:1`)).toEqual([`good: ${repository}:1@${digest} is signed by the owner of cos.pub`, 'build: 7']);
    expect(await verifying(folder, `${repository}@${digest}`)).toHaveLength(2);
    // The tag moves, and what was signed stays signed.
    const moved = await pushImage(`${repository}:1`, 'two');
    expect(await failureOf(verifying(folder, `${repository}:1`))).toMatchObject({ code: 'COS_SIGN_UNSIGNED', message: `${repository}@${moved} is not signed.` });
    expect(await verifying(folder, `${repository}@${digest}`)).toHaveLength(2);
    expect(await failureOf(verifying(folder, `${repository}@${digest}`, { key: ['other.pub'] }))).toMatchObject({ code: 'COS_SIGN_INVALID' });
    expect(await failureOf(verifying(folder, `${repository}@${digest}`, { identity: `${server.host}/os/other` }))).toMatchObject({ code: 'COS_SIGN_IDENTITY' });
    expect(await failureOf(signing(folder, [`${repository}:none`]))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND' });
    expect(await failureOf(verifying(folder, `${repository}:none`))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND' });
    expect(await failureOf(verifying(folder, '127.0.0.1:9/os/none:1'))).toMatchObject({ code: 'COS_SIGN_REGISTRY' });
  });

  test('without a signature are signed, the others are left, and what is skipped is neither signed nor verified', async () => {
    const folder = await workspace();
    const repository = nextRepository();
    for (const tag of ['a', 'b', 'debug']) await pushImage(`${repository}:${tag}`, tag);
    await signing(folder, [`${repository}:a`]);
    const before = (await registry.resolve(`${repository}:${(await registry.tags(repository))!.find((tag) => tag.endsWith('.sig'))}`))!.digest;
    const told = await signing(folder, [`docker:${repository}`], { all: true, missing: true, skip: [':debug$'] });
    expect(told.map((line) => line.replace(/@sha256:.*/, ''))).toEqual([`signed already: ${repository}:a`, `signed: ${repository}:b`, `skipped: ${repository}:debug`]);
    expect((await registry.tags(repository))!.filter((tag) => tag.endsWith('.sig'))).toHaveLength(2);
    expect(await registry.resolve(`${repository}@${before}`)).toBeDefined();
    expect(await verifying(folder, `${repository}:debug`, {}, { skip: ['debug'] })).toEqual([`skipped: ${repository}:debug is not verified`]);
    expect(await failureOf(verifying(folder, `${repository}:debug`))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
    expect(await failureOf(signing(folder, [`docker:${repository}`]))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND', message: `${repository} is no package repository: it has no tag repository.yaml.` });
    expect(await failureOf(signing(folder, [`${repository}:a`], { skip: ['('] }))).toMatchObject({ code: 'COS_SIGN_REQUEST' });
  });

  test('may have their signatures in another repository, as an option or as an argument says', async () => {
    const folder = await workspace();
    const [repository, signatures] = [nextRepository(), nextRepository()];
    await pushImage(`${repository}:1`, 'one');
    await signing(folder, [`${repository}:1`], {}, { signatures });
    expect(await registry.tags(repository)).toEqual(['1']);
    expect(await failureOf(verifying(folder, `${repository}:1`))).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
    expect(await verifying(folder, `${repository}:1`, { signatures })).toHaveLength(1);
  });

  test('have them where COSIGN_REPOSITORY says, unless an argument or an option says otherwise', async () => {
    const folder = await workspace();
    const [repository, byVariable, byOption, byArgument] = [nextRepository(), nextRepository(), nextRepository(), nextRepository()];
    const env = { COSIGN_REPOSITORY: byVariable };
    await pushImage(`${repository}:1`, 'one');
    const verified = async (args: object = {}, options: object = {}) => verifying(folder, `${repository}:1`, { ...args }, { ...options }, env);
    await signing(folder, [`${repository}:1`], { signatures: byArgument }, { signatures: byOption }, env);
    expect([await registry.tags(byArgument), await registry.tags(byOption), await registry.tags(byVariable)]).toEqual([[expect.stringMatching(/\.sig$/)], undefined, undefined]);
    await signing(folder, [`${repository}:1`], {}, { signatures: byOption }, env);
    expect([await registry.tags(byOption), await registry.tags(byVariable)]).toEqual([[expect.stringMatching(/\.sig$/)], undefined]);
    expect(await failureOf(verified())).toMatchObject({ code: 'COS_SIGN_UNSIGNED' });
    expect([await verified({ signatures: byArgument }), await verified({}, { signatures: byOption })]).toEqual([[expect.stringContaining('good: ')], [expect.stringContaining('good: ')]]);
    await signing(folder, [`${repository}:1`], {}, {}, env);
    expect(await verified()).toEqual([expect.stringContaining('good: ')]);
    expect(await registry.tags(repository)).toEqual(['1']);
  });
});

describe('manifests of files', () => {
  test('are written and signed, and name every file of a root that differs', async () => {
    const folder = await workspace();
    mkdirSync(join(folder, 'root/usr/bin'), { recursive: true });
    mkdirSync(join(folder, 'root/tmp'));
    writeFileSync(join(folder, 'root/usr/bin/tool'), 'tool');
    writeFileSync(join(folder, 'root/usr/own'), '1');
    expect(await signing(folder, ['root'], { files: 'root.mtree', ignore: ['/usr/own'] })).toEqual(['root.mtree: 3 paths of root', 'signed: root.mtree']);
    execFileSync('mtree', ['-e', '-p', 'root', '-f', 'root.mtree'], { cwd: folder });
    const good = ['good: root.mtree is signed by the owner of cos.pub', 'good: root has the 3 paths of root.mtree, and no others'];
    expect(await verifying(folder, 'root', { files: 'root.mtree', ignore: ['usr/own'] })).toEqual(good);
    writeFileSync(join(folder, 'root/tmp/anything'), '');
    writeFileSync(join(folder, 'root/usr/own'), '2');
    expect(await verifying(folder, 'root', { files: 'root.mtree', ignore: ['usr/own'] })).toEqual(good);
    expect(await failureOf(verifying(folder, 'root', { files: 'root.mtree' }))).toMatchObject({ code: 'COS_SIGN_FILES', message: '1 path is not as the signed manifest root.mtree has it.' });
    writeFileSync(join(folder, 'root/usr/bin/tool'), 'tooL');
    const error = await verifying(folder, 'root', { files: 'root.mtree', ignore: ['usr/own'] }).then(() => undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ diagnostics: [{ code: 'COS_SIGN_FILES', notes: [{ message: expect.stringMatching(/^usr\/bin\/tool: sha256 "[0-9a-f]{64}" instead of "[0-9a-f]{64}"$/) }] }] });
    appendFileSync(join(folder, 'root.mtree'), './usr/more type=dir uid=0 gid=0\n');
    expect(await failureOf(verifying(folder, 'root', { files: 'root.mtree' }))).toMatchObject({ code: 'COS_SIGN_INVALID', message: 'The signature root.mtree.sig does not fit root.mtree and the key cos.pub.' });
  });

  test('are written of archives, too, with the files of a package', async () => {
    const folder = await workspace();
    mkdirSync(join(folder, 'content/etc'), { recursive: true });
    writeFileSync(join(folder, 'content/etc/conf'), 'conf');
    execFileSync('tar', ['--zstd', '-C', 'content', '-cf', 'tool.package.tar.zst', 'etc'], { cwd: folder });
    await signing(folder, ['tool.package.tar.zst'], { files: 'tool.mtree' });
    expect(await verifying(folder, 'content', { files: 'tool.mtree' })).toHaveLength(2);
    rmSync(join(folder, 'content/etc/conf'));
    expect(await failureOf(verifying(folder, 'content', { files: 'tool.mtree' }))).toMatchObject({ code: 'COS_SIGN_FILES' });
    expect(await failureOf(signing(folder, ['content', 'tool.package.tar.zst'], { files: 'x.mtree' }))).toMatchObject({ code: 'COS_SIGN_REQUEST' });
    writeFileSync(join(folder, 'no.mtree'), 'usr type=dir\n');
    await signing(folder, ['no.mtree']);
    expect(await failureOf(verifying(folder, 'content', { files: 'no.mtree' }))).toMatchObject({ code: 'COS_SIGN_FILES', message: 'The manifest no.mtree cannot be read: line 1 is no entry with full path, type and owner.' });
  });
});

test('nothing is signed when one of several is not there, and neither password nor key is told', async () => {
  const folder = await workspace();
  writeFileSync(join(folder, 'a'), 'a');
  expect(await failureOf(signing(folder, ['a', 'none', 'UPPER.example/Not:1']))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND' });
  expect(readdirSync(folder)).not.toContain('a.sig');
  writeFileSync(join(folder, 'cos.key'), pairs[1]!.privateKey.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
  const { code, message, hint } = await failureOf(signing(folder, ['a']));
  expect(code).toBe('COS_SIGN_BAD_KEY_FILE');
  for (const line of [password, ...pairs[1]!.privateKey.split('\n').slice(1, -2)]) expect(`${message}${hint}`).not.toContain(line);
});
