import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, emptyContent, encodeImage, encodeIndex, mediaTypes, type Descriptor, type Registry } from '../../src/index.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { forward, startEdge } from '../rig/edge-server.ts';
import { json, pushImage } from '../rig/image.ts';

// docker-registry 2.8 has no interface for referrers, so they are listed under a tag.

let server: TestRegistry;
let registry: Registry;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
});
afterAll(async () => {
  await server.close();
});

const kind = 'application/vnd.example.signature';

/** Pushes an artifact without config that is about a manifest. */
async function attach(host: string, subject: Descriptor, text: string, artifactType: string | undefined = kind): Promise<Descriptor> {
  const repository = `${host}/signed`;
  await registry.pushBlob({ repository, content: emptyContent.bytes, descriptor: emptyContent.descriptor });
  const { descriptor: layer } = await registry.pushBlob({ repository, content: Buffer.from(text) });
  const artifact = encodeImage({ artifactType, config: emptyContent.descriptor, layers: [layer], subject, annotations: { text } });
  return registry.pushManifest({ reference: repository, bytes: artifact.bytes, mediaType: artifact.mediaType });
}

describe('what refers to a manifest', () => {
  it('is nothing at first, then what was pushed with it as the subject, by kind', async () => {
    const image = await pushImage(registry, `${server.host}/signed:1`);
    const reference = `${server.host}/signed@${image.descriptor.digest}`;
    expect(await registry.referrers(reference)).toEqual([]);
    const first = await attach(server.host, image.descriptor, 'one');
    const second = await attach(server.host, image.descriptor, 'two', 'application/vnd.example.bom');
    const entries = [
      { ...first, artifactType: kind, annotations: { text: 'one' } },
      { ...second, artifactType: 'application/vnd.example.bom', annotations: { text: 'two' } },
    ];
    expect(await registry.referrers(reference)).toEqual(entries);
    expect(await registry.referrers(reference, { artifactType: kind })).toEqual([entries[0]]);
    expect(await registry.tags(`${server.host}/signed`)).toEqual(['1', image.descriptor.digest.replace(':', '-')]);
  });

  it('is listed once, however often it is pushed, and no longer once it is deleted', async () => {
    const image = await pushImage(registry, `${server.host}/signed:2`);
    const reference = `${server.host}/signed@${image.descriptor.digest}`;
    const artifact = await attach(server.host, image.descriptor, 'again');
    await attach(server.host, image.descriptor, 'again');
    expect(await registry.referrers(reference)).toMatchObject([{ digest: artifact.digest }]);
    await registry.delete(`${server.host}/signed@${artifact.digest}`);
    expect(await registry.referrers(reference)).toEqual([]);
  });

  it('is complete where several are pushed at the same time', async () => {
    const image = await pushImage(registry, `${server.host}/signed:3`);
    const pushed = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((text) => attach(server.host, image.descriptor, text)));
    const listed = await registry.referrers(`${server.host}/signed@${image.descriptor.digest}`);
    expect(listed.map(({ digest }) => digest).sort()).toEqual(pushed.map(({ digest }) => digest).sort());
  });

  it('is of the kind of its config where it names none', async () => {
    const image = await pushImage(registry, `${server.host}/signed:4`);
    await registry.pushBlob({ repository: `${server.host}/signed`, content: json({}), descriptor: { ...emptyContent.descriptor, mediaType: 'application/vnd.example.config' } });
    const artifact = encodeImage({ config: { ...emptyContent.descriptor, mediaType: 'application/vnd.example.config' }, layers: [], subject: image.descriptor });
    await registry.pushManifest({ reference: `${server.host}/signed`, bytes: artifact.bytes, mediaType: artifact.mediaType });
    expect(await registry.referrers(`${server.host}/signed@${image.descriptor.digest}`)).toMatchObject([{ artifactType: 'application/vnd.example.config' }]);
  });

  it('is asked of the registry itself where that lists it, page by page, and chosen here where it does not choose', async () => {
    const image = await pushImage(registry, `${server.host}/signed:5`);
    const entry = (artifactType: string): Descriptor => ({ mediaType: mediaTypes.ociManifest, digest: `sha256:${artifactType.repeat(64)}`, size: 1, artifactType });
    await using edge = await startEdge((request, response) => {
      if (request.method === 'PUT' && request.url?.includes('/manifests/') === true) return forward(request, response, { host: server.host, headers: { 'oci-subject': image.descriptor.digest } });
      if (!/referrers/.test(request.url ?? '')) return forward(request, response, { host: server.host });
      if (request.url?.includes('page=2') === true) return response.end(encodeIndex({ manifests: [entry('c'), entry('a')] }).bytes);
      return response.writeHead(200, { 'content-type': mediaTypes.ociIndex, link: `<${request.url?.split('?')[0]}?page=2>; rel="next"` }).end(encodeIndex({ manifests: [entry('a'), entry('b')] }).bytes);
    });
    await attach(edge.host, image.descriptor, 'known');
    expect(edge.seen.filter(({ method, url }) => method === 'PUT' && url.includes('sha256-'))).toEqual([]);
    const reference = `${edge.host}/signed@${image.descriptor.digest}`;
    expect((await registry.referrers(reference)).map(({ artifactType }) => artifactType)).toEqual(['a', 'b', 'c']);
    expect(await registry.referrers(reference, { artifactType: 'c' })).toEqual([entry('c')]);
    expect(edge.seen.at(-2)?.url).toMatch(/\?artifactType=c$/);
  });

  it('cannot be asked for of a tag', async () => {
    await expect(registry.referrers(`${server.host}/signed:1`)).rejects.toMatchObject({ code: 'reference', found: `${server.host}/signed:1` });
  });

  it('is not taken from a tag that is no list', async () => {
    const image = await pushImage(registry, `${server.host}/signed:6`);
    await registry.tag(`${server.host}/signed:6`, image.descriptor.digest.replace(':', '-'));
    await expect(registry.referrers(`${server.host}/signed@${image.descriptor.digest}`)).rejects.toMatchObject({ code: 'protocol', expected: 'an index', found: mediaTypes.ociManifest });
  });

  it('is added again where somebody else replaced the list at the same time', async () => {
    const image = await pushImage(registry, `${server.host}/signed:7`);
    const tag = image.descriptor.digest.replace(':', '-');
    const foreign = await attach(server.host, (await pushImage(registry, `${server.host}/signed:8`)).descriptor, 'foreign');
    let replaced = false;
    await using edge = await startEdge((request, response) => {
      if (request.method !== 'PUT' || request.url?.includes(tag) !== true || replaced) return forward(request, response, { host: server.host });
      replaced = true;
      const list = encodeIndex({ manifests: [foreign] });
      forward(request, response, { host: server.host, before: () => registry.pushManifest({ reference: `${server.host}/signed:${tag}`, bytes: list.bytes, mediaType: list.mediaType }) });
    });
    const own = await attach(edge.host, image.descriptor, 'own');
    expect((await registry.referrers(`${server.host}/signed@${image.descriptor.digest}`)).map(({ digest }) => digest)).toEqual([foreign.digest, own.digest]);
  });
});
