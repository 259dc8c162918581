import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPins } from '../../src/publish/pins.ts';
import { readAsClient, sha256Of, temporaryFolder } from '../rig.ts';
import { folder, list, newTree, publishTo, samples } from './rig.ts';

const read = (path: string, name = 'repository.yaml') => parse(readFileSync(join(path, name), 'utf8'));
const packagesOf = async (path: string, name?: string): Promise<readonly string[]> => (await readAsClient(path, name)).map(({ file }) => file);

test('publishing begins a repository, and adds to it by counting its revision up', async () => {
  const path = join(await temporaryFolder(), 'public');
  const first = await publishTo(folder(path), await samples('app/a@1.0'));
  expect(first).toMatchObject({ isNew: true, revision: 1, added: ['app/a@1.0'] });
  // The archive of the first package is not here any more.
  const second = await publishTo(folder(path), await samples('app/b@1.0', 'app/a@1.1'));
  expect(second).toMatchObject({ revision: 2, added: ['app/a@1.1', 'app/b@1.0'], replaced: [], dropped: [] });
  expect(await packagesOf(path)).toEqual(['a-app-1.0.package.tar.zst', 'a-app-1.1.package.tar.zst', 'b-app-1.0.package.tar.zst']);
  expect(read(path)).toMatchObject({ name: 'sample', type: 'disk', urls: [path], revision: 2 });
  expect(list(path).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('each publication leaves a snapshot that a client can hold on to, and repository.yaml is the newest one', async () => {
  const path = await temporaryFolder();
  const first = await publishTo(folder(path), await samples('app/a@1.0'));
  const named = await publishTo(folder(path), await samples('app/b@1.0'), { snapshot: 'v2' });
  expect(first.snapshot).toMatch(/^20260101\d{6}$/);
  expect(await packagesOf(path, `${first.snapshot}-repository.yaml`)).toEqual(['a-app-1.0.package.tar.zst']);
  expect(readFileSync(join(path, 'v2-repository.yaml'))).toEqual(readFileSync(join(path, 'repository.yaml')));
  expect(Object.values<any>(read(path).repo_files).map(({ filename }) => String(filename)).toSorted()).toEqual(['v2-compilertree.tar.gz', 'v2-repository.meta.yaml.tar', 'v2-tree.tar.gz']);
  expect(named.snapshot).toBe('v2');
  await expect(publishTo(folder(path), await samples('app/c@1.0'), { snapshot: 'v2' })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_REPO_SNAPSHOT' }] });
});

test('what is published already changes nothing, and its archives are neither read nor written', async () => {
  const path = await temporaryFolder();
  const packages = await samples('app/a@1.0', 'app/b@1.0');
  await publishTo(folder(path), packages);
  const before = list(path).map((name) => [name, statSync(join(path, name)).mtimeMs, sha256Of(join(path, name))]);
  for (const { archive } of packages) rmSync(archive.path);
  expect(await publishTo(folder(path), packages)).toMatchObject({ isNew: false, revision: 1, snapshot: undefined });
  expect(list(path).map((name) => [name, statSync(join(path, name)).mtimeMs, sha256Of(join(path, name))])).toEqual(before);
  const more = await publishTo(folder(path), [...packages, ...(await samples('app/c@1.0'))]);
  expect(more).toMatchObject({ revision: 2, added: ['app/c@1.0'] });
});

test('a version that is published with other content is refused, with what differs, unless it may be replaced', async () => {
  const path = await temporaryFolder();
  const [old] = await samples('app/a@1.0');
  await publishTo(folder(path), [old!, ...(await samples('app/b@1.0'))]);
  const changed = await samples({ id: 'app/a@1.0', text: 'other' }, { id: 'app/b@1.0', requires: ['app/a'] });
  const refused = await publishTo(folder(path), changed).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    diagnostics: [
      { code: 'COS_REPO_CHANGED', message: 'app/a@1.0 is published with other content: versions that are published do not change.', notes: [{ message: expect.stringMatching(new RegExp(`^SHA-256 of the archive: published "${old!.archive.sha256}", here "[0-9a-f]{64}"$`)) }] },
      { code: 'COS_REPO_CHANGED', notes: [{ message: 'requires: published [], here ["app/a@>=0"]' }], hint: expect.stringContaining('`--replace app/b`') },
    ],
  });
  expect(read(path).revision).toBe(1);
  const replaced = await publishTo(folder(path), changed, { replace: ['app/a', 'app/b'] });
  expect(replaced).toMatchObject({ revision: 2, replaced: ['app/a@1.0', 'app/b@1.0'] });
  // The archive that the snapshot names stays what it is.
  const name = `a-app-1.0-${changed[0]!.archive.sha256.slice(0, 12)}.package.tar.zst`;
  expect(await packagesOf(path)).toContain(name);
  expect(await packagesOf(path, list(path).find((each) => /^\d{14}-repository.yaml$/.test(each)))).toContain('a-app-1.0.package.tar.zst');
});

test('the sources of other trees stay, those of the same name are replaced, and finalizers stay with their packages', async () => {
  const path = await temporaryFolder();
  const tree = async (name: string, file: string, finalizer = '') => ({ name, path: await newTree({ [`${file}/definition.yaml`]: `name: ${file}\ncategory: app\nversion: "1.0"\n`, [`${file}/build.yaml`]: 'image: base\n', ...(finalizer === '' ? {} : { [`${file}/finalize.yaml`]: finalizer }) }) });
  await publishTo(folder(path), await samples('app/a@1.0'), { trees: [await tree('one', 'a', 'install: [one]\n')] });
  await publishTo(folder(path), await samples('app/b@1.0'), { trees: [await tree('two', 'b')] });
  await publishTo(folder(path), await samples('app/c@1.0'), { trees: [await tree('two', 'c')] });
  const listed = (key: string) => execFileSync('tar', ['-tf', join(path, read(path).repo_files[key].filename)], { encoding: 'utf8' }).trim().split('\n').filter((line) => !line.endsWith('/'));
  expect(listed('compilertree')).toEqual(['one/a/build.yaml', 'one/a/definition.yaml', 'one/a/finalize.yaml', 'two/c/build.yaml', 'two/c/definition.yaml']);
  expect(listed('tree')).toEqual(['app/a/1.0/definition.yaml', 'app/a/1.0/finalize.yaml', 'app/b/1.0/definition.yaml', 'app/c/1.0/definition.yaml']);
});

test('old versions and old snapshots go, but not what a lock file names, what a snapshot that stays names, or what was just built', async () => {
  const path = await temporaryFolder();
  const retain = { versions: 2, snapshots: 2 };
  const first = await publishTo(folder(path), await samples('app/a@1.0', 'app/a@1.1', 'app/a@1.10', 'app/a@0.9', 'app/pinned@1', 'app/pinned@2', 'app/pinned@3'));
  const pins = readPins(['builds:\n  base: {category: app, name: pinned, version: "1"}\nimage: registry.example/os/repository:a-app-0.9\n']);
  const second = await publishTo(folder(path), await samples('app/b@1.0'), { retain, pins });
  expect(second.dropped).toEqual(['app/a@1.0']);
  expect(await packagesOf(path)).toEqual(['a-app-0.9', 'a-app-1.1', 'a-app-1.10', 'b-app-1.0', 'pinned-app-1', 'pinned-app-2', 'pinned-app-3'].map((name) => `${name}.package.tar.zst`));
  // A client may still hold on to the first snapshot.
  expect(second.removed).toEqual({ snapshots: [], objects: [], stayed: [] });
  expect(await packagesOf(path, `${first.snapshot}-repository.yaml`)).toContain('a-app-1.0.package.tar.zst');
  const third = await publishTo(folder(path), await samples('app/c@1.0'), { retain, pins });
  expect(third.removed).toMatchObject({ snapshots: [first.snapshot], objects: ['a-app-1.0.metadata.yaml', 'a-app-1.0.package.tar.zst'] });
  expect(list(path).filter((name) => name.startsWith(first.snapshot ?? 'x') || name.startsWith('a-app-1.0.'))).toEqual([]);
  const held = await publishTo(folder(path), await samples('app/d@1.0'), { retain, pins: readPins([`reference: "${second.snapshot}-repository.yaml"\n`]) });
  expect(held.removed.snapshots).toEqual([]);
  expect(await readAsClient(path, `${second.snapshot}-repository.yaml`)).not.toEqual([]);
});

test('a snapshot that a person named is never removed', async () => {
  const path = await temporaryFolder();
  const retain = { versions: 1, snapshots: 2 };
  await publishTo(folder(path), await samples('app/a@1'), { snapshot: 'release-1', retain });
  for (const version of ['2', '3', '4']) await publishTo(folder(path), await samples(`app/a@${version}`), { retain });
  expect(await packagesOf(path, 'release-1-repository.yaml')).toEqual(['a-app-1.package.tar.zst']);
  expect(await packagesOf(path)).toEqual(['a-app-4.package.tar.zst']);
  expect(list(path).filter((name) => name.endsWith('.package.tar.zst'))).toEqual(['a-app-1.package.tar.zst', 'a-app-3.package.tar.zst', 'a-app-4.package.tar.zst']);
});

test('two who publish at once wait for each other, and both are in', async () => {
  const path = await temporaryFolder();
  const logged: string[] = [];
  const packages = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => samples(`app/${name}@1`)));
  const done = await Promise.all(packages.map(async (own) => publishTo(folder(path), own, { logged })));
  expect(done.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  expect(await packagesOf(path)).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name}-app-1.package.tar.zst`));
  expect(logged).toContain(`waiting for process ${process.pid}, which publishes there`);
});

test('what cannot be read is not written over', async () => {
  const path = await temporaryFolder();
  await publishTo(folder(path), await samples('app/a@1'));
  const tree = join(path, read(path).repo_files.tree.filename);
  const whole = readFileSync(tree);
  writeFileSync(tree, whole.subarray(0, 20));
  await expect(publishTo(folder(path), await samples('app/b@1'))).rejects.toMatchObject({ code: 'corrupt' });
  expect(read(path).revision).toBe(1);
  writeFileSync(tree, whole);
  expect((await publishTo(folder(path), await samples('app/b@1'))).revision).toBe(2);
});

test('a package whose archive somebody removed is brought again', async () => {
  const path = await temporaryFolder();
  const packages = await samples('app/a@1');
  await publishTo(folder(path), packages);
  rmSync(join(path, 'a-app-1.package.tar.zst'));
  expect(await publishTo(folder(path), packages)).toMatchObject({ isNew: false, added: [], replaced: [] });
  expect(await packagesOf(path)).toEqual(['a-app-1.package.tar.zst']);
});

test('revisions are counted from 1 again on request, also when nothing else is new, and only once', async () => {
  const path = await temporaryFolder();
  const packages = await samples('app/a@1.0');
  await publishTo(folder(path), packages);
  await publishTo(folder(path), await samples('app/b@1.0'));
  expect(await publishTo(folder(path), packages, { resetRevision: true })).toMatchObject({ isNew: true, revision: 1, added: [] });
  expect(await packagesOf(path)).toEqual(['a-app-1.0.package.tar.zst', 'b-app-1.0.package.tar.zst']);
  expect(await publishTo(folder(path), packages, { resetRevision: true })).toMatchObject({ isNew: false, revision: 1 });
  expect(await publishTo(folder(path), await samples('app/c@1.0'))).toMatchObject({ revision: 2 });
  expect(await publishTo(folder(path), await samples('app/d@1.0'), { resetRevision: true })).toMatchObject({ revision: 1, added: ['app/d@1.0'] });
});

test('metadata alone renews what the index says of a published package; of others, and of other builds, it is refused, with the reason', async () => {
  const path = await temporaryFolder();
  const [a, b] = await samples('app/a@1.0', 'app/b@1.0');
  await publishTo(folder(path), [a!]);
  const archive = sha256Of(join(path, 'a-app-1.0.package.tar.zst'));
  const renewed = { ...a!, metadata: { ...a!.metadata, pushImageRepository: 'registry.example/newer' } };
  expect(await publishTo(folder(path), [renewed], { metadataAlone: true })).toMatchObject({ isNew: true, revision: 2, added: [], replaced: [] });
  expect(readFileSync(join(path, 'a-app-1.0.metadata.yaml'), 'utf8')).toContain('registry.example/newer');
  expect(sha256Of(join(path, 'a-app-1.0.package.tar.zst'))).toBe(archive);
  const other = { ...a!, metadata: { ...a!.metadata, sha256: '0'.repeat(64) } };
  const refused = await publishTo(folder(path), [other, b!], { metadataAlone: true }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ diagnostics: [{ code: 'COS_REPO_CHANGED' }, { code: 'COS_REPO_NO_ARCHIVE', message: 'app/b@1.0 is not published yet, and there is metadata of it, but no archive.' }] });
  expect(read(path)).toMatchObject({ revision: 2 });
});
