import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compress, createEntry, readTar, rootfsDigest, writeTar, type TarEntry } from '@cos/archive';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectImage, listTags } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import { busyboxEntries, busyboxTar } from '../rig/busybox.ts';
import { engineNames, never, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

let engine: TestEngine;
let images: TestImages;

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function file(workspace: TemporaryWorkspace, name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(workspace.join(name), bytes);
  return workspace.join(name);
}

describe('the archive of a root filesystem', () => {
  it('is the same whatever its order, times and compression were', async () => {
    const plain = await collect(busyboxTar());
    const shuffled = await collect(writeTar(busyboxEntries([createEntry({ path: 'tmp', type: 'directory', mode: 0o1777, mtime: 99 })]).toReversed()));
    const digests = [];
    for (const bytes of [plain, shuffled, gzipSync(plain), zstdCompressSync(plain)]) {
      const workspace = await createWorkspace();
      await using made = await runStage(dockerBuild(), 'unpack', { workspace, inputs: { archive: await file(workspace, 'rootfs', bytes) } });
      expect(made.text).toBe('');
      digests.push(made.outputs.rootfs.digest);
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('is checked against the SHA-256 of the config', async () => {
    const bytes = await collect(busyboxTar());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const [expected, outcome] of [[sha256, 'built'], ['0'.repeat(64), 'failed']] as const) {
      const workspace = await createWorkspace();
      await using made = await runStage(dockerBuild(), 'unpack', { workspace, inputs: { archive: await file(workspace, 'rootfs', bytes) }, options: { sha256: expected } });
      expect(made.outcome).toBe(outcome);
      if (outcome === 'failed') expect(made.failure).toMatchObject({ code: 'COS_DOCKER_SHA256_MISMATCH', message: `The input "archive" should have the SHA-256 ${expected}, but has ${sha256}.` });
    }
  });

  it.each([['no archive', Buffer.from('hello')], ['cut off', gzipSync(Buffer.alloc(9000)).subarray(0, 20)]])('is refused when it is %s', async (_, bytes) => {
    const workspace = await createWorkspace();
    await using made = await runStage(dockerBuild(), 'unpack', { workspace, inputs: { archive: await file(workspace, 'rootfs', bytes) } });
    expect(made.failure).toMatchObject({ code: 'COS_DOCKER_ROOTFS_FORM' });
  });
});

describe.each(engineNames)('an image in %s', (name) => {
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('of a root filesystem has its content and a configuration that only says where commands and what time it is', async () => {
    const workspace = await createWorkspace();
    const rootfs = await file(workspace, 'rootfs.tar', await collect(busyboxTar()));
    await using made = await runStage(dockerBuild({ repository: images.repository }), 'base', {
      workspace, env: engine.env, inputs: { rootfs: { path: rootfs, meta: {} } }, options: { labels: { 'org.example.title': 'a "quoted" $HOME \\ title' } }, sourceDateEpoch: 42,
    });
    expect(made.text).toBe('');
    expect(await rootfsDigest(stream(await readFile(made.outputs.image.path)))).toBe(await rootfsDigest(busyboxTar()));
    const answer = await images.client.ask({ method: 'GET', path: `/images/${made.outputs.image.meta.reference}/json`, signal: never });
    expect(answer).toMatchObject({
      Architecture: 'amd64',
      Config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'SOURCE_DATE_EPOCH=42'], Labels: { 'org.example.title': 'a "quoted" $HOME \\ title' }, Cmd: null },
    });
    expect(await listTags(images.client, images.repository, 'run-', never)).toEqual([]);
  });

  it('of package archives has one layer in which later archives lie over earlier ones', async () => {
    const workspace = await createWorkspace();
    const archive = async (name: string, ...entries: readonly TarEntry[]) => ({
      path: await file(workspace, name, await collect(compress(writeTar(entries), { format: 'zstd' }))),
      meta: { category: 't', name, version: '1', compression: 'zstd' },
    });
    await using made = await runStage(dockerBuild({ repository: images.repository }), 'join', {
      workspace,
      env: engine.env,
      inputs: {
        archives: [
          await archive('lower', createEntry({ path: 'd', type: 'directory', mode: 0o700 }), createEntry({ path: 'd/a' }, 'lower'), createEntry({ path: 'd/b' }, 'lower')),
          await archive('upper', createEntry({ path: 'd', type: 'directory', mode: 0o711 }), createEntry({ path: 'd/b' }, 'upper')),
        ],
      },
    });
    expect(made.text).toBe('');
    const found: string[] = [];
    for await (const entry of readTar(stream(await readFile(made.outputs.image.path)))) found.push(`${entry.path} ${entry.mode.toString(8)} ${(await collect(entry.body)).toString()}`);
    expect(found).toEqual(['d 711 ', 'd/a 644 lower', 'd/b 644 upper']);
    expect((await inspectImage(images.client, made.outputs.image.meta.reference, never))?.layers).toHaveLength(1);
  });
});

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
