import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { createRegistry, encodeImage, encodeIndex, hostSettings, mediaTypes, type Descriptor } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { ClientError, fileImage, folderImage, registryImage, rootArchive, rootFolderImage, unpackRoot, type ImageLayers } from '../src/index.ts';
import { contentOf } from './rig/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'cos-images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;
const platform = 'linux/amd64';
let count = 0;
const fresh = (name: string): string => {
  count += 1;
  const path = join(folder, `${name}${count}`);
  mkdirSync(path);
  return path;
};

async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Two layers, of which the second takes away, empties and replaces. */
async function twoLayers(): Promise<readonly Buffer[]> {
  return [
    await tarOf([
      createEntry({ path: 'etc', type: 'directory' }),
      createEntry({ path: 'etc/kept' }, 'kept'),
      createEntry({ path: 'etc/gone' }, 'gone'),
      createEntry({ path: 'opaque', type: 'directory' }),
      createEntry({ path: 'opaque/old' }, 'old'),
      createEntry({ path: 'bin', type: 'directory' }),
      createEntry({ path: 'bin/tool', mode: 0o4755, uid: 7, gid: 8 }, 'tool'),
      createEntry({ path: 'bin/same', type: 'link', linkName: 'bin/tool' }),
      createEntry({ path: 'bin/capable\nodd=\\', mode: 0o755, xattrs: new Map([['security.capability', Buffer.from('0100000200040000000000000000000000000000', 'hex')]]) }, 'x'),
      createEntry({ path: 'sh', type: 'symlink', linkName: 'bin/tool' }),
    ]),
    await tarOf([createEntry({ path: 'etc/.wh.gone' }), createEntry({ path: 'opaque/.wh..wh..opq' }), createEntry({ path: 'opaque/new' }, 'new'), createEntry({ path: 'sh' }, 'no link any more')]),
  ];
}

const expected = { bin: 'folder', 'bin/capable\nodd=\\': 'x', 'bin/same': 'tool', 'bin/tool': 'tool', etc: 'folder', 'etc/kept': 'kept', opaque: 'folder', 'opaque/new': 'new', sh: 'no link any more' };

async function check(image: ImageLayers): Promise<void> {
  const root = fresh('root');
  const { skipped, withoutAttributes } = await unpackRoot({ image, folder: root, owner: 'archive', scratch: folder });
  expect(contentOf(root)).toEqual(expected);
  expect(skipped).toEqual([]);
  expect(withoutAttributes).toEqual([]);
  const tool = lstatSync(join(root, 'bin/tool'));
  expect([tool.mode & 0o7777, tool.uid, tool.gid, tool.nlink]).toEqual([0o4755, 7, 8, 2]);
  expect(execFileSync('getfattr', ['--absolute-names', '-n', 'security.capability', '-e', 'hex', join(root, 'bin/capable\nodd=\\')], { encoding: 'utf8' })).toContain('0x0100000200040000000000000000000000000000');
}

/** An OCI layout with the image for one platform and a useless one for another. */
function layoutOf(layers: readonly Buffer[], names: readonly string[] = ['1']): string {
  const at = fresh('layout');
  mkdirSync(join(at, 'blobs/sha256'), { recursive: true });
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    writeFileSync(join(at, 'blobs', sha256(bytes).replace(':', '/')), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const config = put(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers.map(sha256) } })), mediaTypes.ociConfig);
  const image = encodeImage({ config, layers: layers.map((layer, index) => put(index === 0 ? gzipSync(layer) : zstdCompressSync(layer), index === 0 ? mediaTypes.ociLayerGzip : mediaTypes.ociLayerZstd)) });
  const index = encodeIndex({ manifests: [{ ...put(image.bytes, image.mediaType), platform: { os: 'linux', architecture: 'amd64' } }, { mediaType: image.mediaType, digest: `sha256:${'0'.repeat(64)}`, size: 3, platform: { os: 'linux', architecture: 'arm64' } }] });
  const descriptor = put(index.bytes, index.mediaType);
  writeFileSync(join(at, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(at, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: names.map((name) => ({ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': name } })) }));
  return at;
}

/** What `docker save` writes: layers by links where one is there twice. */
function savedOf(layers: readonly Buffer[]): string {
  const at = fresh('saved');
  const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [...layers, layers[0]!].map(sha256) } }));
  const name = `${sha256(config).slice(7)}.json`;
  writeFileSync(join(at, name), config);
  layers.forEach((layer, index) => {
    mkdirSync(join(at, `l${index}`));
    writeFileSync(join(at, `l${index}/layer.tar`), layer);
  });
  mkdirSync(join(at, 'l9'));
  symlinkSync('../l0/layer.tar', join(at, 'l9/layer.tar'));
  writeFileSync(join(at, 'manifest.json'), JSON.stringify([{ Config: name, RepoTags: ['os:1'], Layers: [...layers.map((_, index) => `l${index}/layer.tar`), 'l9/layer.tar'] }]));
  return at;
}

const errorOf = async (work: () => unknown): Promise<ClientError> => {
  const error: unknown = await (async () => work())().then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ClientError)) throw new Error('expected a ClientError', { cause: error });
  return error;
};

describe('an image is unpacked with whiteouts, links, owners, modes and capabilities', () => {
  test('from a layout of files', async () => {
    await check(folderImage({ folder: layoutOf(await twoLayers()), place: 'the layout', name: undefined, platform }));
    await check(folderImage({ folder: layoutOf(await twoLayers(), ['1', '2']), place: 'the layout', name: '2', platform }));
  });

  test('from an archive of such a layout, and from one of a root filesystem', async () => {
    const file = join(folder, 'layout.tar');
    execFileSync('tar', ['--create', '--file', file, '--directory', layoutOf(await twoLayers()), '.']);
    const image = await fileImage(file, { place: file, name: undefined, platform, scratch: folder });
    await check(image);
    await image.close();
    const [lower] = await twoLayers();
    writeFileSync(join(folder, 'root.tar.gz'), gzipSync(lower!));
    const root = fresh('root');
    await unpackRoot({ image: await fileImage(join(folder, 'root.tar.gz'), { place: 'root.tar.gz', name: undefined, platform, scratch: folder }), folder: root, owner: 'archive', scratch: folder });
    expect(readFileSync(join(root, 'etc/gone'), 'utf8')).toBe('gone');
    expect(readdirSync(folder).filter((name) => name.startsWith('image-'))).toEqual([]);
  });

  test('from what docker save writes', async () => {
    const [lower, upper] = await twoLayers();
    const saved = folderImage({ folder: savedOf([lower!, upper!]), place: 'os.tar', name: 'os:1', platform });
    const root = fresh('root');
    await unpackRoot({ image: saved, folder: root, owner: 'archive', scratch: folder });
    // The lower layer is there once more on top.
    expect(contentOf(root)).toMatchObject({ 'etc/gone': 'gone', 'opaque/new': 'new', sh: '-> bin/tool' });
  });

  test('from a registry', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry(hostSettings(process.env));
    const repository = `${server.host}/os`;
    const layers: Descriptor[] = [];
    for (const layer of await twoLayers()) layers.push({ ...(await registry.pushBlob({ repository, content: gzipSync(layer) })).descriptor, mediaType: mediaTypes.ociLayerGzip });
    const config = (await registry.pushBlob({ repository, content: Buffer.from('{"os":"linux","architecture":"amd64"}') })).descriptor;
    const { bytes, mediaType } = encodeImage({ config: { ...config, mediaType: mediaTypes.ociConfig }, layers });
    await registry.pushManifest({ reference: `${repository}:1`, bytes, mediaType });
    await check(await registryImage({ registry, reference: `${repository}:1`, platform, signal }));
    expect((await errorOf(() => registryImage({ registry, reference: `${repository}:2`, platform, signal }))).code).toBe('not-found');
  });
});

describe('an image is refused, and the folder stays as it was', () => {
  const refused = async (image: () => ImageLayers): Promise<ClientError> => {
    const root = fresh('root');
    writeFileSync(join(root, 'own'), 'own');
    const error = await errorOf(async () => unpackRoot({ image: image(), folder: root, owner: 'archive', scratch: folder }));
    expect(contentOf(root)).toEqual({ own: 'own' });
    return error;
  };

  test('when a layer or a manifest has another digest', async () => {
    for (const kind of ['layer', 'manifest']) {
      const at = layoutOf(await twoLayers());
      for (const name of readdirSync(join(at, 'blobs/sha256'))) {
        const path = join(at, 'blobs/sha256', name);
        const bytes = readFileSync(path);
        const isManifest = bytes[0] === '{'.charCodeAt(0);
        if (isManifest !== (kind === 'manifest')) continue;
        if (isManifest) writeFileSync(path, Buffer.concat([bytes, Buffer.from(' ')]));
        else writeFileSync(path, gzipSync(Buffer.alloc(1024)));
      }
      expect((await refused(() => folderImage({ folder: at, place: 'the layout', name: undefined, platform }))).code, kind).toBe('corrupt');
    }
    const saved = savedOf([(await twoLayers())[0]!]);
    writeFileSync(join(saved, 'l0/layer.tar'), Buffer.alloc(1024));
    expect(await refused(() => folderImage({ folder: saved, place: 'os.tar', name: undefined, platform }))).toMatchObject({ code: 'corrupt', message: 'The layer l0/layer.tar in os.tar is damaged.' });
  });

  test('when it names files outside of itself', async () => {
    const saved = savedOf([(await twoLayers())[0]!]);
    for (const path of ['../../etc/passwd', '/etc/passwd', 'out']) {
      if (path === 'out') symlinkSync('/etc/passwd', join(saved, 'out'));
      writeFileSync(join(saved, 'manifest.json'), JSON.stringify([{ Config: path, RepoTags: [], Layers: [] }]));
      expect(['unsafe', 'corrupt'], path).toContain((await refused(() => folderImage({ folder: saved, place: 'os.tar', name: undefined, platform }))).code);
    }
  });

  test('when it is not clear which one is meant, or it is none', async () => {
    const two = layoutOf(await twoLayers(), ['a', 'b']);
    expect(await refused(() => folderImage({ folder: two, place: 'the layout', name: 'c', platform }))).toMatchObject({ code: 'not-found', notes: ['there is a', 'there is b'] });
    expect((await refused(() => folderImage({ folder: fresh('empty'), place: 'the folder', name: undefined, platform }))).code).toBe('format');
    expect((await refused(() => folderImage({ folder: layoutOf([]), place: 'the layout', name: undefined, platform: 'linux/s390x' }))).code).toBe('not-found');
  });
});

test('without root, devices, owners and attributes stay behind, and that is said', async () => {
  const file = join(folder, 'devices.tar');
  writeFileSync(file, await tarOf([createEntry({ path: 'null', type: 'character', devMajor: 1, devMinor: 3 }), createEntry({ path: 'capable', uid: 5, xattrs: new Map([['security.capability', Buffer.from('01', 'hex')]]) }, 'x')]));
  const root = fresh('root');
  const image = await fileImage(file, { place: file, name: undefined, platform, scratch: folder });
  expect(await unpackRoot({ image, folder: root, owner: 'current', scratch: folder })).toEqual({ entries: 2, blocks: 1, skipped: ['null'], withoutAttributes: ['capable'] });
  expect(contentOf(root)).toEqual({ capable: 'x' });
});

test.skipIf(process.getuid?.() !== 0)('a folder that an image was unpacked into gives the same archive: owners, modes, links and capabilities', async () => {
  const image = folderImage({ folder: layoutOf(await twoLayers()), place: 'the layout', name: undefined, platform });
  const root = fresh('root');
  await unpackRoot({ image, folder: root, owner: 'archive', scratch: folder });
  const bytesOf = async (one: ImageLayers): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of rootArchive(one, folder)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const [own, again] = [await bytesOf(image), await bytesOf(rootFolderImage(root, 'the folder'))];
  expect(own.includes('SCHILY.xattr.security.capability')).toBe(true);
  expect(again.equals(own)).toBe(true);
});
