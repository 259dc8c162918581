import { createRecord, type ArchiveMetadata } from '@cos/luet';
import { expect, test } from 'vitest';
import { matchPackages, type GivenArchive } from '../src/match-packages.ts';
import { samplePackage, temporaryFolder, type SamplePackage } from './rig.ts';

async function sample(name: string, more: { readonly category?: string; readonly version?: string } = {}): Promise<SamplePackage> {
  return await samplePackage(await temporaryFolder(), { name, ...more });
}

function told(archives: readonly GivenArchive[], metadata: readonly ArchiveMetadata[]): readonly string[] {
  return matchPackages(archives, metadata).problems.map(({ code, message }) => `${code} ${message}`);
}

test('archives without metadata, metadata without archives and doubles are told together', async () => {
  const [a, b, c] = [await sample('a'), await sample('b'), await sample('c')];
  expect(told([a.archive, b.archive, b.archive], [a.metadata, a.metadata, c.metadata])).toEqual([
    'COS_REPO_DUPLICATE The archive of b-app-1.0 is given twice.',
    'COS_REPO_DUPLICATE The metadata of a-app-1.0 is given twice.',
    'COS_REPO_NO_ARCHIVE There is metadata of c-app-1.0, but no archive.',
    'COS_REPO_NO_METADATA There is an archive of b-app-1.0, but no metadata.',
  ]);
});

test('an archive with other bytes, compression or name than its metadata says is refused', async () => {
  const a = await sample('a');
  const zeros = '0'.repeat(64);
  expect(told([{ ...a.archive, sha256: zeros }], [a.metadata])[0]).toMatch(/^COS_REPO_MISMATCH .*sha256/);
  expect(told([{ ...a.archive, compression: 'zstd' }], [a.metadata])[0]).toMatch(/^COS_REPO_MISMATCH .*compression/);
  expect(told([a.archive], [{ ...a.metadata, path: 'other.package.tar.gz' }])[0]).toMatch(/^COS_REPO_MISMATCH .*file name/);
});

test('metadata without a digest gets that of its archive', async () => {
  const a = await sample('a');
  const { packages, problems } = matchPackages([a.archive], [{ ...a.metadata, sha256: '' }]);
  expect(problems).toEqual([]);
  expect(packages[0]?.metadata.sha256).toBe(a.archive.sha256);
});

test('packages whose file names or image tags would be the same are refused', async () => {
  const [plus, minus] = [await sample('a', { version: '1.0+1' }), await sample('a', { version: '1.0-1' })];
  expect(told([plus.archive, minus.archive], [plus.metadata, minus.metadata])).toEqual([
    'COS_REPO_NAME_COLLISION "app/a-1.0+1" and "app/a-1.0-1" would both have the image tag a-app-1.0-1.',
  ]);
  const [left, right] = [await sample('a-b', { category: 'c' }), await sample('a', { category: 'b-c' })];
  expect(told([left.archive, right.archive], [left.metadata, right.metadata])[0]).toBe('COS_REPO_NAME_COLLISION "c/a-b-1.0" and "b-c/a-1.0" would both have the file name a-b-c-1.0.package.tar.');
});

test('names that would leave the folder are refused', async () => {
  const a = await sample('a');
  for (const bad of [{ category: '..' }, { category: '' }, { name: '../x' }, { name: '-x' }, { version: '1/2' }, { version: '' }, { version: '1\n2' }]) {
    const codes = told([{ ...a.archive, ...bad }], [{ ...a.metadata, package: createRecord({ ...a.metadata.package, ...bad }) }]);
    expect(codes[0], JSON.stringify(bad)).toMatch(/^COS_REPO_BAD_NAME/);
  }
});
