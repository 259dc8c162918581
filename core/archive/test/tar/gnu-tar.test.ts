// Both ways with the real program: what it writes we read, what we write it unpacks, down to the byte.
import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEntry, readTar, writeTar } from '../../src/index.ts';
import { collect, inChunks, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const folder = useTemporaryFolder();
const isRoot = process.getuid?.() === 0;
const longName = `${'long-directory-name/'.repeat(12)}file`;

function makeTree(): string {
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'long-directory-name/'.repeat(12)), { recursive: true });
  writeFileSync(join(tree, longName), 'deep');
  writeFileSync(Buffer.from(`${tree}/caf\xe9`, 'latin1'), 'not UTF-8');
  writeFileSync(join(tree, 'größe'), 'UTF-8');
  writeFileSync(join(tree, 'big'), Buffer.alloc(700_001, 'abc'));
  writeFileSync(join(tree, 'empty'), '');
  execFileSync('touch', ['--date=@-12345.5', join(tree, 'empty')]);
  linkSync(join(tree, 'big'), join(tree, 'hard'));
  symlinkSync(`../${longName}`, join(tree, 'soft'));
  execFileSync('mkfifo', [join(tree, 'fifo')]);
  writeFileSync(join(tree, 'setuid'), '');
  chmodSync(join(tree, 'setuid'), 0o4755);
  mkdirSync(join(tree, 'sticky'));
  chmodSync(join(tree, 'sticky'), 0o1777);
  if (isRoot) {
    execFileSync('mknod', [join(tree, 'null'), 'c', '1', '3']);
    execFileSync('chown', ['3000000000:70000', join(tree, 'big')]);
    writeFileSync(join(tree, 'capable'), 'program');
    execFileSync('setcap', ['cap_setuid,cap_mknod=ep', join(tree, 'capable')]);
  }
  return tree;
}

const tree = makeTree();
const formats = ['pax', 'gnu'];
for (const format of formats) {
  const xattrs = format === 'pax' ? ['--xattrs', '--xattrs-include=*'] : [];
  execFileSync('tar', ['--create', `--format=${format}`, ...xattrs, '--sort=name', `--file=${join(folder, `${format}.tar`)}`, '--directory', tree, '.']);
}

test.each(formats)('an archive in %s format is read with every property of its entries', async (format) => {
  const entries = new Map((await readAll(createReadStream(join(folder, `${format}.tar`)))).map((entry) => [entry.path, entry]));
  expect(entries.get(`./${longName}`)?.content.toString()).toBe('deep');
  expect(entries.get('./caf\uDCE9')?.content.toString()).toBe('not UTF-8');
  expect(entries.get('./größe')?.content.toString()).toBe('UTF-8');
  expect(entries.get('./big')).toMatchObject({ size: 700_001, uid: isRoot ? 3_000_000_000 : statSync(tree).uid });
  expect(entries.get('./hard')).toMatchObject({ type: 'link', linkName: './big', size: 0 });
  expect(entries.get('./soft')).toMatchObject({ type: 'symlink', linkName: `../${longName}`, mode: 0o777 });
  expect(entries.get('./fifo')?.type).toBe('fifo');
  expect(entries.get('./setuid')?.mode).toBe(0o4755);
  expect(entries.get('./sticky')).toMatchObject({ type: 'directory', mode: 0o1777 });
  const fraction = format === 'pax' ? { mtime: -12_346, mtimeNanoseconds: 500_000_000 } : { mtime: -12_346, mtimeNanoseconds: 0 };
  expect(entries.get('./empty')).toMatchObject({ size: 0, ...fraction });
  if (isRoot) expect(entries.get('./null')).toMatchObject({ type: 'character', devMajor: 1, devMinor: 3 });
  expect(entries.get('./big')?.content.equals(readFileSync(join(tree, 'big')))).toBe(true);
});

test.runIf(isRoot)('a file capability keeps its bytes, and the program finds it again after our round trip', async () => {
  const source = join(folder, 'pax.tar');
  const capable = (await readAll(createReadStream(source))).find((entry) => entry.path === './capable');
  const value = capable?.xattrs.get('security.capability');
  expect(Buffer.from(value ?? []).includes(0x80)).toBe(true);
  expect(value).toHaveLength(20);
  const copy = await collect(writeTar(readTar(createReadStream(source))));
  const target = join(folder, 'capable-copy');
  mkdirSync(target);
  execFileSync('tar', ['--extract', '--xattrs', '--xattrs-include=*', '--directory', target], { input: copy });
  const shown = (root: string): string => execFileSync('getcap', [join(root, 'capable')]).toString().replace(root, '');
  expect(shown(target)).toBe(shown(tree));
  expect(shown(target)).toContain('cap_setuid');
});

test.each(formats)('what we write from a %s archive unpacks to the same tree', async (format) => {
  const copy = await collect(writeTar(readTar(createReadStream(join(folder, `${format}.tar`)))));
  const target = join(folder, `unpacked-${format}`);
  mkdirSync(target);
  execFileSync('tar', ['--extract', '--preserve-permissions', '--numeric-owner', '--directory', target], { input: copy, stdio: 'pipe' });
  const list = (root: string): string => execFileSync('find', ['.', '-printf', '%P|%y|%m|%U|%G|%n|%l|%s|%T@\\n'], { cwd: root, env: { LC_ALL: 'C' }, encoding: 'latin1' });
  const lines = (text: string): string[] => text.split('\n').map((line) => (format === 'gnu' ? line.replace(/\.\d+$/, '') : line)).sort();
  const files = (text: string): string[] => lines(text).filter((line) => !/\|d\|/.test(line));
  expect(files(list(target))).toEqual(files(list(tree)));
  execFileSync('diff', ['--recursive', '--no-dereference', '--exclude=fifo', '--exclude=null', tree, target]);
});

test('our archive of large owners, odd times and attributes is listed by the program without a complaint', async () => {
  const entries = [
    createEntry({ path: 'd', type: 'directory' }),
    createEntry({ path: `d/${'x'.repeat(150)}`, uid: 3_000_000_000, mtime: -5, mtimeNanoseconds: 250_000_000, xattrs: new Map([['user.raw', Uint8Array.of(0, 0x80, 0xff, 0x0a)]]) }, 'content'),
  ];
  const archive = await collect(writeTar(entries));
  const listing = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--full-time', '--xattrs', '--xattrs-include=*', '--utc'], { input: archive, stdio: ['pipe', 'pipe', 'inherit'] }).toString();
  expect(listing).toContain('3000000000/0');
  expect(listing).toContain('1969-12-31');
});

test('GNU sparse files are refused in every variant', async () => {
  const sparse = join(folder, 'sparse');
  execFileSync('truncate', ['--size=10M', sparse]);
  for (const variant of [['--format=gnu'], ['--format=pax', '--sparse-version=0.0'], ['--format=pax', '--sparse-version=0.1'], ['--format=pax', '--sparse-version=1.0']]) {
    const archive = execFileSync('tar', ['--create', '--sparse', ...variant, '--directory', folder, 'sparse']);
    await expect(readAll(inChunks(archive))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('sparse') });
  }
});

test('old formats without magic and with a prefix field are read', async () => {
  for (const format of ['v7', 'ustar']) {
    const target = join(folder, format);
    const name = format === 'v7' ? 'd/short' : `d/${'p'.repeat(90)}/${'q'.repeat(90)}`;
    mkdirSync(join(target, name, '..'), { recursive: true });
    writeFileSync(join(target, name), format);
    const archive = execFileSync('tar', ['--create', `--format=${format}`, '--directory', target, 'd']);
    const entries = await readAll(inChunks(archive, 700));
    expect(entries.find((entry) => entry.path === name)?.content.toString()).toBe(format);
    expect(entries.find((entry) => entry.path === 'd')?.type).toBe('directory');
  }
});
