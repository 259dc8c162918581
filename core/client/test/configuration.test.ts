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
