import { gzipSync, zstdCompressSync } from 'node:zlib';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ClientError, type ClientErrorCode } from '../src/index.ts';
import { pax, rawTar, type RawEntry } from './rig/raw-tar.ts';
import { createWorld } from './rig/world.ts';

// Archives that nobody makes by accident. Each is refused with a code, or does no harm; the root is as it was, and nothing beside it has changed.

const link = (name: string, target: string): RawEntry => ({ name, type: '2', link: target });
const hard = (name: string, target: string): RawEntry => ({ name, type: '1', link: target });
const folder = (name: string): RawEntry => ({ name: `${name}/`, type: '5', mode: 0o755 });
const file = (name: string, content = 'x'): RawEntry => ({ name, content });
const long = 'n'.repeat(300);

type Case = readonly [title: string, archive: readonly RawEntry[] | Buffer, codes: readonly ClientErrorCode[]];

const refused: readonly Case[] = [
  ['a name with ..', [file('../outside')], ['unsafe']],
  ['a name with .. in the middle', [file('a/../../outside')], ['unsafe']],
  ['a name with .. that stays inside', [folder('a'), file('a/../b')], ['unsafe']],
  ['an absolute name with ..', [file('/../outside')], ['unsafe']],
  ['a folder called ..', [folder('..')], ['unsafe']],
  ['a deep climb', [file(`${'../'.repeat(15)}tmp/outside`)], ['unsafe']],
  ['a PAX path with ..', [pax({ path: '../outside' }), file('x')], ['unsafe']],
  ['a PAX path that hides another name', [pax({ path: 'a/../../outside' }), file('harmless')], ['unsafe']],
  ['a GNU long name with ..', [{ name: '././@LongLink', type: 'L', content: '../outside\0' }, file('harmless')], ['unsafe', 'corrupt']],
  ['a ustar prefix with ..', [{ name: 'outside', prefix: '..', content: 'x' }], ['unsafe']],
  ['a link out of the root', [link('a', '../outside')], ['unsafe']],
  ['a link out of the root from a folder', [folder('d'), link('d/a', '../../outside')], ['unsafe']],
  ['a link that leaves and comes back', [folder('d'), link('d/a', '../../root/d')], ['unsafe']],
  ['an absolute link that climbs', [link('a', '/../../outside')], ['unsafe']],
  ['a file written through a link of the archive', [link('a', '/tmp'), file('a/outside')], ['unsafe']],
  ['a file written through a relative link', [folder('t'), link('a', 't'), file('a/outside')], ['unsafe']],
  ['a file written through a link two levels up', [link('a', 't'), folder('t'), file('a/b/outside')], ['unsafe']],
  ['a folder made through a link', [link('a', '/tmp'), folder('a/outside')], ['unsafe']],
  ['a link made through a link', [link('a', '/tmp'), link('a/outside', 'x')], ['unsafe']],
  ['a PAX link target out of the root', [pax({ linkpath: '../../outside' }), link('a', 'x')], ['unsafe']],
  ['a hard link to the outside', [hard('a', '../outside')], ['unsafe']],
  ['a hard link to an absolute path', [hard('a', '/etc/passwd')], ['unsafe']],
  ['a hard link to a file of the root', [hard('a', 'present')], ['unsafe']],
  ['a hard link to itself', [hard('a', 'a')], ['unsafe']],
  ['a hard link to a later file', [hard('a', 'b'), file('b')], ['unsafe']],
  ['a hard link to a folder', [folder('d'), hard('a', 'd')], ['unsafe']],
  ['a hard link through a link', [link('l', '/etc'), hard('a', 'l/passwd')], ['unsafe']],
  ['a hard link without a target', [hard('a', '')], ['unsafe', 'corrupt']],
  ['a character device', [{ name: 'null', type: '3', device: [1, 3] }], ['unsafe']],
  ['a block device', [{ name: 'disk', type: '4', device: [8, 0] }], ['unsafe']],
  ['the memory of the host', [folder('dev'), { name: 'dev/mem', type: '3', device: [1, 1], mode: 0o666 }], ['unsafe']],
  ['a file twice', [file('a', '1'), file('a', '2')], ['corrupt']],
  ['a file in the place of a link', [link('a', '/tmp/outside'), file('a')], ['corrupt']],
  ['a file, then a folder of its name', [file('a'), folder('a')], ['corrupt']],
  ['a file below a file', [file('a'), file('a/b')], ['unsafe']],
  ['a name with a line end', [file('a\nb')], ['unsafe']],
  ['a name with a carriage return', [file('a\rb')], ['unsafe']],
  ['a name of 5,000 characters', [pax({ path: `${'d/'.repeat(2500)}x` }), file('x')], ['limit']],
  ['a header whose checksum is wrong', Buffer.concat([rawTar([file('a')]).subarray(0, 150), Buffer.from('9'), rawTar([file('a')]).subarray(151)]), ['corrupt']],
  ['a size that the archive does not have', rawTar([{ name: 'a', size: 1_000_000, content: 'x' }], { end: false }), ['corrupt']],
  ['a size beyond all disks', rawTar([{ name: 'a', size: 2 ** 32, content: 'x' }], { end: false }), ['corrupt']],
  ['a PAX size that is negative', [pax({ size: '-1' }), file('a')], ['corrupt']],
  ['a PAX size that is no number', [pax({ size: 'many' }), file('a')], ['corrupt']],
  ['a PAX size beyond numbers', [pax({ size: '9'.repeat(40) }), file('a')], ['corrupt', 'limit']],
  ['a PAX record with a wrong length', [{ name: 'pax', type: 'x', content: '99 path=a\n' }, file('a')], ['corrupt']],
  ['a PAX record without a name', [{ name: 'pax', type: 'x', content: '5 =a\n' }, file('a')], ['corrupt']],
  ['a PAX header of 64 MiB', [{ name: 'pax', type: 'x', content: Buffer.alloc(64 * 1024 ** 2, 0x20) }, file('a')], ['limit', 'corrupt']],
  ['a GNU long name of 64 MiB', [{ name: '././@LongLink', type: 'L', content: Buffer.alloc(64 * 1024 ** 2, 0x61) }, file('a')], ['limit', 'corrupt']],
  ['a PAX header without an entry', rawTar([pax({ path: 'a' })]), ['corrupt']],
  ['a sparse file', [{ name: 'a', type: 'S', content: 'x' }], ['corrupt']],
  ['an entry of an unknown kind', [{ name: 'a', type: 'Z', content: 'x' }], ['corrupt']],
  ['a folder that has content', [{ name: 'd/', type: '5', content: 'secret' }], ['corrupt']],
  ['no archive at all', Buffer.from('this is no archive, whatever its name says. '.repeat(50)), ['corrupt']],
  ['half an archive', rawTar([file('a', 'x'.repeat(5000))]).subarray(0, 2000), ['corrupt']],
  ['gzip that breaks off', gzipSync(rawTar([file('a', 'x'.repeat(5000))])).subarray(0, 60), ['corrupt']],
  ['gzip with a flipped byte', flipped(gzipSync(rawTar([file('a', 'x'.repeat(5000))])), 40), ['corrupt']],
  ['zstd that breaks off', zstdCompressSync(rawTar([file('a', 'x'.repeat(5000))])).subarray(0, 30), ['corrupt']],
  ['xz', Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), Buffer.alloc(600)]), ['corrupt']],
  ['a bomb: 100 MiB of zeros', gzipSync(rawTar([{ name: 'a', content: Buffer.alloc(100 * 1024 ** 2) }])), ['limit']],
  ['more entries than allowed', Array.from({ length: 2_000 }, (_, index) => file(`f${index}`)), ['limit']],
];

const harmless: readonly (readonly [title: string, archive: readonly RawEntry[], content: Readonly<Record<string, string>>])[] = [
  ['an absolute name means the root', [file('/etc-passwd')], { 'etc-passwd': 'x' }],
  ['an absolute link means the root of the system', [link('a', '/etc/passwd')], { a: '-> /etc/passwd' }],
  ['a link that climbs to the root', [folder('d'), link('d/a', '../b')], { d: 'folder', 'd/a': '-> ../b' }],
  ['names with quotes, spaces and shell characters', [file(`-rf '"$(x) ;|&`)], { [`-rf '"$(x) ;|&`]: 'x' }],
  ['a name with ./ and //', [file('.//a')], { a: 'x' }],
  ['names of journal and record', [file('journal.json', '{}')], { 'journal.json': '{}' }],
];

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

describe('an archive with', () => {
  test.each(refused)('%s is refused', async (_, archive, codes) => {
    await using world = await createWorld();
    writeFileSync(join(world.root, 'present'), 'present');
    await world.publish({ packages: [{ id: 'a/b@1', ...(Buffer.isBuffer(archive) ? { archive } : { entries: archive }) }] });
    const error = await world.install(['a/b'], { limits: { bytes: 50 * 1024 ** 2, entries: 1_000 } }).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect(error instanceof ClientError ? codes.includes(error.code) || error : error).toBe(true);
    expect(world.content()).toEqual({ present: 'present' });
    expect(existsSync(join(world.folder, 'outside'))).toBe(false);
    expect(existsSync('/tmp/outside')).toBe(false);
  });

  test.each(harmless)('%s: it is installed inside the root', async (_, archive, content) => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', entries: archive }] });
    await world.install(['a/b']);
    expect(world.content()).toEqual(content);
  });

  test(`a name of ${long.length} characters in one folder is told as what it is`, async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', entries: [pax({ path: long }), file('x')] }] });
    await expect(world.install(['a/b'])).rejects.toThrow(/ENAMETOOLONG|too long/);
    expect(world.content()).toEqual({});
  });
});

describe('a root from elsewhere', () => {
  test('whose folder of the record is a link gets its record inside', async () => {
    await using world = await createWorld();
    mkdirSync(join(world.folder, 'outside'));
    symlinkSync(join(world.folder, 'outside'), join(world.root, 'var'));
    await world.publish({ packages: [{ id: 'a/b@1', entries: [file('x')] }] });
    await world.install(['a/b']);
    expect(existsSync(join(world.folder, 'outside/lib'))).toBe(false);
    expect(existsSync(join(world.root, world.folder, 'outside/lib/cos/installed.json'))).toBe(true);
  });

  test.each([
    ['a path through a link', { do: 'remove', path: 'out/victim' }],
    ['a path with ..', { do: 'remove', path: '../victim' }],
    ['a staged file elsewhere', { do: 'place', path: 'x', staged: '../../../../victim' }],
  ])('whose journal names %s is refused', async (_, operation) => {
    await using world = await createWorld();
    writeFileSync(join(world.folder, 'victim'), 'victim');
    symlinkSync(world.folder, join(world.root, 'out'));
    mkdirSync(join(world.root, 'var/lib/cos'), { recursive: true });
    writeFileSync(join(world.root, 'var/lib/cos/journal.json'), JSON.stringify({ format: 1, folder: 'transaction-x', operations: [operation], state: '{"format":1,"packages":[]}' }));
    await world.publish({ packages: [] });
    await expect(world.upgrade()).rejects.toThrow(ClientError);
    expect(existsSync(join(world.folder, 'victim'))).toBe(true);
  });
});
