import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, joinLayers, LayerContents, listArchive, readLayer, readManifest, readTar, writeManifest, writeTar, type TarEntry } from '@cos/archive';
import { CosError } from '@cos/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseContent, type ReadableImage } from '../src/choose-content.ts';
import { describeLost } from '../src/lost-changes.ts';
import { parseRecipe } from '../src/recipe.ts';
import { writeArchive, type WrittenArchive } from '../src/write-archive.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cos-squash-'));
});
afterEach(async () => rm(scratch, { recursive: true }));

/** As the store of images gives it. */
function image(...entries: readonly TarEntry[]): ReadableImage {
  return {
    async *list() {
      yield* writeManifest(joinLayers([await readLayer(writeTar(entries))]).manifest());
    },
    async *read({ only }) {
      const contents = await LayerContents.create(scratch);
      yield* joinLayers([await readLayer(writeTar(entries), { contents })]).select(only).archive((content) => contents.open(content), { epoch: 0 });
      await contents.close();
    },
  };
}
const folder = (path: string, mode = 0o755, uid = 0): TarEntry => createEntry({ path, type: 'directory', mode, uid, mtime: 2_000_000_000 });
const file = (path: string, text = path, more: Partial<TarEntry> = {}): TarEntry => createEntry({ path, mtime: 2_000_000_000, ...more }, text);
const recipe = (fields: object): ReturnType<typeof parseRecipe> => parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0+1', ...fields }));

const builder = image(folder('etc'), file('etc/hosts', 'old'), folder('luetbuild'), file('luetbuild/source'), folder('tmp', 0o1777));
const built = image(
  folder('etc'), file('etc/hosts', 'new'), folder('luetbuild'), file('luetbuild/source'), file('luetbuild/left-over'),
  folder('out'), folder('out/usr', 0o700, 5), file('out/usr/tool'), folder('outer'), file('outer/x'), folder('tmp', 0o1777), file('tmp/made'),
);

interface Packed extends WrittenArchive {
  readonly lines: readonly string[];
  readonly bytes: Buffer;
  readonly manifest: Buffer;
  readonly warning: string | undefined;
}

async function pack(fields: object, images: { builder?: ReadableImage; image?: ReadableImage } = { builder, image: built }, compression: 'none' | 'gzip' | 'zstd' = 'none'): Promise<Packed> {
  const [archive, manifest] = [join(scratch, 'package.tar'), join(scratch, 'manifest')];
  const content = await chooseContent({ recipe: recipe(fields), builder: images.builder, image: images.image });
  const written = await writeArchive({ recipe: recipe(fields), content, archive, manifest, compression, level: undefined, epoch: 315532800, signal: new AbortController().signal });
  const packed = { ...written, bytes: await readFile(archive), manifest: await readFile(manifest), warning: describeLost(content.lost) };
  await rm(archive);
  await rm(manifest);
  const lines: string[] = [];
  if (compression === 'none') for await (const { path: name, mode, uid, type } of readTar(once(packed.bytes))) lines.push(`${name}${type === 'directory' ? '/' : ''} ${mode.toString(8)} ${uid}`);
  return { ...packed, lines };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('what a package holds', () => {
  it('is by default what the steps added, with the real owners and modes of the folders above', async () => {
    const { lines, files } = await pack({ steps: ['x'] });
    expect(lines).toEqual([
      'luetbuild/ 755 0', 'luetbuild/left-over 644 0', 'out/ 755 0', 'out/usr/ 700 5', 'out/usr/tool 644 0', 'outer/ 755 0', 'outer/x 644 0', 'tmp/ 1777 0', 'tmp/made 644 0',
    ]);
    expect(files).toEqual(['luetbuild/left-over', 'out/usr/tool', 'outer/x', 'tmp/made']);
  });

  it('has no folders that a builder made for mounts to lie on, unless something is in them or somebody gave them a mode', async () => {
    const given = image(
      ...['etc', 'luetbuild', 'tmp'].map((path) => folder(path, path === 'tmp' ? 0o1777 : 0o755)),
      folder('cache'), folder('cache/a'), folder('cache/b'), folder('cache/b/kept', 0o700), folder('run'), folder('run/secrets'), folder('work'), folder('work/made'), file('work/made/x'),
    );
    const mounts = '--mount=type=cache,target=/cache/a --mount=type=cache,target=/cache/b/kept --mount=type=secret,id=x --mount=type=tmpfs,target=/work/made';
    const lines = async (fields: object) => (await pack(fields, { builder, image: given })).lines;
    expect(await lines({ steps: [`${mounts} make`] })).toEqual(['cache/ 755 0', 'cache/b/ 755 0', 'cache/b/kept/ 700 0', 'work/ 755 0', 'work/made/ 755 0', 'work/made/x 644 0']);
    expect(await lines({ steps: ['make'] })).toContain('run/secrets/ 755 0');
    expect(await lines({ unpack: true, steps: [`${mounts} make`] })).toContain('run/secrets/ 755 0');
  });

  it('is the whole image with unpack, the build folder included unless it is excluded', async () => {
    expect((await pack({ unpack: true })).files).toContain('luetbuild/source');
    expect((await pack({ unpack: true, excludes: ['^/luetbuild'] })).lines).toEqual([
      'etc/ 755 0', 'etc/hosts 644 0', 'out/ 755 0', 'out/usr/ 700 5', 'out/usr/tool 644 0', 'outer/ 755 0', 'outer/x 644 0', 'tmp/ 1777 0', 'tmp/made 644 0',
    ]);
  });

  it('is the content of a folder with package_dir, and not of a folder whose name begins alike', async () => {
    expect((await pack({ packageDir: '/out' })).lines).toEqual(['usr/ 700 5', 'usr/tool 644 0']);
  });

  it('is chosen by includes and excludes, which judge each path alone', async () => {
    expect((await pack({ steps: ['x'], includes: ['^/out/', '^/tmp/'], excludes: ['made$'] })).lines).toEqual(['out/ 755 0', 'out/usr/ 700 5', 'out/usr/tool 644 0']);
  });

  it.each([
    ['is virtual', {}, {}],
    ['has images but no steps', { image: 'base', prelude: ['echo'] }, { builder, image: built }],
  ])('is the 1024 zero bytes of an empty archive when the package %s', async (_, fields, images) => {
    const { bytes, files } = await pack(fields, images);
    expect(bytes.equals(Buffer.alloc(1024))).toBe(true);
    expect(files).toEqual([]);
  });

  it('is the same bytes for images that differ in times and in the order of their entries only', async () => {
    const one = await pack({ unpack: true }, { image: image(folder('a'), file('a/x'), file('b')) });
    const two = await pack({ unpack: true }, { image: image(file('b', 'b', { mtime: 5 }), folder('a'), file('a/x', 'a/x', { mtime: 7 })) });
    expect(one.bytes.equals(two.bytes)).toBe(true);
  });

  it('keeps capabilities and drops other extended attributes', async () => {
    const xattrs = new Map([['security.capability', Uint8Array.of(1, 0, 0, 2, 0x80)], ['user.note', Uint8Array.of(1)]]);
    const { bytes } = await pack({ unpack: true }, { image: image(file('tool', 'x', { xattrs })) });
    for await (const entry of readTar(once(bytes))) expect([...entry.xattrs]).toEqual([['security.capability', Buffer.of(1, 0, 0, 2, 0x80)]].map(([name, value]) => [name, Uint8Array.from(value as Buffer)]));
  });

  it('materialises a hard link whose other name is left out', async () => {
    const linked = image(file('a', 'content'), createEntry({ path: 'b', type: 'link', linkName: 'a' }));
    const { lines } = await pack({ unpack: true, excludes: ['^/a$'] }, { image: linked });
    expect(lines).toEqual(['b 644 0']);
  });

  it.each(['gzip', 'zstd'] as const)('is read by the %s program and by tar', async (compression) => {
    const { bytes } = await pack({ steps: ['x'] }, { builder, image: built }, compression);
    const listed = execFileSync('tar', [`--${compression}`, '--list', '--file', '-'], { input: bytes }).toString();
    expect(listed.split('\n')).toContain('out/usr/tool');
    expect(await readdir(scratch)).toEqual([]);
  });

  it.each([
    ['an invalid pattern', { steps: ['x'], excludes: ['(unclosed'] }, 'COS_SQUASH_PATTERN'],
    ['a relative package_dir', { packageDir: 'out' }, 'COS_SQUASH_PACKAGE_DIR'],
    ['a package_dir that is not in the image', { packageDir: '/nothere' }, 'COS_SQUASH_PACKAGE_DIR'],
  ])('is refused for %s', async (_, fields, code) => {
    const error: unknown = await pack(fields).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CosError);
    expect((error as CosError).diagnostics[0]).toMatchObject({ code, message: expect.stringMatching(/^The package t\/p-1\.0\+1 cannot be cut out of its image\. .*\.$/) as unknown });
  });

  it('is refused when the images that it needs are not given', async () => {
    await expect(pack({ steps: ['x'] }, { image: built })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_SQUASH_IMAGES' }] });
    await expect(pack({ unpack: true }, {})).rejects.toMatchObject({ diagnostics: [{ code: 'COS_SQUASH_IMAGES' }] });
  });
});

describe('the manifest of a package', () => {
  it('has a line for each entry of the archive, in its order, with digests of the contents', async () => {
    const linked = image(folder('o'), file('o/a', 'content'), createEntry({ path: 'o/b', type: 'link', linkName: 'o/a' }), createEntry({ path: 'o/c', type: 'link', linkName: 'o/a' }), file('o/d', ''));
    const { manifest, bytes } = await pack({ packageDir: '/o', excludes: ['^/a$'] }, { image: linked });
    expect(manifest.toString()).toBe(
      [
        '{"path":"b","type":"file","mode":"0644","uid":0,"gid":0,"size":7,"sha256":"ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"}',
        '{"path":"c","type":"link","mode":"0644","uid":0,"gid":0,"target":"b"}',
        '{"path":"d","type":"file","mode":"0644","uid":0,"gid":0,"size":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
        '',
      ].join('\n'),
    );
    const paths: string[] = [];
    for await (const { path } of readTar(once(bytes))) paths.push(path);
    expect(paths).toEqual(['b', 'c', 'd']);
  });

  it('is what reading the archive tells', async () => {
    const { manifest, bytes } = await pack({ unpack: true });
    const listed: unknown[] = [];
    for await (const entry of readManifest(once(manifest))) listed.push(entry);
    const read: unknown[] = [];
    for await (const entry of listArchive(once(bytes))) read.push(entry);
    expect(listed).toEqual(read);
  });
});

describe('what steps change of what was there before', () => {
  const before = image(
    folder('etc'), file('etc/mode'), file('etc/text'), file('etc/owner'), folder('gone'), file('gone/a'), folder('retyped'), file('retyped/x'), file('same'), file('luetbuild/x', 'old'),
    createEntry({ path: 'noted', xattrs: new Map([['user.a', Uint8Array.of(1)]]) }),
  );
  const after = image(
    folder('etc', 0o700), file('etc/mode', 'etc/mode', { mode: 0o4755 }), file('etc/text', 'other'), file('etc/owner', 'etc/owner', { uid: 7 }), file('retyped'), file('same'), file('new'), file('luetbuild/x', 'new'),
    createEntry({ path: 'noted' }),
  );

  it('is told, because the package does not have it', async () => {
    const { warning, files } = await pack({ steps: ['x'] }, { builder: before, image: after });
    expect(files).toEqual(['new']);
    expect(warning).toBe(
      'The steps changed or removed what was there before them, which is no part of the package: /etc (mode), /etc/mode (mode), /etc/owner (owner), /etc/text (content), /gone (removed), /retyped (type). '
      + 'A package has only paths that its steps add; use "unpack" or "package_dir" where it is to have more.',
    );
  });

  it('is nobody\'s loss where the package leaves it out anyway, or has everything', async () => {
    expect((await pack({ steps: ['x'], excludes: ['^/etc', '^/gone', '^/retyped'] }, { builder: before, image: after })).warning).toBeUndefined();
    expect((await pack({ steps: ['x'], includes: ['^/new$'] }, { builder: before, image: after })).warning).toBeUndefined();
    expect((await pack({ unpack: true }, { builder: before, image: after })).warning).toBeUndefined();
  });

  it('is counted where it is much', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `f${index + 10}`);
    const { warning } = await pack({ steps: ['x'] }, { builder: image(...many.map((path) => file(path))), image: image(...many.map((path) => file(path, 'changed'))) });
    expect(warning).toContain('/f17 (content) and 22 more. ');
  });
});

describe('an image that gives something else than its list says', () => {
  const listed = image(file('a'), file('b'));
  it.each([
    ['lacks an entry', image(file('a'))],
    ['has another path', image(file('a'), file('c'))],
    ['is no archive', { list: () => listed.list(), read: () => once(Buffer.from('no archive')) }],
  ])('is refused when its archive %s', async (_, other) => {
    const all = new Set(['a', 'b', 'c']);
    await expect(pack({ unpack: true }, { image: { list: () => listed.list(), read: () => other.read({ only: all, transient: true }) } })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_SQUASH_IMAGE_FORM' }] });
  });

  it('is refused when its list is none', async () => {
    await expect(pack({ unpack: true }, { image: { ...listed, list: () => once(Buffer.from('no list\n')) } })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_SQUASH_IMAGE_FORM' }] });
  });
});
