import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStage } from '@cos/core/testing';
import { createRegistry, RegistryError, type Registry } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { repo } from '../../src/index.ts';
import { publishImage } from '../../src/publish/publish-image.ts';
import { temporaryFolder, type SamplePackage } from '../rig.ts';
import { images, publishTo, samples } from './rig.ts';

const given = (packages: readonly SamplePackage[]) => packages.map(({ archive: { category, name, version, compression, path } }) => ({ path, meta: { category, name, version, compression } }));

async function makeImage(packages: readonly SamplePackage[], tag = 'tools', platform: 'linux/amd64' | 'linux/arm64' = 'linux/amd64') {
  const run = await runStage(repo(), 'image', { inputs: { archives: given(packages) }, options: { tag, labels: { b: '2', a: '1' } }, platform });
  onTestFinished(async () => run.workspace.remove());
  expect(run.text).toBe('');
  return run.outputs.image;
}

interface Pulled {
  readonly files: readonly string[];
  readonly config: any;
}

/** What a platform gets of a reference, by the protocol alone. */
async function pull(host: string, repository: string, reference: string, architecture: string): Promise<Pulled> {
  const get = async (path: string): Promise<Buffer> => Buffer.from(await (await fetch(`http://${host}/v2/${repository}/${path}`, { headers: { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' } })).arrayBuffer());
  const index = JSON.parse((await get(`manifests/${reference}`)).toString());
  const entry = index.manifests.find(({ platform }: any) => platform.architecture === architecture);
  const manifest = JSON.parse((await get(`manifests/${entry.digest}`)).toString());
  const layers = await Promise.all(manifest.layers.map(async ({ digest }: any) => get(`blobs/${digest}`)));
  const files = layers.flatMap((layer) => execFileSync('tar', ['-tzf', '-'], { input: layer, encoding: 'utf8' }).split('\n')).filter((line) => line !== '' && !line.endsWith('/'));
  return { files, config: JSON.parse((await get(`blobs/${manifest.config.digest}`)).toString()) };
}

describe('an image', () => {
  test('of a package is its content, FROM scratch, in the layout of OCI, and the same bytes again', async () => {
    const packages = await samples('app/a@1');
    const image = await makeImage(packages);
    const index = JSON.parse(readFileSync(join(image.path, 'index.json'), 'utf8'));
    expect(index.manifests).toMatchObject([{ platform: { os: 'linux', architecture: 'amd64' }, annotations: { 'org.opencontainers.image.ref.name': 'tools' } }]);
    const blob = (digest: string) => join(image.path, 'blobs/sha256', digest.slice(7));
    const manifest = JSON.parse(readFileSync(blob(index.manifests[0].digest), 'utf8'));
    expect(manifest.layers).toHaveLength(1);
    expect(execFileSync('tar', ['-tzf', blob(manifest.layers[0].digest)], { encoding: 'utf8' })).toContain('usr/share/a\n');
    expect(JSON.parse(readFileSync(blob(manifest.config.digest), 'utf8'))).toMatchObject({ config: { Labels: { a: '1', b: '2' } } });
    expect((await makeImage(packages)).digest).toBe(image.digest);
  });

  test('of several packages has them laid over each other; of none there is none', async () => {
    const image = await makeImage(await samples('app/a@1', 'app/b@1'));
    const layout = JSON.parse(readFileSync(join(image.path, 'index.json'), 'utf8'));
    const manifest = JSON.parse(readFileSync(join(image.path, 'blobs/sha256', layout.manifests[0].digest.slice(7)), 'utf8'));
    const files = execFileSync('tar', ['-tzf', join(image.path, 'blobs/sha256', manifest.layers[0].digest.slice(7))], { encoding: 'utf8' }).split('\n').filter((line) => line !== '' && !line.endsWith('/'));
    expect(files).toEqual(['usr/share/a', 'usr/share/b']);
    const none = await runStage(repo(), 'image', { inputs: { archives: [] }, options: { tag: 'none' } });
    expect(none.failure).toMatchObject({ code: 'COS_REPO_NO_ARCHIVE' });
  });

  test('is copied to a folder by skopeo', async () => {
    const image = await makeImage(await samples('app/a@1'));
    const to = join(await temporaryFolder(), 'copy');
    mkdirSync(to);
    execFileSync('skopeo', ['copy', '--insecure-policy', `oci:${image.path}:tools`, `dir:${to}`], { stdio: 'pipe' });
    expect(existsSync(join(to, 'manifest.json'))).toBe(true);
  });
});

describe('under one tag', () => {
  test('images for several platforms come together, one at a time or at once, and each is replaced by itself', { timeout: 120_000 }, async () => {
    await using server = await startRegistry();
    const publish = async (id: string, platform: 'linux/amd64' | 'linux/arm64') => {
      const image = await makeImage(await samples(id), 'tools', platform);
      const run = await runStage(repo(), 'publishImage', { inputs: { image: image.path }, options: { to: `docker:${server.host}/os:tools` }, platform });
      onTestFinished(async () => run.workspace.remove());
      expect(run.text).toBe('');
      return JSON.parse(readFileSync(run.outputs.report.path, 'utf8'));
    };
    const both = await Promise.all([publish('app/a@1', 'linux/amd64'), publish('app/b@1', 'linux/arm64')]);
    expect(both.map(({ isNew }) => isNew)).toEqual([true, true]);
    expect((await pull(server.host, 'os', 'tools', 'amd64')).files).toEqual(['usr/share/a']);
    expect(await pull(server.host, 'os', 'tools', 'arm64')).toMatchObject({ files: ['usr/share/b'], config: { architecture: 'arm64' } });
    expect(await publish('app/a@1', 'linux/amd64')).toMatchObject({ isNew: false, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(await publish('app/c@1', 'linux/amd64')).toMatchObject({ isNew: true, platforms: ['linux/amd64', 'linux/arm64'] });
    expect((await pull(server.host, 'os', 'tools', 'amd64')).files).toEqual(['usr/share/c']);
    expect((await pull(server.host, 'os', 'tools', 'arm64')).files).toEqual(['usr/share/b']);
  });

  test('what another one overwrites in the last moment comes back', async () => {
    await using server = await startRegistry();
    const registry = createRegistry();
    onTestFinished(async () => registry.close());
    const reference = `${server.host}/os:tools`;
    const signal = new AbortController().signal;
    const [own, other] = [await makeImage(await samples('app/a@1')), await makeImage(await samples('app/b@1'), 'tools', 'linux/arm64')];
    let isSqueezed = false;
    const squeezed: typeof registry = {
      ...registry,
      async pushManifest(upload) {
        const pushed = await registry.pushManifest(upload);
        if (upload.mediaType.includes('index') && !isSqueezed) {
          isSqueezed = true;
          // It looked before this one pushed, and pushes afterwards.
          await registry.delete(`${server.host}/os@${pushed.digest}`);
          await publishImage({ registry, reference: `${server.host}/os:other`, layout: other.path, platform: { os: 'linux', architecture: 'arm64' }, signal });
          await registry.tag(`${server.host}/os:other`, 'tools');
        }
        return pushed;
      },
    };
    const pushed = await publishImage({ registry: squeezed, reference, layout: own.path, platform: { os: 'linux', architecture: 'amd64' }, signal });
    expect(pushed.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    expect((await pull(server.host, 'os', 'tools', 'arm64')).files).toEqual(['usr/share/b']);
  });

  test.each(['DIGEST_INVALID', 'MANIFEST_BLOB_UNKNOWN'])('is pushed again, blobs and all, when the registry says %s because another one uploads the same blob', async (registryCode) => {
    await using server = await startRegistry();
    await using registry = createRegistry({});
    const image = await makeImage(await samples('app/a@1'));
    const failing = (times: number) => {
      const calls = { blobs: 0, manifests: 0 };
      const flaky: Registry = {
        ...registry,
        pushBlob: async (request) => {
          calls.blobs += 1;
          return registry.pushBlob(request);
        },
        pushManifest: async (request) => {
          calls.manifests += 1;
          if (calls.manifests <= times) throw new RegistryError({ code: 'corrupt', summary: 'a blob is not there', registryCode });
          return registry.pushManifest(request);
        },
      };
      const publish = async (tag: string) => publishImage({ registry: flaky, reference: `${server.host}/os:${tag}`, layout: image.path, platform: { os: 'linux', architecture: 'amd64' }, signal: new AbortController().signal });
      return { calls, publish };
    };
    const once = failing(1);
    expect(await once.publish('one')).toMatchObject({ isNew: true, platforms: ['linux/amd64'] });
    expect(once.calls).toEqual({ blobs: 4, manifests: 3 });
    expect((await pull(server.host, 'os', 'one', 'amd64')).files).toEqual(['usr/share/a']);
    const always = failing(99);
    await expect(always.publish('two')).rejects.toMatchObject({ registryCode });
    expect(always.calls.manifests).toBe(3);
  });

  test('nothing is pushed into a package repository', async () => {
    await using server = await startRegistry();
    await publishTo(await images(`${server.host}/os`), await samples('app/a@1'));
    const image = await makeImage(await samples('app/a@1'), 'a-app-1');
    const run = await runStage(repo(), 'publishImage', { inputs: { image: image.path }, options: { to: `docker:${server.host}/os:a-app-1` } });
    expect(run.failure).toMatchObject({ code: 'COS_REPO_PLACE', message: `A package repository is published at ${server.host}/os: images of packages would take the places of its objects.` });
  });

  test('a place without a tag is refused', async () => {
    const image = await makeImage(await samples('app/a@1'));
    const run = await runStage(repo(), 'publishImage', { inputs: { image: image.path }, options: { to: 'docker:registry.example/os' } });
    expect(run.failure).toMatchObject({ code: 'COS_REPO_PLACE', message: 'Expected the place of an image as docker:host/path:tag; found "docker:registry.example/os".' });
  });
});
