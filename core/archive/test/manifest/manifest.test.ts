import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalize, compareManifests, createEntry, formatManifestLine, joinLayers, listArchive, parseManifestLine, readLayer, readManifest, writeManifest, writeTar } from '../../src/index.ts';
import type { ManifestEntry, TarEntry, TarEntryInit } from '../../src/index.ts';
import { arbitraryRootfs } from '../arbitrary-entry.ts';
import { directory, file, link, symlink } from '../entries.ts';
import { all, collect, inChunks } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const scratch = useTemporaryFolder();

async function manifestOf(entries: readonly TarEntry[]): Promise<ManifestEntry[]> {
  return all(listArchive(writeTar(entries)));
}

test('a manifest has one line of JSON for each entry, with the keys that apply to it', async () => {
  const xattrs = new Map([['user.b', Uint8Array.of(255)], ['security.capability', Uint8Array.of(1, 0, 0x80)]]);
  const entries = [
    directory('etc', 0o1777), createEntry({ path: 'etc/ä "x"', mode: 0o4755, uid: 3_000_000_000, gid: 5, xattrs }, 'content'), link('etc/l', 'etc/ä "x"'), symlink('s', '../a'),
    createEntry({ path: 'd', type: 'block', devMajor: 8, devMinor: 1 }), createEntry({ path: 'f', type: 'fifo' }), file('empty', ''),
  ];
  expect((await collect(writeManifest(await manifestOf(entries)))).toString()).toBe(
    [
      '{"path":"etc","type":"directory","mode":"1777","uid":0,"gid":0}',
      '{"path":"etc/ä \\"x\\"","type":"file","mode":"4755","uid":3000000000,"gid":5,"size":7,"sha256":"ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73","xattrs":{"security.capability":"AQCA","user.b":"/w=="}}',
      '{"path":"etc/l","type":"link","mode":"0644","uid":0,"gid":0,"target":"etc/ä \\"x\\""}',
      '{"path":"s","type":"symlink","mode":"0777","uid":0,"gid":0,"target":"../a"}',
      '{"path":"d","type":"block","mode":"0644","uid":0,"gid":0,"device":"8:1"}',
      '{"path":"f","type":"fifo","mode":"0644","uid":0,"gid":0}',
      '{"path":"empty","type":"file","mode":"0644","uid":0,"gid":0,"size":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
      '',
    ].join('\n'),
  );
});

test('any entry can be written to a manifest and read back, in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, fc.integer({ min: 1, max: 100 }), async (entries, size) => {
      const listed = await manifestOf(entries);
      const bytes = await collect(writeManifest(listed));
      expect(await all(readManifest(inChunks(bytes, size)))).toEqual(listed);
    }),
    { numRuns: 50 },
  );
});

test('the manifest of layers that were listed is that of their archive', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRootfs, async (entries) => {
      const listed = await all(listArchive(canonicalize(writeTar(entries), { scratch })));
      const joined = joinLayers([await readLayer(writeTar(entries))]);
      expect((await collect(writeManifest(joined.manifest()))).toString()).toBe((await collect(writeManifest(listed))).toString());
    }),
    { numRuns: 50 },
  );
});

const good = formatManifestLine({ path: 'a', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, sha256: '0'.repeat(64), linkName: '', devMajor: 0, devMinor: 0, xattrs: new Map() });

test.each([
  ['no JSON', 'x'],
  ['no object', '[]'],
  ['a type that does not exist', good.replace('"file"', '"socket"')],
  ['a file without digest', good.replace(/,"sha256":"0*"/, '')],
  ['a negative owner', good.replace('"uid":0', '"uid":-1')],
  ['a mode that is no octal number', good.replace('0644', '0648')],
  ['a path with a zero byte', good.replace('"a"', '"a\\u0000"')],
  ['extended attributes that are no text', good.replace('}', ',"xattrs":{"user.a":1}}')],
])('a line with %s is refused', (_, line) => {
  expect(() => parseManifestLine(line)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  expect(parseManifestLine(good).path).toBe('a');
});

test.each([
  ['a manifest that was cut off', good + good.slice(0, 20), 'truncated'],
  ['a manifest that ends inside a character', Buffer.concat([Buffer.from(good), Buffer.of(0xc3)]), 'corrupt'],
  ['a manifest that is not UTF-8', Buffer.of(0xff, 0x0a), 'corrupt'],
])('%s is refused', async (_, content, code) => {
  await expect(all(readManifest(inChunks(Buffer.from(content))))).rejects.toMatchObject({ code });
});

test('an endless line is refused before it fills the memory', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(1024 * 1024, 'x');
  }
  await expect(all(readManifest(endless()))).rejects.toMatchObject({ code: 'limit' });
});

test('what changed between two manifests is told in canonical order, with the properties that differ', async () => {
  const base: TarEntryInit = { path: 'x', mode: 0o644 };
  const before = await manifestOf([directory('d'), file('d/gone'), file('d-b'), createEntry(base, 'one'), symlink('l', 'a'), createEntry({ path: 'dev', type: 'block', devMajor: 1 }), file('t')]);
  const after = await manifestOf([
    directory('d', 0o700), file('d/new'), file('d-b'), createEntry({ ...base, mode: 0o755, uid: 1, xattrs: new Map([['user.a', Uint8Array.of(1)]]) }, 'two'), symlink('l', 'b'),
    createEntry({ path: 'dev', type: 'block', devMajor: 2 }), directory('t'),
  ]);
  expect(compareManifests(before, after).map(({ path, kind, ...more }) => `${kind} ${path}${'properties' in more ? ` ${more.properties.join(' ')}` : ''}`)).toEqual([
    'changed d mode', 'removed d/gone', 'added d/new', 'changed dev device', 'changed l target', 'changed t type', 'changed x mode owner content attributes',
  ]);
  expect(compareManifests(before, before)).toEqual([]);
});
