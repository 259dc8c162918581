import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { basePaths, canonicalize, createEntry, extractPackage, listPaths, writeTar } from '../../src/index.ts';
import type { PackageContentOptions, PackageStrategy, TarEntry } from '../../src/index.ts';
import { arbitraryRootfs } from '../arbitrary-entry.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { collect, outline, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();
type Rest = Partial<Omit<PackageContentOptions, 'strategy'>>;
const extract = (image: TarEntry[], strategy: PackageStrategy, rest: Rest = {}): AsyncIterable<Uint8Array> => extractPackage(writeTar(image), { scratch, strategy, ...rest });
const delta = (base: TarEntry[]): PackageStrategy => ({ kind: 'delta', base: basePaths(base.map((entry) => entry.path)) });
const unpack: PackageStrategy = { kind: 'unpack' };
const packageDir = (folder: string): PackageStrategy => ({ kind: 'package_dir', directory: folder });

test('a delta holds the paths that the builder does not have, and nothing that only changed', async () => {
  const base = [directory('etc'), file('etc/a', 'old'), file('gone'), file('typed')];
  const image = [directory('etc'), file('etc/a', 'new'), file('etc/b'), directory('empty'), directory('typed')];
  expect(await outline(extract(image, delta(base)))).toEqual({ empty: 'directory', etc: 'directory', 'etc/b': 'etc/b' });
});

test('the parents of a delta have their real properties', async () => {
  const tmp = createEntry({ path: 'tmp', type: 'directory', mode: 0o1777, uid: 3, gid: 4, mtime: 9, xattrs: new Map([['user.x', Buffer.from('y')]]) });
  const [parent, child] = await readAll(extract([tmp, file('tmp/foo')], delta([tmp]), { epoch: 100 }));
  expect(parent).toMatchObject({ path: 'tmp', mode: 0o1777, uid: 3, gid: 4, mtime: 9, xattrs: tmp.xattrs });
  expect(child?.path).toBe('tmp/foo');
});

test('a hard link whose target is left out becomes the file', async () => {
  const image = [createEntry({ path: 'perl', mode: 0o755, uid: 6 }, 'program'), link('perl5', 'perl'), link('perl5.36', 'perl')];
  const entries = await readAll(extract(image, delta([file('perl')])));
  expect(entries.map(({ path, type, linkName, uid, content }) => [path, type, linkName, uid, content.toString()])).toEqual([
    ['perl5', 'file', '', 6, 'program'],
    ['perl5.36', 'link', 'perl5', 6, ''],
  ]);
});

test('a package directory becomes the root, without its neighbours of similar name', async () => {
  const image = [directory('out', 0o700), directory('out/usr'), file('out/usr/x'), link('out/y', 'other'), file('other'), directory('outer'), file('outer/z')];
  expect(await outline(extract(image, packageDir('/out')))).toEqual({ usr: 'directory', 'usr/x': 'out/usr/x', y: 'other' });
  expect(await outline(extract(image, packageDir('/out/usr/')))).toEqual({ x: 'out/usr/x' });
  expect(Object.keys(await outline(extract(image, packageDir('/'))))).toHaveLength(7);
});

test.each([
  ['out', 'invalid-option', /must be an absolute path such as \/output, but it is "out"/],
  ['/out/../etc', 'invalid-option', /absolute path/],
  ['/nope', 'missing-directory', /The image has no directory "\/nope", but package_dir names it/],
  ['/out/file', 'missing-directory', /is a file in the image/],
  ['/link', 'missing-directory', /is a symlink in the image/],
])('the package directory %s is refused', async (folder, code, message) => {
  const image = [directory('out'), file('out/file'), symlink('link', 'out')];
  await expect(collect(extract(image, packageDir(folder)))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('filters match the path inside the package directory and the doubled path of luet', async () => {
  const image = [directory('out'), directory('out/sub'), file('out/sub/f'), file('out/t')];
  const kept = async (rest: Rest): Promise<string[]> => Object.keys(await outline(extract(image, packageDir('/out'), rest)));
  expect(await kept({ includes: ['^/sub/'] })).toEqual(['sub', 'sub/f']);
  expect(await kept({ includes: ['^/out/out/sub/'] })).toEqual(['sub', 'sub/f']);
  expect(await kept({ includes: ['^/out/t'] })).toEqual([]);
  expect(await kept({ excludes: ['^/t$'] })).toEqual(['sub', 'sub/f']);
  expect(await kept({ includes: ['^/sub/'], compatibility: 'luet' })).toEqual([]);
});

test('an included file brings its parents, an excluded directory stays when its content does', async () => {
  const image = [directory('a', 0o711), directory('a/b', 0o700), file('a/b/c'), file('d')];
  const entries = await readAll(extract(image, unpack, { includes: ['/c$'] }));
  expect(entries.map(({ path, mode }) => [path, mode])).toEqual([['a', 0o711], ['a/b', 0o700], ['a/b/c', 0o644]]);
  expect(await outline(extract(image, unpack, { excludes: ['^/a/b$', '^/d'] }))).toEqual({ a: 'directory', 'a/b': 'directory', 'a/b/c': 'a/b/c' });
  expect(await outline(extract(image, unpack, { excludes: ['.'] }))).toEqual({});
});

test('an invalid pattern is an error, or a warning in luet compatibility', async () => {
  await expect(collect(extract([file('a')], unpack, { excludes: ['(x'] }))).rejects.toMatchObject({
    code: 'invalid-pattern',
    message: 'The exclude pattern "(x" is not RE2 syntax: error parsing regexp: missing closing ): `(x`',
  });
  const warnings: string[] = [];
  expect(await outline(extract([file('a')], unpack, { excludes: ['(x'], compatibility: 'luet', onWarning: (message) => warnings.push(message) }))).toEqual({ a: 'a' });
  expect(warnings).toEqual([expect.stringContaining('(x')]);
});

test('reading the image twice gives the same package as reading it once', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, fc.nat(), async (entries, pick) => {
      const base = basePaths(entries.filter((_, index) => (index + pick) % 2 === 0).map((entry) => entry.path));
      const options: PackageContentOptions = { scratch, strategy: { kind: 'delta', base } };
      const once = await collect(extractPackage(writeTar(entries), options));
      expect(await collect(extractPackage(() => writeTar(entries), options))).toEqual(once);
    }),
    { numRuns: 60 },
  );
});

test('unpacking everything is the canonical form', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, async (entries) => {
      const expected = await collect(canonicalize(writeTar(entries), { scratch, epoch: 5 }));
      expect(await collect(extract(entries, unpack, { epoch: 5 }))).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('the paths of an image are listed in normal form, with parents that have no entry', async () => {
  expect(await listPaths(writeTar([file('./a/b'), symlink('l', 'a'), file('l/c'), directory('./')]))).toEqual(new Set(['a', 'a/b', 'a/c', 'l']));
});
