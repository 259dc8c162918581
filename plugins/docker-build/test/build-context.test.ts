import { link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTar } from '@cos/archive';
import { afterEach, describe, expect, it } from 'vitest';
import { packBuildContext } from '../src/build-context.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-context-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const dockerfiles = [{ name: 'p-builder.dockerfile', text: 'builder' }, { name: 'p.dockerfile', text: 'package' }];

async function pack(folder: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packBuildContext({ folder, files: dockerfiles, dockerfile: 'p.dockerfile', time: 315532800 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function list(tar: Buffer): Promise<readonly string[]> {
  const lines: string[] = [];
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield tar;
  }
  for await (const { path, type, mode, uid, mtime, linkName } of readTar(whole())) {
    lines.push(`${type} ${mode.toString(8)} ${uid} ${mtime} ${path}${linkName === '' ? '' : ` -> ${linkName}`}`);
  }
  return lines;
}

describe('the build context', () => {
  it('holds the folder with links as links and both Dockerfiles, with fixed times, owners and modes', async () => {
    const folder = await makeFolder({ 'a.txt': 'a', 'sub/run': 'x' });
    await symlink('../nowhere', join(folder, 'sub/dangling'));
    expect(await list(await pack(folder))).toEqual([
      'file 644 0 315532800 a.txt',
      'directory 755 0 315532800 sub',
      'symlink 777 0 315532800 sub/dangling -> ../nowhere',
      'file 644 0 315532800 sub/run',
      'file 644 0 315532800 p-builder.dockerfile',
      'file 644 0 315532800 p.dockerfile',
    ]);
  });

  it('is the same bytes for the same content, whatever times, modes and hard links the files have on disk', async () => {
    const one = await makeFolder({ a: 'same', b: 'same' });
    const two = await makeFolder({ a: 'same' });
    await link(join(two, 'a'), join(two, 'b'));
    await utimes(join(two, 'a'), 1, 1);
    expect((await pack(one)).equals(await pack(two))).toBe(true);
  });

  it('leaves out what .dockerignore names, and keeps its exceptions and the Dockerfile in use', async () => {
    const folder = await makeFolder({ '.dockerignore': '*.dockerfile\nlogs\n!logs/keep\n# no rule\n', 'logs/a': '', 'logs/keep': '', 'b.dockerfile': '', c: '' });
    expect((await list(await pack(folder))).map((line) => line.split(' ')[4])).toEqual(['.dockerignore', 'c', 'logs/keep', 'p.dockerfile']);
  });

  it('has our Dockerfiles in place of files of the same names', async () => {
    const folder = await makeFolder({ 'p.dockerfile': 'something else' });
    expect((await pack(folder)).includes('something else')).toBe(false);
  });
});
