import { readdir, readFile, symlink } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readMetadata } from '@cos/luet';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listTar, makeRepository, readAsClient, samplePackage, sha256Of, temporaryFolder, writeFiles } from './rig.ts';

test('a client finds each package, its relations at run time and its archive', async () => {
  const folder = await temporaryFolder();
  const a = await samplePackage(folder, { name: 'a', version: '1.0+1', labels: new Map([['k', 'v']]) });
  const b = await samplePackage(folder, { name: 'b', version: '0.1', requires: [{ category: 'app', name: 'a', version: '>=1.0' }], description: 'two: words' }, 'zstd');
  const repository = await makeRepository({ packages: [b, a] });
  expect(await readAsClient(repository)).toEqual([
    { file: 'a-app-1.0+1.package.tar.gz', requires: [], members: ['usr/share/file'], definition: expect.objectContaining({ category: 'app', name: 'a', version: '1.0+1', labels: { k: 'v' } }) },
    { file: 'b-app-0.1.package.tar.zst', requires: ['app/a->=1.0'], members: ['usr/share/file'], definition: expect.objectContaining({ version: '0.1', description: 'two: words' }) },
  ]);
});

test('versions that look like numbers or truth stay text for every reader of YAML', async () => {
  const folder = await temporaryFolder();
  const versions = ['1', '1.10', '0x10', '1e3', '010', 'yes', 'null', '2022-01-01', '1_000'];
  const packages = await Promise.all(versions.map(async (version, at) => await samplePackage(folder, { name: `p${at}`, version })));
  const repository = await makeRepository({ packages });
  expect((await readAsClient(repository)).map(({ definition }) => String(definition.version)).sort()).toEqual([...versions].sort());
  const index = execFileSync('tar', ['-xOf', join(repository, 'repository.meta.yaml.tar')], { encoding: 'utf8' });
  for (const version of ['1.1', '1.2'] as const) {
    expect(parse(index, { version }).index.map((entry: any) => entry.runtime.version).sort()).toEqual([...versions].sort());
  }
});

test('the folder has all files, and repository.yaml says what they are', async () => {
  const folder = await temporaryFolder();
  const tree = await writeFiles(await temporaryFolder(), { 'a/definition.yaml': 'name: a\n' });
  const repository = await makeRepository({ packages: [await samplePackage(folder, { name: 'a' })], trees: [{ name: 'packages', path: tree }] });
  expect((await readdir(repository)).sort()).toEqual(['a-app-1.0.metadata.yaml', 'a-app-1.0.package.tar.gz', 'compilertree.tar.gz', 'repository.meta.yaml.tar', 'repository.yaml', 'tree.tar.gz']);
  const file = (filename: string, compressiontype: string) => ({ filename, compressiontype, checksums: { sha256: sha256Of(join(repository, filename)) } });
  expect(parse(await readFile(join(repository, 'repository.yaml'), 'utf8'))).toEqual({
    name: 'sample', description: 'A sample', type: 'disk', urls: ['/srv/repo'], enable: true, index: [], revision: 3, last_update: '315532800',
    repo_files: { tree: file('tree.tar.gz', 'gzip'), meta: file('repository.meta.yaml.tar', 'none'), compilertree: file('compilertree.tar.gz', 'gzip') },
  });
  const metadata = parse(await readFile(join(repository, 'a-app-1.0.metadata.yaml'), 'utf8'));
  expect(metadata).toMatchObject({ path: 'a-app-1.0.package.tar.gz', compilespec: { package: { name: 'a', category: 'app', version: '1.0', packagerequires: [{ name: 'tool' }] }, buildoptions: { buildvalues: [{ arch: 'x86_64' }] } } });
  expect(metadata.checksums.sha256).toBe(sha256Of(join(repository, 'a-app-1.0.package.tar.gz')));
});

test('the index spells relations in the way of indexes', async () => {
  const repository = await makeRepository({ packages: [await samplePackage(await temporaryFolder(), { name: 'a' })] });
  const { index } = parse(execFileSync('tar', ['-xOf', join(repository, 'repository.meta.yaml.tar')], { encoding: 'utf8' }));
  expect(index[0].compilationspec.package.requires).toMatchObject([{ category: 'build', name: 'tool', version: '>=0' }]);
  expect(JSON.stringify(index)).not.toContain('packagerequires');
});

test('the runtime tree has definitions and finalizers of what is in the repository, nothing else', async () => {
  const folder = await temporaryFolder();
  const finalizer = 'install:\n- echo {{ .Values.name }}\n';
  const tree = await writeFiles(await temporaryFolder(), {
    'x/definition.yaml': 'name: a\ncategory: app\nversion: "1.0"\n',
    'x/build.yaml': 'image: base\n',
    'x/finalize.yaml': finalizer,
    'unbuilt/definition.yaml': 'name: unbuilt\ncategory: app\nversion: "1.0"\n',
    'unbuilt/build.yaml': 'image: base\n',
  });
  const repository = await makeRepository({ packages: [await samplePackage(folder, { name: 'a' })], trees: [{ name: 'packages', path: tree }] });
  expect(listTar(join(repository, 'tree.tar.gz')).map((line) => line.split(' ').at(-1))).toEqual(['app/', 'app/a/', 'app/a/1.0/', 'app/a/1.0/definition.yaml', 'app/a/1.0/finalize.yaml']);
  expect(execFileSync('tar', ['-xOf', join(repository, 'tree.tar.gz'), 'app/a/1.0/finalize.yaml'], { encoding: 'utf8' })).toBe(finalizer);
});

test('compilertree has the sources below the names of their trees, with executable bits and links', async () => {
  const one = await writeFiles(await temporaryFolder(), { 'a/build.yaml': 'image: x\n' });
  const two = await writeFiles(await temporaryFolder(), { 'b/build.yaml': 'image: y\n' });
  execFileSync('chmod', ['+x', join(two, 'b/build.yaml')]);
  await symlink('build.yaml', join(two, 'b/link'));
  const repository = await makeRepository({ packages: [], trees: [{ name: 'two', path: two }, { name: 'one', path: one }] });
  expect(listTar(join(repository, 'compilertree.tar.gz'))).toEqual([
    'drwxr-xr-x 0/0 0 1980-01-01 00:00:00 one/',
    'drwxr-xr-x 0/0 0 1980-01-01 00:00:00 one/a/',
    '-rw-r--r-- 0/0 9 1980-01-01 00:00:00 one/a/build.yaml',
    'drwxr-xr-x 0/0 0 1980-01-01 00:00:00 two/',
    'drwxr-xr-x 0/0 0 1980-01-01 00:00:00 two/b/',
    '-rwxr-xr-x 0/0 9 1980-01-01 00:00:00 two/b/build.yaml',
    'lrwxrwxrwx 0/0 0 1980-01-01 00:00:00 two/b/link -> build.yaml',
  ]);
});

test('trees of one name are merged, and may not hide a file of each other', async () => {
  const one = await writeFiles(await temporaryFolder(), { 'a/file': '1' });
  const two = await writeFiles(await temporaryFolder(), { 'b/file': '2' });
  const merged = await makeRepository({ packages: [], trees: [{ name: 't', path: one }, { name: 't', path: two }] });
  expect(listTar(join(merged, 'compilertree.tar.gz'))).toHaveLength(5);
  await expect(makeRepository({ packages: [], trees: [{ name: 't', path: one }, { name: 't', path: one }] })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_REPO_TREE' }] });
});

test('the same request gives the same bytes, in whatever order packages come', async () => {
  const folder = await temporaryFolder();
  const tree = await writeFiles(await temporaryFolder(), { 'a/definition.yaml': 'name: a\n', 'b/x': '' });
  const packages = [await samplePackage(folder, { name: 'b' }), await samplePackage(folder, { name: 'a' }), await samplePackage(folder, { name: 'B' })];
  const digests = async (repository: string) => (await readdir(repository)).sort().map((name) => [name, sha256Of(join(repository, name))]);
  const options = { archives: { treeName: 'tree.tar', metaName: 'm.tar', treeCompression: 'zstd', metaCompression: 'gzip' }, snapshot: 'first' } as const;
  const first = await makeRepository({ packages, trees: [{ name: 't', path: tree }], options });
  const second = await makeRepository({ packages: packages.toReversed(), trees: [{ name: 't', path: tree }], options });
  expect(await digests(second)).toEqual(await digests(first));
  expect((await readAsClient(first)).map(({ file }) => file)).toEqual(['B-app-1.0.package.tar.gz', 'a-app-1.0.package.tar.gz', 'b-app-1.0.package.tar.gz']);
});

test('a client can hold on to a snapshot', async () => {
  const repository = await makeRepository({ packages: [await samplePackage(await temporaryFolder(), { name: 'a' })], options: { snapshot: '20261120094608' } });
  expect(await readAsClient(repository, '20261120094608-repository.yaml')).toHaveLength(1);
  expect((await readdir(repository)).filter((name) => name.startsWith('20261120094608-')).sort()).toEqual([
    '20261120094608-compilertree.tar.gz', '20261120094608-repository.meta.yaml.tar', '20261120094608-repository.yaml', '20261120094608-tree.tar.gz',
  ]);
});

test('a metadata file that is written is read back as it was', async () => {
  const sample = await samplePackage(await temporaryFolder(), { name: 'a', provides: [{ category: 'virtual', name: 'a', version: '>=0' }] });
  const repository = await makeRepository({ packages: [sample] });
  const { metadata, problems } = readMetadata(await readFile(join(repository, 'a-app-1.0.metadata.yaml'), 'utf8'), 'm');
  expect(problems).toEqual([]);
  expect(metadata).toMatchObject({ path: sample.metadata.path, sha256: sample.metadata.sha256, runtime: { provides: [{ category: 'virtual', name: 'a' }] } });
});
