import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, digestOf, fileContent, mediaTypes, type Registry } from '../src/index.ts';
import { startRegistry, type TestRegistry } from '../src/testing.ts';
import { collect, json, pushImage } from './rig/image.ts';

// Everything that needs no more than a registry without users.

let server: TestRegistry;
let registry: Registry;
let folder: string;
const absent = `sha256:${'0'.repeat(64)}`;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  folder = await mkdtemp(join(tmpdir(), 'cos-registry-client-'));
});
afterAll(async () => {
  await registry.close();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('an image that was pushed', () => {
  it('is resolved by its tag and by its digest', async () => {
    const image = await pushImage(registry, `${server.host}/resolved:1`);
    expect(image.descriptor).toEqual({ mediaType: mediaTypes.ociManifest, digest: digestOf(image.bytes), size: image.bytes.length });
    expect(await registry.resolve(`${server.host}/resolved:1`)).toEqual(image.descriptor);
    expect(await registry.resolve(`${server.host}/resolved@${image.descriptor.digest}`)).toEqual(image.descriptor);
  });

  it('gives its manifest, its config and its layer byte for byte', async () => {
    const image = await pushImage(registry, `${server.host}/whole:1`, { labels: { role: 'base' } });
    const { bytes, manifest } = await registry.manifest(`${server.host}/whole:1`);
    expect(Buffer.compare(bytes, image.bytes)).toBe(0);
    expect(manifest).toMatchObject({ kind: 'image', layers: [image.layerDescriptor] });
    const { config } = await registry.config(`${server.host}/whole:1`);
    expect(config).toMatchObject({ platform: { os: 'linux', architecture: 'amd64' }, labels: { role: 'base' }, env: ['A=1'], command: ['sh'], diffIds: [digestOf(image.layer)] });
    expect(await collect(registry.blob({ repository: `${server.host}/whole`, descriptor: image.layerDescriptor }))).toEqual(Buffer.from(image.layer));
  });

  it('gets other tags, and all of them are listed', async () => {
    const image = await pushImage(registry, `${server.host}/tagged:b`);
    expect(await registry.tag(`${server.host}/tagged:b`, 'a')).toEqual(image.descriptor);
    await registry.tag(`${server.host}/tagged@${image.descriptor.digest}`, 'C');
    expect(await registry.tags(`${server.host}/tagged`)).toEqual(['C', 'a', 'b']);
    expect(await registry.resolve(`${server.host}/tagged:C`)).toEqual(image.descriptor);
  });

  it('is gone after it is deleted, which may be said twice', async () => {
    const image = await pushImage(registry, `${server.host}/deleted:1`);
    await registry.delete(`${server.host}/deleted@${image.descriptor.digest}`);
    expect(await registry.resolve(`${server.host}/deleted:1`)).toBeUndefined();
    await registry.delete(`${server.host}/deleted@${image.descriptor.digest}`);
    expect(await registry.tags(`${server.host}/deleted`)).toEqual([]);
  });
});

describe('a registry that does not delete', () => {
  it('says that it does not, be it a manifest or a tag', async () => {
    await using fixed = await startRegistry({ config: { storage: { delete: { enabled: false } } } });
    const { descriptor } = await pushImage(registry, `${fixed.host}/kept:1`);
    await expect(registry.delete(`${fixed.host}/kept@${descriptor.digest}`)).rejects.toMatchObject({ code: 'unsupported', status: 405, registryCode: 'UNSUPPORTED' });
    await expect(registry.delete(`${server.host}/whole:1`)).rejects.toMatchObject({ registry: server.host, repository: 'whole', reference: '1', registryCode: 'DIGEST_INVALID' });
    expect(await registry.resolve(`${fixed.host}/kept:1`)).toEqual(descriptor);
  });
});

describe('what does not exist', () => {
  it('resolves to undefined, be it the tag, the digest or the repository', async () => {
    await pushImage(registry, `${server.host}/there:1`);
    expect(await registry.resolve(`${server.host}/there:2`)).toBeUndefined();
    expect(await registry.resolve(`${server.host}/there@${absent}`)).toBeUndefined();
    expect(await registry.resolve(`${server.host}/nowhere`)).toBeUndefined();
    expect(await registry.resolve(`${server.host}/nowhere`, { platform: 'linux/amd64' })).toBeUndefined();
    expect(await registry.tags(`${server.host}/nowhere`)).toBeUndefined();
  });

  it('is an error where it is to be read', async () => {
    await expect(registry.manifest(`${server.host}/nowhere:1`)).rejects.toMatchObject({ code: 'not-found', registry: server.host, repository: 'nowhere', reference: '1', status: 404 });
    await expect(registry.config(`${server.host}/nowhere:1`)).rejects.toMatchObject({ code: 'not-found' });
    await expect(registry.tag(`${server.host}/nowhere:1`, '2')).rejects.toMatchObject({ code: 'not-found' });
    await expect(collect(registry.blob({ repository: `${server.host}/nowhere`, descriptor: { digest: absent, size: 1 } }))).rejects.toMatchObject({ code: 'not-found', reference: absent, registryCode: 'BLOB_UNKNOWN' });
  });
});

describe('a blob', () => {
  it('is sent once, then it exists; another repository mounts it', async () => {
    const content = randomBytes(1000);
    const first = await registry.pushBlob({ repository: `${server.host}/blobs/a`, content });
    expect(first).toEqual({ descriptor: { mediaType: 'application/octet-stream', digest: digestOf(content), size: 1000 }, outcome: 'uploaded' });
    expect(await registry.pushBlob({ repository: `${server.host}/blobs/a`, content })).toMatchObject({ outcome: 'existed' });
    const mountFrom = [`${server.host}/blobs/none`, `${server.host}/blobs/a`];
    expect(await registry.pushBlob({ repository: `${server.host}/blobs/b`, content, mountFrom })).toMatchObject({ outcome: 'mounted' });
    expect(await registry.hasBlob({ repository: `${server.host}/blobs/b`, digest: digestOf(content) })).toBe(true);
    expect(await registry.hasBlob({ repository: `${server.host}/blobs/c`, digest: digestOf(content) })).toBe(false);
  });

  it('of many megabytes is sent from a file, in one request or in parts, and comes back', async () => {
    const content = randomBytes(9 << 20);
    await writeFile(join(folder, 'blob'), content);
    for (const [name, chunkBytes] of [['whole', undefined], ['parts', 4 << 20]] as const) {
      const sent: number[] = [];
      const repository = `${server.host}/large/${name}`;
      const { descriptor, outcome } = await registry.pushBlob({ repository, content: fileContent(join(folder, 'blob')), ...(chunkBytes === undefined ? {} : { chunkBytes }), onProgress: (bytes) => sent.push(bytes) });
      expect(outcome).toBe('uploaded');
      expect(sent.at(-1)).toBe(content.length);
      expect(digestOf(await collect(registry.blob({ repository, descriptor })))).toBe(digestOf(content));
    }
  });

  it('of no bytes is sent and comes back', async () => {
    const { descriptor } = await registry.pushBlob({ repository: `${server.host}/empty`, content: new Uint8Array() });
    expect(await collect(registry.blob({ repository: `${server.host}/empty`, descriptor }))).toHaveLength(0);
  });

  it.each([
    ['longer', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('x')]), 'more'],
    ['shorter', (bytes: Uint8Array) => bytes.subarray(1), '4194303 bytes'],
    ['other', (bytes: Uint8Array) => Buffer.concat([bytes.subarray(1), Buffer.from('x')]), expect.stringMatching(/^sha256:/)],
  ])('that is %s than its descriptor says is not sent', async (name, change, found) => {
    const content = randomBytes(4 << 20);
    const descriptor = { mediaType: 'x', digest: digestOf(content), size: content.length };
    const repository = `${server.host}/wrong/${name}`;
    await expect(registry.pushBlob({ repository, content: change(content), descriptor })).rejects.toMatchObject({ code: 'content', reference: descriptor.digest, found });
    expect(await registry.hasBlob({ repository, digest: descriptor.digest })).toBe(false);
  });

  it('from a file that is not there names the file', async () => {
    const path = join(folder, 'missing');
    const descriptor = { mediaType: 'x', digest: absent, size: 5 << 20 };
    await expect(registry.pushBlob({ repository: `${server.host}/missing`, content: fileContent(path), descriptor })).rejects.toMatchObject({ code: 'content', found: expect.stringContaining(path) });
  });
});

describe('a manifest', () => {
  it('that names blobs which are not there is refused with the words of the registry', async () => {
    const layer = { mediaType: mediaTypes.ociLayer, digest: absent, size: 1 };
    const bytes = json({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: layer, layers: [layer] });
    await expect(registry.pushManifest({ reference: `${server.host}/broken:1`, bytes, mediaType: mediaTypes.ociManifest })).rejects.toMatchObject({ code: 'refused', status: 400, registryCode: 'MANIFEST_BLOB_UNKNOWN', registryMessage: 'blob unknown to registry' });
  });

  it('that is none is not sent', async () => {
    const reference = `${server.host}/none:1`;
    await expect(registry.pushManifest({ reference, bytes: json({}), mediaType: mediaTypes.ociManifest })).rejects.toMatchObject({ code: 'content', found: 'schemaVersion undefined' });
    await expect(registry.pushManifest({ reference: `${reference}@${absent}`, bytes: json({}), mediaType: mediaTypes.ociManifest })).rejects.toMatchObject({ code: 'content', expected: absent });
  });
});

describe('an index', () => {
  it('gives the image for a platform', async () => {
    const repository = `${server.host}/multi`;
    const amd = await pushImage(registry, `${repository}:amd`);
    const arm = await pushImage(registry, `${repository}:arm`, { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' }, labels: { of: 'arm' } });
    const manifests = [
      { ...amd.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm.descriptor, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    ];
    const index = await registry.pushManifest({ reference: `${repository}:1`, bytes: json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }), mediaType: mediaTypes.ociIndex });
    expect(await registry.resolve(`${repository}:1`)).toEqual(index);
    expect(await registry.resolve(`${repository}:1`, { platform: 'linux/arm64' })).toEqual(arm.descriptor);
    expect((await registry.config(`${repository}:1`, { platform: 'linux/arm64/v8' })).config.labels).toEqual({ of: 'arm' });
    await expect(registry.config(`${repository}:1`)).rejects.toMatchObject({ code: 'no-platform', expected: 'a platform to choose one', found: 'linux/amd64, linux/arm64/v8' });
    await expect(registry.resolve(`${repository}:1`, { platform: 'linux/s390x' })).rejects.toMatchObject({ code: 'no-platform', expected: 'linux/s390x', found: 'linux/amd64, linux/arm64/v8' });
    await expect(registry.resolve(`${repository}:1`, { platform: 'linux' })).rejects.toMatchObject({ code: 'reference', found: '"linux"' });
  });
});

describe('an image without an index', () => {
  it('is the one for its own platform only', async () => {
    const reference = `${server.host}/single:1`;
    const { descriptor } = await pushImage(registry, reference, { platform: { os: 'linux', architecture: 'arm64' } });
    expect(await registry.resolve(reference, { platform: 'linux/arm64' })).toEqual(descriptor);
    expect((await registry.manifest(reference, { platform: 'linux/arm64/v8' })).descriptor).toEqual(descriptor);
    await expect(registry.resolve(reference, { platform: 'linux/amd64' })).rejects.toMatchObject({ code: 'no-platform', expected: 'linux/amd64', found: 'linux/arm64' });
    await expect(registry.config(reference, { platform: 'linux/amd64' })).rejects.toMatchObject({ code: 'no-platform' });
  });
});

describe('a registry that is not there', () => {
  it('is unreachable', async () => {
    const impatient = createRegistry({ retries: { attempts: 1 } });
    await expect(impatient.resolve('127.0.0.1:9/x:1')).rejects.toMatchObject({ code: 'unreachable', registry: '127.0.0.1:9', found: '127.0.0.1:9 refuses connections' });
  });

  it('is not waited for after an abort', async () => {
    const reason = new Error('enough');
    await expect(registry.resolve('127.0.0.1:9/x:1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
