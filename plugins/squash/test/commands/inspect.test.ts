import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry } from '@cos/archive';
import { describe, expect, it } from 'vitest';
import { directory, file, makeShelf } from './packed.ts';

const entries = [
  directory('etc'), file('etc/conf', 300), directory('usr'), directory('usr/bin'), file('usr/bin/tool', 5_000, { mode: 0o4755, xattrs: new Map([['security.capability', Uint8Array.of(1)]]) }),
  createEntry({ path: 'usr/bin/same', type: 'link', linkName: 'usr/bin/tool' }), directory('usr/lib'), directory('usr/lib/deep'), file('usr/lib/deep/er', 94_000), createEntry({ path: 'usr/null', type: 'character', devMajor: 1, devMinor: 3 }),
];

describe('cos inspect', () => {
  it('shows where the size of an archive is, its largest files and what gives rights', async () => {
    const shelf = await makeShelf();
    await shelf.put('build/packages/p-t-1.0.package.tar', entries, { identity: ['t', 'p', '1.0'], format: 'none' });
    const { exitCode, printed, text } = await shelf.call('inspect', { package: 't/p', files: 2 });
    expect([exitCode, text]).toEqual([0, '']);
    expect(printed.replace(/sha256 .*/, 'sha256   …').split('\n')).toEqual([
      't/p@1.0  build/packages/p-t-1.0.package.tar',
      '  archive  107.0 kB (108 % of the content), not compressed',
      '  content  99.3 kB in 3 files, 5 folders, 1 hard link, 1 character device',
      '  sha256   …',
      '',
      'Folders',
      '  usr/             99.0 kB  99.7 %  ########################',
      '    usr/lib/deep/  94.0 kB  94.7 %  #######################',
      '    usr/bin/        5.0 kB   5.0 %  #',
      '',
      'Largest files',
      '  usr/lib/deep/er  94.0 kB  94.7 %  #######################',
      '  usr/bin/tool      5.0 kB   5.0 %  #',
      '',
      'Special',
      '  usr/bin/tool  setuid, capabilities',
      '  usr/null      character device 1:3',
      '',
    ]);
  });

  it('tells all folders and files to programs', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar.zst', entries);
    const told: unknown = JSON.parse((await shelf.call('inspect', { package: 'a.tar.zst', json: true })).printed);
    expect(told).toMatchObject({
      archive: 'a.tar.zst', compression: 'zstd', contentSize: 99_300, entries: { file: 3, directory: 5, link: 1, character: 1 },
      folders: [{ path: '', size: 99_300, files: 3 }, { path: 'usr', size: 99_000, files: 2 }, { path: 'usr/lib' }, { path: 'usr/lib/deep' }, { path: 'usr/bin' }, { path: 'etc' }],
      files: [{ path: 'usr/lib/deep/er', size: 94_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown }, { path: 'usr/bin/tool' }, { path: 'etc/conf' }],
    });
  });

  it('shows an empty archive', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar', [], { format: 'none' });
    expect((await shelf.call('inspect', { package: 'a.tar' })).printed).toContain('content  0 B in no entries');
  });

  it('sends nothing to the terminal that would steer it', async () => {
    const shelf = await makeShelf();
    await shelf.put('a.tar', [file('evil\u001b[2J\nname', 10)]);
    expect((await shelf.call('inspect', { package: 'a.tar' })).printed).toContain('evil\\x1b[2J\\x0aname');
  });

  it('takes the copy of a package that is no part of a repository, and finds the version that is asked for', async () => {
    const shelf = await makeShelf();
    for (const version of ['1.0', '1.1']) await shelf.put(`build/packages/p-t-${version}.package.tar.gz`, [file(version)], { identity: ['t', 'p', version], format: 'gzip' });
    await shelf.put('build/repository/p-t-1.1.package.tar.gz', [file('1.1')], { identity: ['t', 'p', '1.1'], format: 'gzip' });
    await writeFile(join(shelf.folder, 'build/repository/repository.yaml'), '');
    expect((await shelf.call('inspect', { package: 't/p@1.1' })).printed).toMatch(/^t\/p@1\.1 {2}build\/packages\/p-t-1\.1/);
    expect((await shelf.call('inspect', { package: 't/p' })).text).toMatchInlineSnapshot(`
      "error COS_SQUASH_ARCHIVE_AMBIGUOUS: Expected one archive of the package t/p; found 2 in build.
        note: build/packages/p-t-1.0.package.tar.gz
        note: build/packages/p-t-1.1.package.tar.gz
        hint: Name the version as category/name@version, the folder with --in, or the archive itself."
    `);
  });

  it('says what it expected where there is no such package or file', async () => {
    const shelf = await makeShelf();
    expect((await shelf.call('inspect', { package: 't/p' })).text).toMatchInlineSnapshot(`
      "error COS_SQUASH_ARCHIVE_UNKNOWN: Expected an archive of the package t/p in build; there is none.
        hint: Build it first: \`cos build\`. Where archives lie elsewhere, give their folder with --in."
    `);
    await shelf.put('build/packages/tool-app-1.0.package.tar.zst', [], { identity: ['app', 'tool', '1.0'] });
    expect((await shelf.call('inspect', { package: 'app/tol' })).text).toMatchInlineSnapshot(`
      "error COS_SQUASH_ARCHIVE_UNKNOWN: Expected an archive of the package app/tol in build; there is none.
        hint: Did you mean "app/tool"?"
    `);
    expect((await shelf.call('inspect', { package: 'nothing.tar' })).text).toMatchInlineSnapshot(`
      "error COS_SQUASH_ARCHIVE_UNKNOWN: Expected the path of a package archive, or a package as category/name or category/name@version; found "nothing.tar": there is no such file.
        hint: Give a path relative to the current folder, or a package of the folder that --in names."
    `);
  });

  it('says what is wrong with an archive', async () => {
    const shelf = await makeShelf();
    await writeFile(join(shelf.folder, 'a.tar.zst'), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]));
    const { exitCode, text } = await shelf.call('inspect', { package: 'a.tar.zst' });
    expect(exitCode).toBe(2);
    expect(text).toMatchInlineSnapshot(`
      "error COS_SQUASH_ARCHIVE_FORM: The archive a.tar.zst cannot be read. The zstd data ends inside a frame; it was probably cut off (at byte 7).
        hint: The file is no package archive, or was cut off: build it again, or copy it again."
    `);
  });
});
