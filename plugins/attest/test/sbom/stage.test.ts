import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { listArchive, readTar, writeManifest, writeTar } from '@cos/archive';
import { asDigest, definePlugin, noOptions, type ArtifactStore } from '@cos/core';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { createRecord, writeMetadata } from '@cos/luet';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, it, onTestFinished } from 'vitest';
import { attest } from '../../src/index.ts';
import { sbom } from '../../src/stages/sbom.ts';
import { entriesOf, run, type Files } from './rig.ts';
import { checkSpdx } from './spdx-rules.ts';

const plugin = attest();
const meta = { category: 'system', name: 'my-os', version: '1.0' };
const status = await readFile('/var/lib/dpkg/status');
const files: Files = { 'etc/os-release': '-> ../usr/lib/os-release', 'usr/lib/os-release': 'ID=debian\nVERSION_ID="12"\n', 'usr/share/big': Buffer.alloc(3_000_000, 7), 'var/lib/dpkg/status': status };

async function place(): Promise<TemporaryWorkspace> {
  const workspace = await createWorkspace({});
  onTestFinished(async () => await workspace.remove());
  return workspace;
}

async function archiveOf(workspace: TemporaryWorkspace, content: Files): Promise<{ readonly path: string; readonly meta: typeof meta & { readonly compression: string } }> {
  const path = workspace.join('system.tar.gz');
  await pipeline(Readable.from(writeTar(entriesOf(content))), createGzip(), createWriteStream(path));
  return { path, meta: { ...meta, compression: 'gzip' } };
}

async function metadataOf(workspace: TemporaryWorkspace, name: string): Promise<{ readonly path: string; readonly meta: typeof meta }> {
  const identity = { ...meta, name };
  const record = createRecord({ ...identity, license: 'Apache-2.0', description: 'what it is' });
  const spec = { image: '', seed: '', steps: [], env: [], prelude: [], packageDir: '', retrieve: [], unpack: false, includes: [], excludes: [], copy: [], requiresFinalImages: false };
  const path = workspace.join(`${name}.metadata.yaml`);
  await writeFile(path, writeMetadata({ path: `${name}.tar`, sha256: 'cd'.repeat(32), compression: 'none', files: [], spec, package: record, runtime: record, buildValues: {}, pushImageRepository: '', pullImageRepositories: [], chain: [] }));
  return { path, meta: identity };
}

const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

it('the bills of a system list exactly what dpkg-query lists, and the packages that it was made of, and are valid', async () => {
  const workspace = await place();
  const archive = await archiveOf(workspace, files);
  await using done = await runStage(plugin, 'sbom', { workspace, inputs: { archive, packages: [await metadataOf(workspace, 'my-os'), await metadataOf(workspace, 'kernel')] }, options: { name: 'my-os', version: '1.0' }, sourceDateEpoch: 1_700_000_000 });
  expect(done.text).toBe('');
  const [spdx, cyclonedx] = [await read(done.outputs.spdx.path), await read(done.outputs.cyclonedx.path)];

  const folder = workspace.join('dpkg');
  for (const name of ['', 'info', 'updates']) await mkdir(join(folder, name));
  await copyFile('/var/lib/dpkg/status', join(folder, 'status'));
  const listed = (await run('dpkg-query', `--admindir=${folder}`, '-W', '-f', '${db:Status-Status}|${Package}|${Version}|${Architecture}\n')).trim().split('\n').filter((line) => !/^(?:not-installed|config-files)\|/.test(line));
  const expected = listed.map((line) => line.slice(line.indexOf('|') + 1)).sort();
  const described = (name: string, version: string, purl: string): string => `${name}|${version}|${/[?&]arch=([^&]+)/.exec(purl)?.[1] ?? ''}`;
  const inSpdx = spdx.packages.flatMap((one: { name: string; versionInfo: string; externalRefs?: { referenceLocator: string }[] }) => (one.externalRefs ?? []).filter(({ referenceLocator }) => referenceLocator.startsWith('pkg:deb/debian/')).map(({ referenceLocator }) => described(one.name, one.versionInfo, referenceLocator)));
  const inCycloneDx = cyclonedx.components.filter(({ purl = '' }) => purl.startsWith('pkg:deb/debian/')).map((one: { name: string; version: string; purl: string }) => described(one.name, one.version, one.purl));
  expect(expected.length).toBeGreaterThan(100);
  expect(inSpdx.sort()).toEqual(expected);
  expect(inCycloneDx.sort()).toEqual(expected);

  const built = [...cyclonedx.components].filter(({ purl = '' }) => purl.startsWith('pkg:generic/'));
  expect(built.map(({ name, hashes }) => [name, hashes[0].content])).toEqual([['system/kernel', 'cd'.repeat(32)], ['system/my-os', 'cd'.repeat(32)]]);
  const bytes = createHash('sha256').update(await readFile(archive.path)).digest('hex');
  expect(spdx.packages[0]).toMatchObject({ name: 'my-os', versionInfo: '1.0', checksums: [{ checksumValue: bytes }] });
  expect(cyclonedx.metadata.component.hashes).toEqual([{ alg: 'SHA-256', content: bytes }]);
  expect(spdx.creationInfo.created).toBe('2023-11-14T22:13:20Z');
  expect(cyclonedx.metadata.timestamp).toBe('2023-11-14T22:13:20Z');

  expect(checkSpdx(spdx)).toEqual([]);
  await expect(new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(await readFile(done.outputs.cyclonedx.path, 'utf8'))).resolves.toBeNull();
});

it('the same system has bills of the same bytes', async () => {
  const digests = await Promise.all(
    [0, 1].map(async () => {
      const workspace = await place();
      const packages = [await metadataOf(workspace, 'my-os')];
      const { outputs } = await runStage(plugin, 'sbom', { workspace, inputs: { archive: await archiveOf(workspace, files), packages }, options: { name: 'my-os' } });
      return [outputs.spdx.digest, outputs.cyclonedx.digest];
    }),
  );
  expect(digests[0]).toEqual(digests[1]);
});

it('a bill is of the medium, where one is given, and lists what the system consists of', async () => {
  const workspace = await place();
  const iso = workspace.join('my-os.iso');
  await writeFile(iso, 'not really');
  await using done = await runStage(plugin, 'sbom', { workspace, inputs: { archive: await archiveOf(workspace, files), packages: [], iso: { path: iso, meta: { label: 'COS_LIVE' } } }, options: { name: 'my-os.iso' } });
  const { packages } = await read(done.outputs.spdx.path);
  expect(packages[0]).toMatchObject({ name: 'my-os.iso', checksums: [{ checksumValue: createHash('sha256').update('not really').digest('hex') }] });
  expect(packages.length).toBeGreaterThan(100);
});

it('of an image the list and the named files are read, and nothing else', async () => {
  const workspace = await place();
  const path = workspace.join('image.tar');
  await pipeline(Readable.from(writeTar(entriesOf(files))), createWriteStream(path));
  const digest = asDigest(`sha256:${'12'.repeat(32)}`);
  const asked: (readonly string[])[] = [];
  const store: ArtifactStore = {
    kind: 'container-image',
    has: async () => true,
    import: async () => digest,
    async *read(_, __, { only } = {}) {
      asked.push([...(only ?? ['everything'])].sort());
      yield* writeTar(
        (async function* () {
          for await (const entry of readTar(createReadStream(path))) if (only?.has(entry.path) !== false) yield entry;
        })(),
      );
    },
    list: () => writeManifest(listArchive(createReadStream(path))),
    remove: async () => {},
  };
  const withStore = definePlugin({ name: 'attest', apiVersion: 1, options: noOptions, stages: { sbom }, createStores: () => [store] })();
  await using done = await runStage(withStore, 'sbom', { workspace, inputs: { image: { path: 'an image', meta: { reference: 'my-os' } }, packages: [] }, options: { name: 'my-os' } });
  expect(done.text).toBe('');
  expect(asked).toEqual([['usr/lib/os-release', 'var/lib/dpkg/status']]);
  const { metadata, components } = await read(done.outputs.cyclonedx.path);
  expect(metadata.component).toEqual({ type: 'container', 'bom-ref': 'subject', name: 'my-os', properties: [{ name: 'cos:content-digest', value: digest }] });
  expect(components.length).toBeGreaterThan(100);
});

it('an image in the layout of OCI is listed by the digest of its manifest', async () => {
  const workspace = await place();
  const archive = await archiveOf(workspace, files);
  const layout = workspace.join('layout');
  const blobs = join(layout, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const put = async (bytes: Uint8Array): Promise<string> => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(blobs, hex), bytes);
    return hex;
  };
  const layer = await put(await readFile(archive.path));
  const manifest = await put(Buffer.from(JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${layer}` }] })));
  await writeFile(join(layout, 'index.json'), JSON.stringify({ manifests: [{ digest: `sha256:${manifest}` }] }));
  await using done = await runStage(plugin, 'sbom', { workspace, inputs: { layout, packages: [await metadataOf(workspace, 'my-os')] }, options: { name: 'tools' } });
  expect(done.text).toBe('');
  const { packages } = await read(done.outputs.spdx.path);
  expect(packages[0]).toMatchObject({ name: 'tools', primaryPackagePurpose: 'CONTAINER', checksums: [{ checksumValue: manifest }] });
  expect(packages.length).toBeGreaterThan(100);
  const cyclonedx = await readFile(done.outputs.cyclonedx.path, 'utf8');
  expect(JSON.parse(cyclonedx).metadata.component).toMatchObject({ type: 'container', hashes: [{ content: manifest }] });
  await expect(new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(cyclonedx)).resolves.toBeNull();
  expect(checkSpdx(JSON.parse(await readFile(done.outputs.spdx.path, 'utf8')))).toEqual([]);
  await writeFile(join(layout, 'index.json'), JSON.stringify({ manifests: [] }));
  await using none = await runStage(plugin, 'sbom', { workspace, inputs: { layout, packages: [] }, options: { name: 'tools' } });
  expect(none.failure).toMatchObject({ code: 'COS_ATTEST_SUBJECT' });
});

it('a damaged database fails the task with the lines', async () => {
  const workspace = await place();
  await using done = await runStage(plugin, 'sbom', { workspace, inputs: { archive: await archiveOf(workspace, { 'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nVersion: 1\nwhat\n' }), packages: [] }, options: { name: 'my-os' } });
  expect(done.text).toMatchInlineSnapshot(`
    "error COS_ATTEST_DATABASE: A package database of the system is damaged: /var/lib/dpkg/status. Expected "Name: value"; found "what".
      task: attest.sbom#test
      at /var/lib/dpkg/status:4
          2 | Status: install ok installed
          3 | Version: 1
        > 4 | what
      hint: Build the system again; if it stays so, look at the step that writes the file: what is installed cannot be told without it."
  `);
});

it('a system is needed, and one alone', async () => {
  const workspace = await place();
  const archive = await archiveOf(workspace, {});
  const medium = { path: archive.path, meta: { label: 'x' } };
  await using none = await runStage(plugin, 'sbom', { inputs: { packages: [] }, options: { name: 'my-os' } });
  expect(none.failure).toMatchObject({ code: 'COS_ATTEST_SYSTEM', message: 'Expected one of the inputs "archive", "image" and "layout"; found none.' });
  await using two = await runStage(plugin, 'sbom', { inputs: { archive, packages: [], iso: medium, disk: { path: archive.path, meta: { format: 'raw' } } }, options: { name: 'my-os' } });
  expect(two.failure).toMatchObject({ code: 'COS_ATTEST_SYSTEM', message: 'Expected at most one of the inputs "iso" and "disk"; found both.' });
});

it('an archive that cannot be read, and metadata that is none, are refused by name', async () => {
  const workspace = await place();
  const archive = await archiveOf(workspace, files);
  await writeFile(archive.path, (await readFile(archive.path)).subarray(0, 2000));
  await using cut = await runStage(plugin, 'sbom', { workspace, inputs: { archive, packages: [] }, options: { name: 'my-os' } });
  expect(cut.failure).toMatchObject({ code: 'COS_ATTEST_CONTENT' });
  const wrong = await metadataOf(workspace, 'kernel');
  await writeFile(wrong.path, 'name: [\n');
  await using refused = await runStage(plugin, 'sbom', { inputs: { archive: await archiveOf(workspace, {}), packages: [wrong] }, options: { name: 'my-os' } });
  expect(refused.failure).toMatchObject({ code: 'COS_ATTEST_METADATA', message: 'The metadata of the package system/kernel@1.0 cannot be read.' });
});
