import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ClientError, configuredRepositories, type ConfiguredRepositoriesRequest } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cos-configuration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let cwd: string;
let home: string;
beforeEach(() => {
  cwd = mkdtempSync(join(folder, 'cwd-'));
  home = mkdtempSync(join(folder, 'home-'));
});

const entry = (name: string, more = 'enable: true'): string => `repositories:\n- {name: ${name}, type: disk, urls: [${name}], ${more}}\n`;
const read = (over: Partial<ConfiguredRepositoriesRequest> = {}) => configuredRepositories({ file: undefined, cwd, home, architectures: ['amd64'], ...over });
const namesOf = async (over?: Partial<ConfiguredRepositoriesRequest>): Promise<readonly string[]> => (await read(over)).repositories.map(({ name }) => name);

describe('the repositories of a machine', () => {
  test('are those of .luet.yaml where one is, else in the home of the user', async () => {
    writeFileSync(join(home, '.luet.yaml'), entry('home'));
    expect(await namesOf()).toContain('home');
    expect(await namesOf({ home: undefined })).not.toContain('home');
    writeFileSync(join(cwd, '.luet.yaml'), entry('here'));
    expect(await namesOf()).toEqual(expect.not.arrayContaining(['home']));
    expect(await namesOf()).toContain('here');
  });

  test('are those of a file that is named, and of no other', async () => {
    writeFileSync(join(cwd, '.luet.yaml'), entry('here'));
    writeFileSync(join(cwd, 'named.yaml'), entry('named'));
    expect(await namesOf({ file: 'named.yaml' })).toEqual(['named']);
    expect((await read({ file: 'named.yaml' })).places).toEqual([join(cwd, 'named.yaml')]);
  });

  test('are also those of the folders that the file names, a file each, after the others unless they say so', async () => {
    for (const folder of ['first.d', 'second.d']) mkdirSync(join(cwd, folder));
    writeFileSync(join(cwd, 'first.d/b.yaml'), 'name: b\ntype: disk\nurls: [b]\nenable: true\n');
    writeFileSync(join(cwd, 'first.d/a.yml'), '# one\nname: a\ntype: disk\nurls: [a]\nenable: true\npriority: 3\n');
    writeFileSync(join(cwd, 'first.d/empty.yaml'), '');
    writeFileSync(join(cwd, 'first.d/note.txt'), 'not: read');
    writeFileSync(join(cwd, 'second.d/c.yaml'), 'name: c\ntype: disk\nurls: [c]\nenable: true\n');
    for (const file of ['named.yaml', '.luet.yaml']) writeFileSync(join(cwd, file), `${entry('named')}repos_confdir: [first.d, ${join(cwd, 'second.d')}, missing.d]\n`);
    for (const file of ['named.yaml', undefined]) {
      const { repositories, places } = await read({ file });
      expect(repositories.map(({ name, priority }) => [name, priority])).toEqual([['named', 0], ['a', 3], ['b', 9999], ['c', 9999]]);
      expect(places.slice(-3)).toEqual(['first.d', 'second.d', 'missing.d'].map((name) => join(cwd, name)));
    }
  });

  test('are refused at the line of their own file in such a folder', async () => {
    mkdirSync(join(cwd, 'own.d'));
    writeFileSync(join(cwd, 'own.d/a.yaml'), 'name: a\ntype: local\nurls: [a]\n');
    writeFileSync(join(cwd, 'f.yaml'), 'repos_confdir: [own.d]\n');
    await expect(read({ file: 'f.yaml' })).rejects.toMatchObject({ code: 'format', notes: [expect.stringMatching(/own\.d\/a\.yaml:2:7/)] });
  });

  test('cannot be read from a folder that is none', async () => {
    writeFileSync(join(cwd, 'f.yaml'), 'repos_confdir: [f.yaml]\n');
    await expect(read({ file: 'f.yaml' })).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(join(cwd, 'f.yaml')) });
  });

  test('are those that are enabled, or are for one of the architectures', async () => {
    writeFileSync(join(cwd, 'f.yaml'), ['on', 'off', 'ours', 'theirs'].map((name, index) => `${index === 0 ? 'repositories:\n' : ''}- {name: ${name}, type: disk, urls: [x], ${{ on: 'enable: true', off: 'enable: false', ours: 'arch: amd64', theirs: 'arch: arm64' }[name]}}\n`).join(''));
    expect(await namesOf({ file: 'f.yaml' })).toEqual(['on', 'ours']);
    expect(await namesOf({ file: 'f.yaml', architectures: ['amd64', 'arm64'] })).toEqual(['on', 'ours', 'theirs']);
  });

  test('cannot be read from a file that is not there, or is a folder', async () => {
    mkdirSync(join(cwd, 'folder'));
    for (const file of ['nothing.yaml', 'folder']) {
      const error: unknown = await read({ file }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toMatchObject({ code: 'not-found', message: expect.stringContaining(join(cwd, file)) });
    }
  });

  test('are refused with everything that is wrong, and odd keys are warnings', async () => {
    writeFileSync(join(cwd, 'f.yaml'), 'repositories:\n- {name: a, type: local, urls: [x]}\n- {type: http, urls: []}\n');
    await expect(read({ file: 'f.yaml' })).rejects.toMatchObject({ code: 'format', notes: [expect.stringContaining('f.yaml:2:'), expect.stringContaining('f.yaml:3:'), expect.stringContaining('f.yaml:3:')] });
    writeFileSync(join(cwd, 'f.yaml'), entry('a', 'enable: true, verfy: true'));
    expect((await read({ file: 'f.yaml' })).warnings).toEqual([expect.stringMatching(/f\.yaml:2:\d+: .*unknown key "verfy"/)]);
  });
});
