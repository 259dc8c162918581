import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, digestOf, encodeImage, encodeIndex, mediaTypes, type Registry } from '../src/index.ts';
import { startRegistry, type TestRegistry } from '../src/testing.ts';
import { collect, describe as descriptorOf, json } from './rig/image.ts';

// What docker's engine pushes is read, and what is pushed here the engine pulls.

let server: TestRegistry;
let registry: Registry;
let folder: string;
let tar: Buffer;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  folder = mkdtempSync(join(tmpdir(), 'cos-registry-engine-'));
  writeFileSync(join(folder, 'file'), 'content\n');
  tar = execFileSync('tar', ['--create', '--directory', folder, 'file']);
});
afterAll(async () => {
  await registry.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function docker(...words: readonly string[]): string {
  return execFileSync('docker', words, { input: tar, stdio: ['pipe', 'pipe', 'pipe'] }).toString().trim();
}

describe('the engine of docker', () => {
  it('pushes images that are read with labels and layers', async () => {
    const name = `${server.host}/engine/pushed:1`;
    docker('import', '--change', 'LABEL role=base', '--change', 'ENV A=1', '-', name);
    try {
      const digest = /sha256:[0-9a-f]{64}/.exec(docker('push', name))![0];
      expect(await registry.resolve(name)).toMatchObject({ digest, mediaType: mediaTypes.dockerManifest });
      const { config, image } = await registry.config(name, { platform: 'linux/amd64' });
      expect(config).toMatchObject({ labels: { role: 'base' }, env: ['A=1'], diffIds: JSON.parse(docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', name)) });
      const layer = await collect(registry.blob({ repository: `${server.host}/engine/pushed`, descriptor: image.manifest.layers[0]! }));
      expect(image.manifest.layers[0]!.mediaType).toBe(mediaTypes.dockerLayerGzip);
      expect(layer.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    } finally {
      docker('rmi', '--force', name);
    }
  });

  it('pulls images and indexes that were pushed here', async () => {
    const repository = `${server.host}/engine/pulled`;
    const layer = gzipSync(tar);
    const config = json({ os: 'linux', architecture: 'amd64', config: { Labels: { from: 'here' } }, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] } });
    const parts = [descriptorOf(layer, mediaTypes.ociLayerGzip), descriptorOf(config, mediaTypes.ociConfig)] as const;
    await registry.pushBlob({ repository, content: layer, descriptor: parts[0] });
    await registry.pushBlob({ repository, content: config, descriptor: parts[1] });
    const image = encodeImage({ config: parts[1], layers: [parts[0]] });
    const pushed = await registry.pushManifest({ reference: repository, ...image });
    const index = encodeIndex({ manifests: [{ ...pushed, platform: { os: 'linux', architecture: 'amd64' } }] });
    await registry.pushManifest({ reference: `${repository}:1`, ...index });
    docker('pull', '--quiet', `${repository}:1`);
    try {
      expect(docker('image', 'inspect', '--format', '{{json .Config.Labels}} {{.Id}}', `${repository}:1`)).toBe(`{"from":"here"} ${parts[1].digest}`);
    } finally {
      docker('rmi', '--force', `${repository}:1`);
    }
  });
});
