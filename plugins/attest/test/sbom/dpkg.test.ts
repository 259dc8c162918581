import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, failureOf, inventoryOf, run, shortly } from './rig.ts';

const STATUS = 'var/lib/dpkg/status';

function paragraph(fields: Readonly<Record<string, string>>): string {
  const all = { Package: 'a', Status: 'install ok installed', Maintainer: 'A Team <a@example.org>', Architecture: 'amd64', Version: '1.0-1', ...fields };
  return `${Object.entries(all).filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}\n`).join('')}\n`;
}

/** What dpkg-query lists of a database whose files are there. */
async function listByDpkg(folder: string): Promise<readonly string[]> {
  const lines = (await run('dpkg-query', `--admindir=${folder}`, '-W', '-f', '${db:Status-Status}|${Package} ${Version} ${Architecture}\n')).trim().split('\n');
  return lines.filter((line) => !/^(?:not-installed|config-files)\|/.test(line)).map((line) => line.slice(line.indexOf('|') + 1)).sort();
}

async function dpkgFolder(status: string, updates: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await createFolder();
  for (const name of ['info', 'updates']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'status'), status);
  for (const [name, text] of Object.entries(updates)) await writeFile(join(folder, 'updates', name), text);
  return folder;
}

describe('packages of dpkg', () => {
  it('are exactly those that dpkg-query lists of this machine', async () => {
    const folder = await createFolder();
    await mkdir(join(folder, 'updates'));
    await mkdir(join(folder, 'info'));
    await copyFile('/var/lib/dpkg/status', join(folder, 'status'));
    const { packages } = await inventoryOf({ [STATUS]: await readFile(join(folder, 'status')) });
    const listed = await listByDpkg(folder);
    expect(listed.length).toBeGreaterThan(100);
    expect([...shortly(packages)].sort()).toEqual(listed);
  });

  it('are exactly those that dpkg-query lists in every state', async () => {
    const states = ['installed', 'config-files', 'half-installed', 'unpacked', 'half-configured', 'triggers-awaited', 'triggers-pending', 'not-installed'];
    const status = states.map((state) => paragraph({ Package: `p-${state}`, Status: `install ok ${state}`, ...(state === 'triggers-awaited' ? { 'Triggers-Awaited': 'x' } : {}), ...(state === 'triggers-pending' ? { 'Triggers-Pending': 'x' } : {}), ...(state === 'not-installed' ? { Version: '' } : {}) })).join('');
    const text = status + paragraph({ Package: 'two', Architecture: 'i386', 'Multi-Arch': 'same' }) + paragraph({ Package: 'two', 'Multi-Arch': 'same' });
    const { packages } = await inventoryOf({ [STATUS]: text });
    const listed = await listByDpkg(await dpkgFolder(text));
    expect(listed).toHaveLength(8);
    expect([...shortly(packages)].sort()).toEqual(listed);
  });

  it('are those of the files of updates, where dpkg had no time to write the status file anew', async () => {
    const status = paragraph({}) + paragraph({ Package: 'b' }) + paragraph({ Package: 'c' });
    const updates = { '0000': paragraph({ Version: '2.0' }), '0001': paragraph({ Package: 'b', Status: 'deinstall ok config-files' }), 'tmp.i': 'half written' };
    const { packages } = await inventoryOf({ [STATUS]: status, ...Object.fromEntries(Object.entries(updates).map(([name, text]) => [`var/lib/dpkg/updates/${name}`, text])) });
    expect(shortly(packages)).toEqual(['a 2.0 amd64', 'c 1.0-1 amd64']);
    expect([...shortly(packages)].sort()).toEqual(await listByDpkg(await dpkgFolder(status, updates)));
  });

  it('are read from the folder status.d of images without dpkg, whose lists of checksums are no packages', async () => {
    const { packages } = await inventoryOf({
      'var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\nDescription: x\n y',
      'var/lib/dpkg/status.d/base.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  etc/x\n',
      'var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2024a\nArchitecture: all\n',
    });
    expect(shortly(packages)).toEqual(['base-files 12.4 amd64', 'tzdata 2024a all']);
  });

  it('have source packages and maintainers', async () => {
    const { packages } = await inventoryOf({ [STATUS]: paragraph({ Source: 'src (3.1)' }) + paragraph({ Package: 'b', Source: 'other' }) });
    expect(packages.map(({ source, supplier }) => ({ source, supplier }))).toEqual([
      { source: { name: 'src', version: '3.1' }, supplier: 'A Team <a@example.org>' },
      { source: { name: 'other' }, supplier: 'A Team <a@example.org>' },
    ]);
  });

  it('are found behind links, and once', async () => {
    const { packages } = await inventoryOf({ 'usr/lib/sysimage/dpkg/status': paragraph({}), 'var/lib/dpkg': '-> ../../usr/lib/sysimage/dpkg' });
    expect(shortly(packages)).toEqual(['a 1.0-1 amd64']);
    await expect(inventoryOf({ 'var/lib/dpkg/status': '=> var/lib/dpkg/status-old', 'var/lib/dpkg/status-old': paragraph({}) })).resolves.toMatchObject({ packages: [{ name: 'a' }] });
    await expect(inventoryOf({ var: '-> var' })).resolves.toEqual({ packages: [], distribution: undefined });
  });

  it('are none in a system without a database', async () => {
    await expect(inventoryOf({ 'etc/passwd': 'x' })).resolves.toEqual({ packages: [], distribution: undefined });
  });
});

describe('a damaged database of dpkg', () => {
  it.each([
    ['a line that is no field', `${paragraph({})}what is this\n`, [`Expected "Name: value"; found "what is this". [/var/lib/dpkg/status:7]`]],
    ['a line that would be a comment elsewhere', `# Name: x\n${paragraph({})}`, ['Expected "Name: value"; found "# Name: x". [/var/lib/dpkg/status:1]']],
    ['a continued line without a field', ' lost\n', ['Expected a field; found a line that continues one, and there is none above it. [/var/lib/dpkg/status:1]']],
    ['a file that was cut off', paragraph({}).trimEnd(), ['Expected the end of a line at the end of the file; it was cut off. [/var/lib/dpkg/status:5]']],
    ['a paragraph without a name', paragraph({ Package: '' }), ['Expected a paragraph with the field "Package"; it has none. [/var/lib/dpkg/status:1]']],
    ['a state that is none', paragraph({ Status: 'install ok perhaps' }), ['Expected a status of three words such as "install ok installed" for the package "a"; found "install ok perhaps". [/var/lib/dpkg/status:2]']],
    ['no state', paragraph({ Status: '' }), ['Expected a status of three words such as "install ok installed" for the package "a"; found "". [/var/lib/dpkg/status:1]']],
    ['no version', paragraph({ Version: '' }), ['Expected a version of the installed package "a"; it has none. [/var/lib/dpkg/status:1]']],
    ['a field twice', `Package: a\n${paragraph({})}`, ['The field "Package" is here for the second time; the first is on line 1. [/var/lib/dpkg/status:2]']],
    ['several of them', `x\n\n${paragraph({ Version: '' })}`, ['Expected "Name: value"; found "x". [/var/lib/dpkg/status:1]', 'Expected a version of the installed package "a"; it has none. [/var/lib/dpkg/status:3]']],
  ])('is refused with its line: %s', async (_, text, messages) => {
    const failures = await failureOf(async () => await inventoryOf({ [STATUS]: text }));
    const inPlace = (message: string): string => `COS_ATTEST_DATABASE: A package database of the system is damaged: /var/lib/dpkg/status. ${message}`;
    expect(failures).toEqual(messages.map(inPlace));
  });

  it('is refused of bytes that are none of it', async () => {
    const failures = await failureOf(async () => await inventoryOf({ [STATUS]: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 31) % 251)) }));
    expect(failures[0]).toContain('COS_ATTEST_DATABASE: A package database of the system is damaged: /var/lib/dpkg/status.');
  });
});
