import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, readTar, writeTar, type TarEntry } from '@cos/archive';
import { CosError } from '@cos/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractContent, type ReadableImage } from '../src/extract.ts';
import { parseRecipe } from '../src/recipe.ts';
import { writeArchive, type WrittenArchive } from '../src/write-archive.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cos-squash-'));
});
afterEach(async () => rm(scratch, { recursive: true }));

const image = (...entries: readonly TarEntry[]): ReadableImage => ({ read: () => writeTar(entries) });
const folder = (path: string, mode = 0o755, uid = 0): TarEntry => createEntry({ path, type: 'directory', mode, uid, mtime: 2_000_000_000 });
const file = (path: string, text = path, more: Partial<TarEntry> = {}): TarEntry => createEntry({ path, mtime: 2_000_000_000, ...more }, text);
const recipe = (fields: object): ReturnType<typeof parseRecipe> => parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0+1', ...fields }));

const builder = image(folder('etc'), file('etc/hosts', 'old'), folder('luetbuild'), file('luetbuild/source'), folder('tmp', 0o1777));
const built = image(
  folder('etc'), file('etc/hosts', 'new'), folder('luetbuild'), file('luetbuild/source'), file('luetbuild/left-over'),
  folder('out'), folder('out/usr', 0o700, 5), file('out/usr/tool'), folder('outer'), file('outer/x'), folder('tmp', 0o1777), file('tmp/made'),
);

async function pack(fields: object, images: { builder?: ReadableImage; image?: ReadableImage } = { builder, image: built }): Promise<WrittenArchive & { readonly lines: readonly string[]; readonly bytes: Buffer }> {
  const path = join(scratch, 'package.tar');
  const written = await writeArchive({
    content: extractContent({ recipe: recipe(fields), builder: images.builder, image: images.image, scratch, epoch: 315532800 }),
    path, compression: 'none', level: undefined, signal: new AbortController().signal,
  });
  const bytes = await readFile(path);
  await rm(path);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const lines: string[] = [];
  for await (const { path: name, mode, uid, type } of readTar(whole())) lines.push(`${name}${type === 'directory' ? '/' : ''} ${mode.toString(8)} ${uid}`);
  return { ...written, lines, bytes };
}

describe('what a package holds', () => {
  it('is by default what the steps added, with the real owners and modes of the folders above', async () => {
    const { lines, files } = await pack({ steps: ['x'] });
    expect(lines).toEqual([
      'luetbuild/ 755 0', 'luetbuild/left-over 644 0', 'out/ 755 0', 'out/usr/ 700 5', 'out/usr/tool 644 0', 'outer/ 755 0', 'outer/x 644 0', 'tmp/ 1777 0', 'tmp/made 644 0',
    ]);
    expect(files).toEqual(['luetbuild/left-over', 'out/usr/tool', 'outer/x', 'tmp/made']);
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
    expect(one.sha256).toBe(two.sha256);
  });

  it('keeps capabilities and drops other extended attributes', async () => {
    const xattrs = new Map([['security.capability', Uint8Array.of(1, 0, 0, 2, 0x80)], ['user.note', Uint8Array.of(1)]]);
    const { bytes } = await pack({ unpack: true }, { image: image(file('tool', 'x', { xattrs })) });
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    for await (const entry of readTar(whole())) expect([...entry.xattrs]).toEqual([['security.capability', Buffer.of(1, 0, 0, 2, 0x80)]].map(([name, value]) => [name, Uint8Array.from(value as Buffer)]));
  });

  it('materialises a hard link whose other name is left out', async () => {
    const linked = image(file('a', 'content'), createEntry({ path: 'b', type: 'link', linkName: 'a' }));
    const { lines } = await pack({ unpack: true, excludes: ['^/a$'] }, { image: linked });
    expect(lines).toEqual(['b 644 0']);
  });

  it.each(['gzip', 'zstd'] as const)('is read by the %s program and by tar', async (compression) => {
    const path = join(scratch, 'package.tar.x');
    await writeArchive({
      content: extractContent({ recipe: recipe({ steps: ['x'] }), builder, image: built, scratch, epoch: 315532800 }), path, compression, level: 1, signal: new AbortController().signal,
    });
    const listed = execFileSync('tar', [`--${compression}`, '--list', '--file', path]).toString();
    expect(listed.split('\n')).toContain('out/usr/tool');
    expect(await readdir(scratch)).toEqual(['package.tar.x']);
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
