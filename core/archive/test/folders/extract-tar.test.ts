import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEntry, extractTar, packTree, rootfsDigest, writeTar } from '../../src/index.ts';
import type { ExtractTarOptions, TarEntry } from '../../src/index.ts';
import { arbitraryRootfs } from '../arbitrary-entry.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const folder = useTemporaryFolder();
const isRoot = process.getuid?.() === 0;
const fresh = (): string => mkdtempSync(join(folder, 'target-'));
const unpack = (entries: TarEntry[], target: string, options?: ExtractTarOptions): ReturnType<typeof extractTar> => extractTar(writeTar(entries), target, options);

test('files, folders and links arrive with content, permissions and times', async () => {
  const target = join(fresh(), 'made', 'too');
  const entries = [
    createEntry({ path: 'd', type: 'directory', mode: 0o555, mtime: 1000 }),
    createEntry({ path: 'd/f', mode: 0o751, mtime: -5 }, 'content'),
    createEntry({ path: 'caf\uDCE9' }, 'bytes'),
    createEntry({ path: 'l', type: 'symlink', linkName: '/etc/passwd', mtime: 2000 }),
    link('h', 'd/f'),
    file('implicit/parent'),
  ];
  expect(await unpack(entries, target)).toEqual({ entries: 6, skipped: [], droppedXattrs: [] });
  expect(readFileSync(join(target, 'd/f'), 'utf8')).toBe('content');
  expect(lstatSync(join(target, 'd/f'))).toMatchObject({ mode: 0o100751, mtimeMs: -5000, nlink: 2 });
  expect(lstatSync(join(target, 'd'))).toMatchObject({ mode: 0o40555, mtimeMs: 1_000_000 });
  expect(lstatSync(join(target, 'l')).mtimeMs).toBe(2_000_000);
  expect(readlinkSync(join(target, 'l'))).toBe('/etc/passwd');
  expect(lstatSync(join(target, 'h')).ino).toBe(lstatSync(join(target, 'd/f')).ino);
  expect(readdirSync(target, { encoding: 'latin1' })).toContain('caf\xe9');
});

test('setuid bits are dropped, and kept with the owners when asked for', async () => {
  const target = fresh();
  await unpack([createEntry({ path: 'su', mode: 0o4755 })], target);
  expect(lstatSync(join(target, 'su')).mode).toBe(0o100755);
  if (!isRoot) return;
  const entries = [createEntry({ path: 'su', mode: 0o6755, uid: 12, gid: 34 }), createEntry({ path: 'd', type: 'directory', uid: 5, mode: 0o2750 }), createEntry({ path: 'l', type: 'symlink', linkName: 'x', uid: 6 })];
  await unpack(entries, target, { owner: 'archive' });
  expect(lstatSync(join(target, 'su'))).toMatchObject({ mode: 0o106755, uid: 12, gid: 34 });
  expect(lstatSync(join(target, 'd'))).toMatchObject({ mode: 0o42750, uid: 5 });
  expect(lstatSync(join(target, 'l')).uid).toBe(6);
});

const outside = join(folder, 'outside');
mkdirSync(outside);
writeFileSync(join(outside, 'precious'), 'precious');

test.each<[string, TarEntry[], string]>([
  ['a name with ..', [file('../outside/precious')], 'unsafe-path'],
  ['a hidden ..', [file('a/b/../../../outside/precious')], 'unsafe-path'],
  ['writing through an absolute link', [symlink('l', outside), file('l/precious')], 'path-conflict'],
  ['writing through a relative link', [symlink('l', '../outside'), file('l/precious')], 'path-conflict'],
  ['writing through a link to a link', [symlink('a', '..'), symlink('b', 'a'), file('b/outside/precious')], 'path-conflict'],
  ['a folder through a link', [symlink('l', outside), directory('l/new')], 'path-conflict'],
  ['a hard link out', [link('h', '../outside/precious'), file('h', 'changed')], 'unsafe-path'],
  ['a hard link through a link', [symlink('l', outside), link('h', 'l/precious')], 'path-conflict'],
  ['a hard link to nothing', [link('h', 'nothing')], 'missing-target'],
  ['a hard link to a folder', [directory('d'), link('h', 'd')], 'path-conflict'],
  ['a file below a file', [file('a'), file('a/b')], 'path-conflict'],
  ['a file over a full folder', [file('a/b'), file('a')], 'path-conflict'],
  ['a device', [createEntry({ path: 'dev', type: 'block', devMajor: 8 })], 'unsupported'],
  ['a fifo', [createEntry({ path: 'pipe', type: 'fifo' })], 'unsupported'],
])('%s is refused, and nothing outside changes', async (_, entries, code) => {
  await expect(unpack(entries, fresh())).rejects.toMatchObject({ code });
  expect(readdirSync(outside)).toEqual(['precious']);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
});

test('an absolute name lands inside', async () => {
  const target = fresh();
  await unpack([file('/etc/x')], target);
  expect(readFileSync(join(target, 'etc/x'), 'utf8')).toBe('/etc/x');
});

test('a link that is in the way is replaced, not followed', async () => {
  const target = fresh();
  symlinkSync(join(outside, 'precious'), join(target, 'f'));
  symlinkSync(outside, join(target, 'd'));
  await unpack([file('f', 'mine'), directory('d'), file('d/precious', 'mine')], target);
  expect(lstatSync(join(target, 'f')).isFile()).toBe(true);
  expect(readFileSync(join(target, 'd/precious'), 'utf8')).toBe('mine');
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
});

test('a link that was there before is not written through either', async () => {
  const target = fresh();
  symlinkSync(outside, join(target, 'd'));
  await expect(unpack([file('d/new')], target)).rejects.toMatchObject({ code: 'path-conflict', message: 'The path "d/new" goes through "d", which is a symbolic link' });
});

test('a hard link to a symbolic link becomes the same symbolic link', async () => {
  const target = fresh();
  await unpack([symlink('a', outside), link('b', 'a')], target);
  expect(readlinkSync(join(target, 'b'))).toBe(outside);
});

test('devices and fifos are left out or made when asked for', async () => {
  const entries = [createEntry({ path: 'pipe', type: 'fifo', mode: 0o640 }), createEntry({ path: '-null', type: 'character', devMajor: 1, devMinor: 3 })];
  const target = fresh();
  expect((await unpack(entries, target, { devices: 'skip' })).skipped).toEqual(['pipe', '-null']);
  expect(readdirSync(target)).toEqual([]);
  if (!isRoot) return;
  await unpack(entries, target, { devices: 'create' });
  expect(lstatSync(join(target, 'pipe')).isFIFO()).toBe(true);
  expect(lstatSync(join(target, 'pipe')).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(target, '-null'))).toMatchObject({ rdev: 0x103 });
});

test('dropped extended attributes are reported', async () => {
  const entry = createEntry({ path: 'x', xattrs: new Map([['user.a', Buffer.of(1)]]) });
  expect((await unpack([entry], fresh())).droppedXattrs).toEqual(['x']);
});

test('what is unpacked and packed again has the same content', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, async (all) => {
      const entries = all.filter(({ type }) => type !== 'character' && type !== 'fifo' && type !== 'link').map((entry) => {
        const mode = entry.type === 'symlink' ? 0o777 : (entry.mode & 0o1777) | 0o700;
        return { ...entry, uid: 0, gid: 0, mode, xattrs: new Map() };
      });
      fc.pre(entries.every(({ path }) => path.split('/').every((name) => Buffer.byteLength(name) < 250)));
      const target = fresh();
      await unpack(entries, target);
      expect(await rootfsDigest(packTree(target))).toBe(await rootfsDigest(writeTar(entries)));
    }),
    { numRuns: 40 },
  );
});

test('GNU tar unpacks the same tree', async () => {
  const entries = [createEntry({ path: 'd', type: 'directory', mode: 0o711, mtime: 5 }), createEntry({ path: 'd/f', mode: 0o640, mtime: 77 }, 'x'), symlink('l', 'd'), link('h', 'd/f')];
  const [ours, theirs] = [fresh(), fresh()];
  await unpack(entries, ours);
  const archive: Uint8Array[] = [];
  for await (const chunk of writeTar(entries)) archive.push(chunk);
  execFileSync('tar', ['--extract', '--preserve-permissions', '--directory', theirs], { input: Buffer.concat(archive) });
  const list = (root: string): string => execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P %y %m %s %T@ %l\\n'], { cwd: root }).toString().split('\n').sort().join('\n');
  expect(list(ours)).toBe(list(theirs));
  expect(existsSync(join(ours, 'd/f'))).toBe(true);
});
