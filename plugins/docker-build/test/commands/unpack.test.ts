import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { createWorkspace, runCommand, type CommandRun, type TemporaryWorkspace } from '@cos/core/testing';
import { createRegistry, encodeImage, mediaTypes, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { generateKeyPair, openPrivateKey, signImage } from '@cos/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { engineNames, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

describe.each(engineNames)('cos unpack, with an image of %s,', (name) => {
  let engine: TestEngine;
  let images: TestImages;
  let workspace: TemporaryWorkspace;
  let image: string;
  beforeAll(async () => {
    workspace = await createWorkspace({});
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    await images.base(busyboxTar([createEntry({ path: 'srv', type: 'directory', mode: 0o750, uid: 3, gid: 4 }), createEntry({ path: 'srv/file', mode: 0o4755, uid: 3, gid: 4 }, 'content'), createEntry({ path: 'srv/null', type: 'character', mode: 0o666, devMajor: 1, devMinor: 3 })]));
    image = `docker:${images.repository}:base`;
  }, 120_000);
  afterAll(async () => {
    await images.remove();
    await engine.stop();
    await workspace.remove();
  });

  const unpack = async (args: Readonly<Record<string, unknown>>): Promise<CommandRun> => runCommand(dockerBuild(), 'unpack', { workspace: workspace.path, args, env: engine.env });

  test('makes a folder, a tar, and file systems with the same content, and the same bytes each time', async () => {
    mkdirSync(workspace.join('root'));
    writeFileSync(workspace.join('root/own'), 'stays');
    const folder = await unpack({ image, target: 'root' });
    expect(folder.text).toBe('');
    expect(folder.exitCode).toBe(0);
    const file = lstatSync(workspace.join('root/srv/file'));
    expect([readFileSync(workspace.join('root/srv/file'), 'utf8'), file.mode & 0o7777, file.uid, file.gid]).toEqual(['content', 0o4755, 3, 4]);
    expect(readFileSync(workspace.join('root/own'), 'utf8')).toBe('stays');
    expect(lstatSync(workspace.join('root/srv/null')).isCharacterDevice()).toBe(true);

    for (const format of ['tar', 'squashfs', 'ext2']) {
      for (const target of [`one.${format}`, `two.${format}`]) expect((await unpack({ image, target, format })).text).toBe('');
      expect(readFileSync(workspace.join(`one.${format}`)).equals(readFileSync(workspace.join(`two.${format}`))), format).toBe(true);
    }
    expect(execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', workspace.join('one.tar'), 'srv/file'], { encoding: 'utf8' })).toContain('-rwsr-xr-x 3/4');
    expect(execFileSync('unsquashfs', ['-lln', workspace.join('one.squashfs'), 'srv/file'], { encoding: 'utf8' })).toMatch(/-rwsr-xr-x 3\/4 .* squashfs-root\/srv\/file/);
    expect(execFileSync('debugfs', ['-R', 'stat srv/file', workspace.join('one.ext2')], { encoding: 'utf8' })).toMatch(/Mode: +04755[^]*User: +3 +Group: +4/);
    expect(execFileSync('e2fsck', ['-fn', workspace.join('one.ext2')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toContain('files');
  }, 180_000);

  test('takes it also from the archive that was saved of it, and from the folder that was made of it', async () => {
    writeFileSync(workspace.join('saved.tar'), execFileSync('docker', ['save', `${images.repository}:base`], { env: { ...engine.env }, maxBuffer: 64 * 1024 * 1024 }));
    expect((await unpack({ image: 'file:saved.tar', target: 'saved' })).text).toBe('');
    expect((await unpack({ image: 'dir:saved', target: 'again.tar', format: 'tar' })).text).toBe('');
    expect(readFileSync(workspace.join('saved/srv/file'), 'utf8')).toBe('content');
    expect(execFileSync('tar', ['--list', '--file', workspace.join('again.tar')], { encoding: 'utf8' })).toContain('srv/null\n');
    expect(execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', workspace.join('again.tar'), 'srv/file'], { encoding: 'utf8' })).toContain('-rwsr-xr-x 3/4');
  }, 120_000);

  test('says what is not there, and leaves nothing behind', async () => {
    const missing = await unpack({ image: 'docker:cos-test/nothing:1', target: 'x.tar', format: 'tar' });
    expect(missing.text).toContain('The container engine has no image cos-test/nothing:1.');
    expect(missing.exitCode).toBe(1);
    expect((await unpack({ image: 'file:nothing.tar', target: 'x' })).text).toMatch(/nothing\.tar is no file; found nothing\./);
    expect((await unpack({ image, target: '-', format: 'squashfs' })).exitCode).toBe(2);
    mkdirSync(workspace.join('folder'));
    expect((await unpack({ image, target: 'folder', format: 'tar' })).text).toContain('is a folder, and a file is to be made');
    writeFileSync(workspace.join('damaged.tar'), readFileSync('/bin/true'));
    expect((await unpack({ image: 'file:damaged.tar', target: 'x.squashfs', format: 'squashfs' })).exitCode).toBe(1);
    expect(['x', 'x.tar', 'x.squashfs'].filter((path) => existsSync(workspace.join(path)))).toEqual([]);
    expect(readdirSync(workspace.path).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }, 120_000);
});

describe('cos unpack, with an image of a registry and a key,', () => {
  let registry: TestRegistry;
  let client: Registry;
  let workspace: TemporaryWorkspace;
  let name: string;
  let digest: string;
  beforeAll(async () => {
    registry = await startRegistry();
    client = createRegistry();
    name = `${registry.host}/os/image`;
    const layer = gzipSync(await tarOf([createEntry({ path: 'file' }, 'content')]));
    const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
    const blobs = [await client.pushBlob({ repository: name, content: layer }), await client.pushBlob({ repository: name, content: config })];
    const manifest = encodeImage({ config: { ...blobs[1]!.descriptor, mediaType: mediaTypes.ociConfig }, layers: [{ ...blobs[0]!.descriptor, mediaType: mediaTypes.ociLayerGzip }] });
    digest = (await client.pushManifest({ reference: `${name}:1`, bytes: manifest.bytes, mediaType: manifest.mediaType })).digest;
    const [own, other] = [await generateKeyPair(''), await generateKeyPair('')];
    workspace = await createWorkspace({ 'own.pub': own.publicKey, 'other.pub': other.publicKey });
    await client.pushManifest({ reference: `${name}:plain`, bytes: manifest.bytes, mediaType: manifest.mediaType });
    await signImage({ registry: client, repository: name, digest, key: await openPrivateKey(own.privateKey, '', 'own'), signal: new AbortController().signal });
  });
  afterAll(async () => {
    await client.close();
    await registry.close();
    await workspace.remove();
  });

  const unpack = async (args: Readonly<Record<string, unknown>>): Promise<CommandRun> => runCommand(dockerBuild(), 'unpack', { workspace: workspace.path, args: { platform: 'linux/amd64', ...args } });

  test('unpacks what the key has signed, by its digest, and nothing else', async () => {
    expect((await unpack({ image: `${name}:1`, target: 'good', key: ['own.pub'] })).text).toBe('');
    expect(readFileSync(workspace.join('good/file'), 'utf8')).toBe('content');
    const refused = await unpack({ image: `${name}:1`, target: 'bad', key: ['other.pub'] });
    expect([refused.exitCode, refused.text]).toEqual([1, expect.stringContaining(`COS_DOCKER_UNTRUSTED: The image ${name}:1 is not signed as it should be: ${name}@${digest} is signed, but not by the key for *.`)]);
    expect((await unpack({ image: `${name}:1`, target: 'bad', key: ['none.pub'] })).exitCode).toBe(2);
    expect(existsSync(workspace.join('bad'))).toBe(false);
  });
});

async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
