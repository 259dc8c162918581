import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { writeMetadata } from '@cos/luet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { repo } from '../src/index.ts';
import { listTar, samplePackage, sha256Of, temporaryFolder, type SamplePackage } from './rig.ts';

// The cases of create-repo, in the order in which luet's behaviour was observed. Others are in create.test.ts (a second run counts the revision up) and
// create-repository.test.ts (files of type disk, the tree has what is built, snapshots).

type Options = NonNullable<Parameters<typeof runStage<ReturnType<typeof repo>, 'create'>>[2]>['options'];

async function newWorkspace(): Promise<TemporaryWorkspace> {
  const workspace = await createWorkspace({ 'packages/a/definition.yaml': 'name: a\ncategory: test\nversion: "1.0+1"\n', 'packages/a/build.yaml': 'image: base\n' });
  onTestFinished(async () => await workspace.remove());
  return workspace;
}

async function create(workspace: TemporaryWorkspace, packages: readonly SamplePackage[], options: Options, { archives = true } = {}) {
  for (const { metadata } of packages) await workspace.write({ [`given/${metadata.path}.metadata`]: writeMetadata(metadata) });
  return runStage(repo(), 'create', {
    workspace,
    inputs: {
      archives: archives ? packages.map(({ archive: { category, name, version, compression, path } }) => ({ path, meta: { category, name, version, compression } })) : [],
      metadata: packages.map(({ archive: { category, name, version }, metadata }) => ({ path: workspace.join(`given/${metadata.path}.metadata`), meta: { category, name, version } })),
      trees: [workspace.join('packages')],
    },
    ...(options === undefined ? {} : { options }),
  });
}

test('names, compressions and the prefix of a snapshot are those of the options', async () => {
  const workspace = await newWorkspace();
  const run = await create(workspace, [], { name: 'sample', treeFilename: 'foo.tar', treeCompression: 'none', metaFilename: 'm.tar', metaCompression: 'gzip', snapshot: 'S1' });
  const { path } = run.outputs.repository;
  expect(readdirSync(path).sort()).toEqual(['S1-compilertree.tar.gz', 'S1-foo.tar', 'S1-m.tar.gz', 'S1-repository.yaml', 'compilertree.tar.gz', 'foo.tar', 'm.tar.gz', 'repository.yaml']);
  const { repo_files: files } = parse(readFileSync(join(path, 'S1-repository.yaml'), 'utf8'));
  expect(files).toEqual({
    tree: { filename: 'S1-foo.tar', compressiontype: 'none', checksums: { sha256: sha256Of(join(path, 'foo.tar')) } },
    meta: { filename: 'S1-m.tar.gz', compressiontype: 'gzip', checksums: { sha256: sha256Of(join(path, 'm.tar.gz')) } },
    compilertree: { filename: 'S1-compilertree.tar.gz', compressiontype: 'gzip', checksums: { sha256: sha256Of(join(path, 'compilertree.tar.gz')) } },
  });
  // By magic bytes: tar has none at its beginning, gzip has.
  expect(readFileSync(join(path, 'm.tar.gz')).subarray(0, 2).toString('hex')).toBe('1f8b');
});

test('a package of which only metadata is known stands in index and tree, with its relations at run time', async () => {
  const workspace = await newWorkspace();
  const sample = await samplePackage(workspace.path, { name: 'far', requires: [{ category: 'app', name: 'a', version: '>=1' }] });
  await rename(sample.archive.path, `${sample.archive.path}.away`);
  const run = await create(workspace, [sample], { name: 'sample', fromMetadata: true }, { archives: false });
  const { path } = run.outputs.repository;
  expect(readdirSync(path).filter((name) => name.startsWith('far-'))).toEqual(['far-app-1.0.metadata.yaml']);
  const index = parse(execFileSync('tar', ['-xOf', join(path, 'repository.meta.yaml.tar')], { encoding: 'utf8' })).index;
  expect(index).toMatchObject([{ path: 'far-app-1.0.package.tar.gz', checksums: { sha256: sample.archive.sha256 }, runtime: { requires: [{ category: 'app', name: 'a' }] } }]);
  const without = await create(workspace, [sample], { name: 'sample' }, { archives: false });
  expect(without.failure).toMatchObject({ code: 'COS_REPO_NO_ARCHIVE', message: 'There is metadata of far-app-1.0, but no archive.' });
  const blind = await create(workspace, [{ ...sample, metadata: { ...sample.metadata, sha256: '' } }], { name: 'sample', fromMetadata: true }, { archives: false });
  expect(blind.failure).toMatchObject({ code: 'COS_REPO_NO_ARCHIVE', message: 'There is metadata of far-app-1.0 without a digest of its archive, and no archive.' });
});

test('a type that there is not is refused', async () => {
  // @ts-expect-error: not among the types
  const run = await create(await newWorkspace(), [], { name: 'sample', type: 'local' });
  expect(run.text).toContain('type');
  expect(run.outcome).not.toBe('built');
});

describe('of type docker', () => {
  /** Copies an image of the layout into a root filesystem by the formats alone, with GNU tar. */
  function unpack(layout: string, tag: string): { readonly listing: readonly string[]; readonly folder: string; readonly config: any; readonly manifest: any } {
    const blob = (digest: string): string => {
      const path = join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
      expect(`sha256:${sha256Of(path)}`).toBe(digest);
      return path;
    };
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    const entry = index.manifests.find((each: any) => each.annotations['org.opencontainers.image.ref.name'] === tag);
    const manifest = JSON.parse(readFileSync(blob(entry.digest), 'utf8'));
    const config = JSON.parse(readFileSync(blob(manifest.config.digest), 'utf8'));
    const layer = blob(manifest.layers[0].digest);
    const folder = mkdtempSync(join(layout, '..', 'unpacked-'));
    execFileSync('tar', ['-C', folder, '-xzf', layer]);
    return { listing: listTar(layer).map((line) => line.split(' ').at(-1) ?? ''), folder, config, manifest };
  }

  test('it is a folder of images: one for each object, named by its tag', async () => {
    const workspace = await newWorkspace();
    const run = await create(workspace, [await samplePackage(workspace.path, { name: 'a', category: 'test', version: '1.0+1' }, 'zstd')], { name: 'sample', type: 'docker', treeCompression: 'zstd', metaCompression: 'zstd', snapshot: 'S1' });
    expect(run.text).toBe('');
    const layout = run.outputs.repository.path;
    expect(JSON.parse(readFileSync(join(layout, 'oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests.map((each: any) => each.annotations['org.opencontainers.image.ref.name'])).toEqual([
      'S1-compilertree.tar.gz', 'S1-repository.meta.yaml.tar.zst', 'S1-repository.yaml', 'S1-tree.tar.zst', 'a-test-1.0-1', 'a-test-1.0-1.metadata.yaml', 'compilertree.tar.gz', 'repository.meta.yaml.tar.zst', 'repository.yaml', 'tree.tar.zst',
    ]);
    expect(unpack(layout, 'a-test-1.0-1').listing).toEqual(['usr/', 'usr/share/', 'usr/share/file']);
    // The file keeps the name that a tag cannot have.
    expect(unpack(layout, 'a-test-1.0-1.metadata.yaml').listing).toEqual(['a-test-1.0+1.metadata.yaml']);
    const described = unpack(layout, 'repository.yaml');
    expect(parse(readFileSync(join(described.folder, 'repository.yaml'), 'utf8'))).toMatchObject({ type: 'docker', repo_files: { tree: { filename: 'tree.tar.zst' } } });
    expect(described.config).toMatchObject({ architecture: 'amd64', os: 'linux', history: [{ created_by: 'cos' }] });
    expect(described.manifest.layers).toHaveLength(1);
  });

  test('equal packages give equal folders, and a name that is no tag is refused', async () => {
    const workspace = await newWorkspace();
    const packages = [await samplePackage(workspace.path, { name: 'a' }), await samplePackage(workspace.path, { name: 'b' })];
    const options = { name: 'sample', type: 'docker' } as const;
    const first = await create(workspace, packages, options);
    const other = await newWorkspace();
    expect((await create(other, packages, options)).outputs.repository.digest).toBe(first.outputs.repository.digest);
    const bad = await create(workspace, [await samplePackage(await temporaryFolder(), { name: 'c', version: '1.0~rc1' })], options);
    expect(bad.failure).toMatchObject({ code: 'COS_REPO_BAD_NAME', message: 'c-app-1.0~rc1 cannot be published as an image: "c-app-1.0~rc1.metadata.yaml" is no tag.' });
  });
});
