import { createEntry } from '@cos/archive';
import { describe, expect, it } from 'vitest';
import { directory, file, makeShelf } from './packed.ts';

const before = [directory('etc'), file('etc/conf', 'a'), file('etc/gone', 'xyz'), createEntry({ path: 'etc/link', type: 'symlink', linkName: 'conf' }), file('etc/tool', 'tool')];
const after = [
  directory('etc'), file('etc/conf', 'bb'), createEntry({ path: 'etc/link', type: 'symlink', linkName: 'new' }), file('etc/new', 2_000, { uid: 5, mode: 0o600 }),
  file('etc/tool', 'tool', { mode: 0o755, gid: 7, xattrs: new Map([['security.capability', Uint8Array.of(1, 2)]]) }),
];

describe('cos diff', () => {
  it('shows what was added, removed and changed, with sizes, modes, owners and digests, and exits with 1', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar', before, { format: 'none' });
    await shelf.put('b.tar', after, { format: 'none' });
    const { exitCode, printed } = await shelf.call('diff', { before: 'a.tar', after: 'b.tar' });
    expect(exitCode).toBe(1);
    expect(printed.split('\n')).toEqual([
      '~ etc/conf  content 1 B ca978112ca1b -> 2 B 3b64db95cb55',
      '- etc/gone  file 0644 0:0 3 B 3608bca1e44e',
      '~ etc/link  target conf -> new',
      '+ etc/new  file 0600 5:0 2.0 kB 76fae62e23b8',
      '~ etc/tool  mode 0644 -> 0755, owner 0:0 -> 0:7, attributes none -> security.capability=0x0102',
      '1 added, 1 removed, 3 changed; content 8 B -> 2.0 kB (+2.0 kB), archive 5.1 kB -> 7.7 kB (+2.6 kB)',
      '',
    ]);
  });

  it('exits with 0 for equal contents, whatever they are packed by and whatever the times are', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar', before, { format: 'none' });
    await shelf.put('b.tar.gz', before.map((entry) => ({ ...entry, mtime: 5 })), { format: 'gzip' });
    expect(await shelf.call('diff', { before: 'a.tar', after: 'a.tar' })).toMatchObject({ exitCode: 0, printed: 'The archives are the same bytes.\n' });
    expect(await shelf.call('diff', { before: 'a.tar', after: 'b.tar.gz' })).toMatchObject({ exitCode: 0, printed: 'The contents are equal; the archives differ in compression or times.\n' });
  });

  it('exits with 2 when there is nothing to compare with', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar', before);
    expect(await shelf.call('diff', { before: 'a.tar', after: 'b.tar' })).toMatchObject({ exitCode: 2, printed: '', problems: [{ code: 'COS_SQUASH_ARCHIVE_UNKNOWN' }] });
  });

  it('tells everything to programs', async () => {
    const shelf = await makeShelf();
    await shelf.put('build/p-t-1.package.tar', before, { identity: ['t', 'p', '1'] });
    await shelf.put('build/p-t-2.package.tar', after, { identity: ['t', 'p', '2'] });
    const { exitCode, printed } = await shelf.call('diff', { before: 't/p@1', after: 't/p@2', json: true });
    expect(exitCode).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      equal: false, before: { archive: 'build/p-t-1.package.tar', package: { version: '1' } }, after: { package: { version: '2' }, contentSize: 2006 },
      added: [{ path: 'etc/new', mode: '0600', uid: 5, size: 2000 }], removed: [{ path: 'etc/gone', size: 3 }],
      changed: [{ path: 'etc/conf', properties: ['content'] }, { path: 'etc/link', properties: ['target'] }, { path: 'etc/tool', properties: ['mode', 'owner', 'attributes'], before: { mode: '0644' }, after: { mode: '0755' } }],
    });
  });
});
