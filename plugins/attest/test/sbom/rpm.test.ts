import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adler32 } from '../../src/sbom/databases/adler32.ts';
import { withoutWarning } from '../../src/sbom/databases/import-sqlite.ts';
import { readNdb } from '../../src/sbom/databases/read-ndb.ts';
import { readRpmHeader, RpmHeaderError } from '../../src/sbom/databases/rpm-header.ts';
import { createFolder, failureOf, inventoryOf, run, shortly } from './rig.ts';

const SQLITE = 'var/lib/rpm/rpmdb.sqlite';
const NDB = 'usr/lib/sysimage/rpm/Packages.db';
const fixture = await readFile(fileURLToPath(new URL('fixtures/Packages.db', import.meta.url)));
const BOTH = ['alpha 1.2-3 noarch', 'beta 7:0.9~rc1-2.el9 x86_64'];

/** A root filesystem with packages that the real rpm has installed. */
let installed: { readonly folder: string; readonly root: string; readonly database: Buffer };

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cos-rpm-'));
  const specs = {
    alpha: 'Name: alpha\nVersion: 1.2\nRelease: 3\nSummary: First\nLicense: GPL-2.0-or-later AND MIT\nVendor: Example Works\nBuildArch: noarch\n%description\nFirst.\n%files\n',
    beta: 'Name: beta\nEpoch: 7\nVersion: 0.9~rc1\nRelease: 2.el9\nSummary: Second\nLicense: GPLv2+ and BSD\n%description\nSecond.\n%files\n',
  };
  for (const [name, text] of Object.entries(specs)) {
    await writeFile(join(folder, `${name}.spec`), text);
    await run('rpmbuild', '--define', `_topdir ${folder}/top`, '--target', 'x86_64', '-bb', join(folder, `${name}.spec`));
  }
  const root = join(folder, 'root');
  const files = (await readdir(join(folder, 'top/RPMS'), { recursive: true })).filter((name) => name.endsWith('.rpm')).map((name) => join(folder, 'top/RPMS', name));
  await run('rpm', '--root', root, '--dbpath', '/var/lib/rpm', '--define', '_db_backend sqlite', '--nodeps', '-i', ...files);
  installed = { folder, root, database: await readFile(join(root, SQLITE)) };
}, 120_000);

afterAll(async () => await rm(installed.folder, { recursive: true, force: true }));

/** A copy of the database, changed by SQL. */
async function changed(sql: string): Promise<Buffer> {
  const path = join(await createFolder(), 'rpmdb.sqlite');
  await writeFile(path, installed.database);
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; ${sql}`);
  database.close();
  return await readFile(path);
}

describe('packages of rpm', () => {
  it('in rpmdb.sqlite are those that rpm lists', async () => {
    const { packages } = await inventoryOf({ [SQLITE]: installed.database });
    const format = '%{NAME}|%{EPOCH}|%{VERSION}-%{RELEASE}|%{ARCH}|%{LICENSE}|%{VENDOR}|%{SOURCERPM}\\n';
    const listed = await run('rpm', '--root', installed.root, '--dbpath', '/var/lib/rpm', '--define', '_db_backend sqlite', '-qa', '--qf', format);
    const none = '(none)';
    expect(packages.map((one) => [one.name, one.epoch ?? none, one.version, one.architecture ?? none, one.license ?? none, one.supplier ?? none, one.source?.name ?? none].join('|'))).toEqual(listed.trim().split('\n').sort());
    expect(shortly(packages)).toEqual(BOTH);
  });

  it('are read with the log of changes that is not in the database yet', async () => {
    const folder = await createFolder();
    const path = join(folder, 'rpmdb.sqlite');
    await writeFile(path, installed.database);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = OFF; DELETE FROM Packages WHERE hnum = 1');
    const [before, log] = [await readFile(path), await readFile(`${path}-wal`)];
    database.close();
    expect(log.length).toBeGreaterThan(0);
    expect((await inventoryOf({ [SQLITE]: before })).packages).toHaveLength(2);
    expect((await inventoryOf({ [SQLITE]: before, [`${SQLITE}-wal`]: log })).packages).toHaveLength(1);
  });

  it("in rpm's own Packages.db are those that were put in and not removed", async () => {
    const { packages } = await inventoryOf({ [NDB]: fixture });
    expect(shortly(packages)).toEqual(BOTH);
    expect(packages[0]).toEqual({ manager: 'rpm', name: 'alpha', version: '1.2-3', architecture: 'noarch', license: 'GPL-2.0-or-later AND MIT', supplier: 'Example Works', source: { name: 'alpha-1.2-3.src.rpm' } });
  });

  it('are listed once where one folder is a link to the other', async () => {
    expect(shortly((await inventoryOf({ [NDB]: fixture, 'var/lib/rpm': '-> ../../usr/lib/sysimage/rpm' })).packages)).toEqual(BOTH);
  });

  it('in the database of Berkeley DB are refused, unless a newer form lies beside it', async () => {
    expect(await failureOf(async () => await inventoryOf({ 'var/lib/rpm/Packages': 'x' }))).toEqual(["COS_ATTEST_DATABASE_FORM: Expected rpm's database as rpmdb.sqlite or Packages.db; found the old one of Berkeley DB: /var/lib/rpm/Packages."]);
    expect(shortly((await inventoryOf({ 'var/lib/rpm/Packages': 'x', [SQLITE]: installed.database })).packages)).toEqual(BOTH);
  });
});

describe('a damaged rpmdb.sqlite', () => {
  const refusal = async (content: Uint8Array): Promise<readonly string[]> => await failureOf(async () => await inventoryOf({ [SQLITE]: content }));

  it('is refused when it is none', async () => {
    expect(await refusal(Buffer.from('text'))).toEqual(['COS_ATTEST_DATABASE: A package database of the system is damaged: /var/lib/rpm/rpmdb.sqlite, byte 0. Expected a database of SQLite 3; found something else.']);
  });

  it('is refused when it was cut off or its pages were changed', async () => {
    expect((await refusal(installed.database.subarray(0, installed.database.length / 2)))[0]).toMatch(/SQLite (?:finds it damaged|cannot read it): /);
    const zeroed = Buffer.from(installed.database);
    zeroed.fill(0, 4096, 16_384);
    expect((await refusal(zeroed))[0]).toMatch(/SQLite (?:finds it damaged|cannot read it): /);
  });

  it('is refused when the table is not there, or is a view that would run code of its own', async () => {
    expect((await refusal(await changed('DROP TABLE Packages')))[0]).toContain('Expected a table "Packages"; there is none.');
    const endless = 'DROP TABLE Packages; CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS hnum, x\'00\' AS blob FROM n';
    expect((await refusal(await changed(endless)))[0]).toContain('Expected a table "Packages"; there is none.');
  });

  it('is refused with the row of every header that is none', async () => {
    const messages = await refusal(await changed("UPDATE Packages SET blob = x'0001' WHERE hnum = 1; UPDATE Packages SET blob = substr(blob, 1, 40) WHERE hnum = 2"));
    expect(messages.map((message) => message.slice(message.indexOf('Row')))).toEqual([
      'Row 1 of the table "Packages", byte 0 of its header: Expected the header of a package; found 2 bytes.',
      expect.stringMatching(/^Row 2 of the table "Packages", byte 0 of its header: Expected a header of 40 bytes; it states \d+ entries and \d+ bytes of data\.$/),
    ]);
  });
});

describe('a damaged Packages.db', () => {
  const refusal = async (change: (bytes: Buffer) => Uint8Array | void): Promise<readonly string[]> => {
    const bytes = Buffer.from(fixture);
    const content = change(bytes) ?? bytes;
    const messages = await failureOf(async () => await inventoryOf({ [NDB]: content }));
    return messages.map((message) => message.replace('COS_ATTEST_DATABASE: A package database of the system is damaged: /usr/lib/sysimage/rpm/Packages.db, ', ''));
  };

  it.each([
    ['was cut off', (bytes: Buffer) => bytes.subarray(0, -100), /^byte 8140\. Expected whole blocks of 16 bytes/],
    ['ends before its packages', (bytes: Buffer) => bytes.subarray(0, -1600), /^byte \d+\. The slot of package \d+ names \d+ blocks from block \d+, and the file has 415\.$/],
    ['is something else', (bytes: Buffer) => void bytes.write('What', 0), /^byte 0\. Expected the database to begin with "RpmP"; found "What"\.$/],
    ['has another version', (bytes: Buffer) => void bytes.writeUInt32LE(3, 4), /^byte 4\. Expected version 0 of the format; found 3\.$/],
    ['states too many pages', (bytes: Buffer) => void bytes.writeUInt32LE(0xffff_ffff, 12), /^byte 12\. Expected 4294967295 pages of slots; the file has 8240 bytes\.$/],
    ['has no slot where one must be', (bytes: Buffer) => void bytes.fill(0, 64, 80), /^byte 64\. Expected a slot; found /],
    ['has two slots of one package', (bytes: Buffer) => void bytes.copy(bytes, 80, 64, 80), /^byte 80\. Two slots are of package 3\.$/],
    ['has a changed byte in a package', (bytes: Buffer) => void bytes.write('X', bytes.indexOf('Example Works')), /^byte \d+\. The checksum of package \d is [0-9a-f]+, and the database states [0-9a-f]+: bytes were changed\.$/],
  ])('is refused with the byte when it %s', async (_, change, message) => {
    const messages = await refusal(change);
    expect(messages.length).toBeGreaterThan(0);
    for (const one of messages) expect(one).toMatch(message);
  });

  it('is refused, or the changed byte says nothing, whatever byte it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: fixture.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(fixture);
        bytes.writeUInt8((bytes[at] ?? 0) ^ by, at);
        const { packages, problems } = readNdb(bytes, NDB);
        if (problems.length === 0) expect([...shortly(packages)].sort()).toEqual(BOTH);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a header of rpm', () => {
  it('that was changed is refused or read, and nothing else happens', () => {
    const start = fixture.indexOf('BlbS', 4096, 'latin1');
    const header = fixture.subarray(start + 16, start + 16 + fixture.readUInt32LE(start + 12));
    expect(BOTH.map((one) => one.split(' ')[0])).toContain(readRpmHeader(header).name);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: header.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: header.length }), (at, by, end) => {
        const bytes = Buffer.from(header.subarray(0, end));
        if (at < end) bytes.writeUInt8((bytes[at] ?? 0) ^ by, at);
        try {
          readRpmHeader(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RpmHeaderError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('the checksum is that of RFC 1950', () => {
  expect(adler32(Buffer.from('Wikipedia'))).toBe(0x11e60398);
  expect(adler32(Buffer.alloc(100_000, 0xff))).toBe(0x149a302c);

});

it('of the warnings of a moment the one that is meant is left out, and no other', async () => {
  const seen: unknown[] = [];
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void seen.push(warning));
  await withoutWarning('SQLite is', async () => {
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
    process.emitWarning('SQLite is old', 'DeprecationWarning');
    process.emitWarning('other', 'ExperimentalWarning');
  });
  process.emitWarning('SQLite is an experimental feature', 'ExperimentalWarning');
  emit.mockRestore();
  expect(seen).toEqual(['SQLite is old', 'other', 'SQLite is an experimental feature']);
});
