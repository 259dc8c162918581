import { createRegistry, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDocker, type DockerService } from '../rig/dockerd.ts';
import { TestImages } from '../rig/engine.ts';
import { startMiddle, type Middle } from '../rig/middle.ts';
import { buildOn, pushFrom, type Built } from '../rig/share.ts';

// A cache that has something wrong under a right name: it is never used, it is told, and the build goes on.

let docker: DockerService;
let images: TestImages;
let registry: TestRegistry;
let middle: Middle;
let client: Registry;
let good: Built;
/** Other images on the same base. */
let other: Built;
let source: string;
let repository: string;
let count = 0;

const recipe = { prelude: ['echo prelude > /prelude'], steps: ['echo step > /step'] };

beforeAll(async () => {
  // Of its own: one that does not ask again and again for what it does not get.
  docker = await startDocker('--max-download-attempts', '1');
  images = await TestImages.at(docker.socket);
  await images.base();
  registry = await startRegistry();
  middle = await startMiddle(registry);
  client = createRegistry();
  source = `${registry.host}/team/source`;
  good = await buildOn(images, { recipe });
  other = await buildOn(images, { recipe: { ...recipe, steps: ['echo other > /step'] } });
  for (const one of [good, other]) expect((await pushFrom(images, one, source)).text).toBe('');
}, 120_000);
afterAll(async () => {
  await middle[Symbol.asyncDispose]();
  await client.close();
  await registry.close();
  await docker.stop();
});
beforeEach(async () => {
  count += 1;
  repository = `${registry.host}/team/poisoned${count}`;
  for (const { tag } of [good, other]) for (const name of [`${tag}-builder`, tag]) await copy(name, name);
});
afterEach(() => {
  middle.behave = () => ({ do: 'pass' });
});

/** Copies a manifest with everything in it into the repository of the test, changed on the way. */
async function copy(from: string, to: string, change?: (manifest: Manifest) => Manifest): Promise<string> {
  const { bytes, descriptor, manifest } = await client.manifest(`${source}:${from}`);
  if (manifest.kind !== 'image') throw new Error('no image');
  for (const blob of [manifest.config, ...manifest.layers]) await client.pushBlob({ repository, content: await read(source, blob), descriptor: blob });
  const changed = change === undefined ? bytes : Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(bytes).toString()) as Manifest)));
  return (await client.pushManifest({ reference: `${repository}:${to}`, bytes: changed, mediaType: descriptor.mediaType })).digest;
}

interface Manifest {
  config: { digest: string; size: number };
  layers: unknown[];
  annotations: Record<string, string>;
}

async function read(from: string, descriptor: { readonly digest: string; readonly size: number }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.blob({ repository: from, descriptor })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Builds on a machine that looks in the repository, and answers what it was told. */
async function build(where = repository): Promise<{ readonly made: string; readonly image: string; readonly told: readonly string[] }> {
  const { origin, run } = await buildOn(images, { recipe, pull: [where] });
  const told = run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : []));
  return { made: origin.made, image: origin.image, told };
}

const built = (...told: unknown[]) => ({ made: 'built', image: good.origin.image, told });

describe('a tag of a key', () => {
  it('is believed when nothing is wrong', async () => {
    expect(await build()).toEqual({ made: 'pulled', image: good.origin.image, told: [] });
  });

  it('that was moved to another image of cos', async () => {
    await copy(other.tag, good.tag);
    expect(await build()).toEqual(built(`what ${repository} has is not used: ${good.tag} is the image of another key, ${other.origin.key}`));
  });

  it('that was moved to an image of somebody else', async () => {
    await copy(`${good.tag}-builder`, good.tag);
    expect(await build()).toEqual(built(`what ${repository} has is not used: ${good.tag} does not say what it is`));
  });

  it('whose manifest says that it is right, and has other layers', async () => {
    const { annotations } = JSON.parse(Buffer.from((await client.manifest(`${source}:${good.tag}`)).bytes).toString()) as Manifest;
    await copy(other.tag, good.tag, (manifest) => ({ ...manifest, annotations: { ...annotations, 'cos.cache.builder.manifest': manifest.annotations['cos.cache.builder.manifest']! } }));
    expect(await build()).toEqual(built(`what ${repository} has is not used: the content of ${good.tag} is ${other.origin.image}, not ${good.origin.image} as it says`));
  });

  it('whose manifest has fewer layers than its config', async () => {
    await copy(good.tag, good.tag, (manifest) => ({ ...manifest, layers: manifest.layers.slice(0, -1) }));
    expect(await build()).toEqual(built(`what ${repository} has is not used: manifest and config of ${good.tag} do not have the same layers`));
  });

  it('whose builder image is the one of another package', async () => {
    const strange = await buildOn(images, { recipe: { prelude: ['echo strange > /prelude'] } });
    await pushFrom(images, strange, source);
    const manifest = await copy(`${strange.tag}-builder`, 'strange');
    await copy(good.tag, good.tag, (own) => ({ ...own, annotations: { ...own.annotations, 'cos.cache.builder.manifest': manifest } }));
    expect(await build()).toEqual(built(`what ${repository} has is not used: ${good.tag} is not built on its builder image`));
  });

  it('whose builder image was deleted', async () => {
    const digest = (await client.resolve(`${repository}:${good.tag}-builder`))!.digest;
    await client.delete(`${repository}@${digest}`);
    expect(await build()).toEqual(built(`what ${repository} has is not used: the builder image of ${good.tag}, ${digest}, is gone`));
  });

  it('of an image for another platform', async () => {
    const { config, bytes } = await client.config(`${repository}:${good.tag}`);
    expect(config.platform).toEqual({ os: 'linux', architecture: 'amd64' });
    const changed = Buffer.from(Buffer.from(bytes).toString().replace('"architecture":"amd64"', '"architecture":"arm64"'));
    const { descriptor } = await client.pushBlob({ repository, content: changed });
    await copy(good.tag, good.tag, (manifest) => ({ ...manifest, config: { ...manifest.config, digest: descriptor.digest, size: descriptor.size } }));
    expect(await build()).toEqual(built(expect.stringContaining(`what ${repository} has is not used: ${repository}:${good.tag} has no image for linux/amd64`)));
  });

  it('of a manifest that is no image', async () => {
    await client.pushManifest({ reference: `${repository}:${good.tag}`, bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] })), mediaType: 'application/vnd.oci.image.index.v1+json' });
    expect((await build()).made).toBe('built');
  });

  it('is set right by who forces it', async () => {
    await copy(other.tag, good.tag);
    const again = await buildOn(images, { recipe, pull: [repository] });
    expect((await pushFrom(images, again, repository)).lines).not.toContain(`${repository} has them already`);
    expect((await build()).made).toBe('pulled');
    const { annotations } = JSON.parse(Buffer.from((await client.manifest(`${source}:${good.tag}`)).bytes).toString()) as Manifest;
    await copy(other.tag, good.tag, (manifest) => ({ ...manifest, annotations }));
    expect((await pushFrom(images, again, repository)).lines).toContain(`${repository} has them already`);
    expect((await build()).made).toBe('built');
    await pushFrom(images, again, repository, { force: 'all' });
    expect((await build()).made).toBe('pulled');
  });
});

describe('bytes that change on the way', () => {
  const through = (): string => repository.replace(registry.host, middle.host);
  const flip = (body: Buffer): Buffer => {
    const changed = Buffer.from(body);
    changed[Math.floor(changed.length / 2)]! ^= 1;
    return changed;
  };

  it.each([
    ['of a manifest', (path: string) => path.includes(`/manifests/cos-`)],
    ['of a config', (path: string) => path.includes('/blobs/')],
  ])('%s are found out', async (_, isMeant) => {
    middle.behave = (method, path) => (method === 'GET' && isMeant(path) ? { do: 'change', how: flip } : { do: 'pass' });
    const { made, told } = await build(through());
    expect([made, told.length]).toEqual(['built', 1]);
    expect(told[0]).toContain(`what ${through()} has is not used: `);
  });

  it('of layers are found out by the engine', async () => {
    const lone = await buildOn(images, { recipe: { prelude: ['echo lone > /lone'], steps: ['cat /proc/sys/kernel/random/uuid > /random'] } });
    await pushFrom(images, lone, repository);
    const { manifest } = await client.manifest(`${repository}:${lone.tag}`);
    const uppermost = manifest.kind === 'image' ? manifest.layers.at(-1)!.digest : '';
    await images.remove();
    await images.base();
    middle.behave = (method, path) => (method === 'GET' && path.endsWith(`/blobs/${uppermost}`) ? { do: 'change', how: flip } : { do: 'pass' });
    const again = await buildOn(images, { recipe: { prelude: ['echo lone > /lone'], steps: ['cat /proc/sys/kernel/random/uuid > /random'] }, pull: [through()] });
    expect(again.origin.made).toBe('built');
    expect(middle.seen).toContain(`GET /v2/${repository.slice(registry.host.length + 1)}/blobs/${uppermost}`);
  });
});
