import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compress, createEntry, readTar } from '@cos/archive';
import { asDigest, definePlugin, type Artifact, type ArtifactStore } from '@cos/core';
import type { ContainerImage, PackageArchive } from '@cos/core/artifacts';
import { runStage } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { pluginOptions } from '../src/options.ts';
import { boot } from '../src/stages/boot.ts';
import { squashfs } from '../src/stages/squashfs.ts';
import { systemInput } from '../src/system-input.ts';
import { archive, createFolder, diagnosticsOf, entry, runCall, tool } from './rig.ts';

const root = archive(entry('boot/'), createEntry({ path: 'boot/vmlinuz', mtime: 5 }, 'kernel'), createEntry({ path: 'boot/initrd', mtime: 6 }, 'initrd'), 'etc/os-release');

const digest = asDigest(`sha256:${'ab'.repeat(32)}`);
const archiveOf = (read: () => AsyncIterable<Uint8Array>): Artifact<PackageArchive> => ({ kind: 'package-archive', digest, meta: { category: 'c', name: 'n', version: '1', compression: 'zstd' }, path: () => Promise.reject(new Error('not read')), read, list: () => Readable.from([]) });
const imageOf = (read: () => AsyncIterable<Uint8Array>): Artifact<ContainerImage> => ({ kind: 'container-image', digest, meta: { reference: 'x' }, path: () => Promise.reject(new Error('not read')), read, list: () => Readable.from([]) });

test.each(['none', 'gzip', 'zstd'] as const)('an archive with compression %s is read uncompressed', async (format) => {
  const { open } = systemInput({ archive: archiveOf(() => compress(root(), { format })), image: undefined });
  for (const round of [1, 2]) {
    const names = [];
    for await (const one of readTar(open())) names.push(one.path);
    expect([round, names]).toEqual([round, ['boot', 'boot/vmlinuz', 'boot/initrd', 'etc/os-release']]);
  }
});

test('one system is wanted, not two and not none', async () => {
  expect(await diagnosticsOf(() => systemInput({ archive: undefined, image: undefined }))).toContain('COS_ISO_INPUT: Expected one of the inputs "archive" and "image"; found neither.');
  expect(await diagnosticsOf(() => systemInput({ archive: archiveOf(root), image: imageOf(root) }))).toContain('found both');
});

/** Images that are files with a tar; the time of the test is in each. */
function imageStore(): ArtifactStore {
  return {
    kind: 'container-image',
    has: () => Promise.resolve(true),
    import: () => Promise.resolve(digest),
    async *read() {
      yield* archive(createEntry({ path: 'boot', type: 'directory', mode: 0o755 }), createEntry({ path: 'boot/vmlinuz', mtime: Math.floor(Math.random() * 1e9) }, 'kernel'), createEntry({ path: 'boot/initrd' }, 'initrd'))();
    },
    remove: () => Promise.resolve(),
  };
}

test('a container image is squashed to the same bytes whenever it was built, and has its kernel and initrd', async () => {
  const plugin = definePlugin({ name: 'iso', apiVersion: 1, options: pluginOptions, stages: { squashfs, boot }, createStores: () => [imageStore()] });
  const file = join(await createFolder(), 'image.tar');
  await pipeline(Readable.from(root()), createWriteStream(file));
  const image = { path: file, meta: { reference: 'x' } };
  const squashed = [];
  for (const _ of [1, 2]) {
    await using built = await runStage(plugin(), 'squashfs', { inputs: { image }, sourceDateEpoch: 1_700_000_000 });
    expect(built.text).toBe('');
    squashed.push(await readFile(built.outputs.squashfs.path));
    expect(await runCall(tool('unsquashfs', '-lln', built.outputs.squashfs.path))).toMatch(/2023-11-14 22:13 squashfs-root\/boot\/vmlinuz/);
  }
  expect(squashed[0]?.equals(squashed[1] ?? Buffer.alloc(0))).toBe(true);
  await using taken = await runStage(plugin(), 'boot', { inputs: { image } });
  expect(taken.text).toBe('');
  expect(await readFile(join(taken.outputs.boot.path, 'kernel'), 'utf8')).toBe('kernel');
});

