import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTree } from '@cos/archive';
import { expect, test } from 'vitest';
import { compareManifests, formatManifest, manifestOf, parseManifest, VARIABLE } from '../src/index.ts';
import { temporaryFolder } from './rig.ts';

async function sample(): Promise<string> {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  mkdirSync(join(folder, 'tmp'));
  writeFileSync(join(folder, 'usr/bin/tool'), 'tool');
  chmodSync(join(folder, 'usr/bin/tool'), 0o4755);
  linkSync(join(folder, 'usr/bin/tool'), join(folder, 'usr/bin/same'));
  symlinkSync('usr/bin/tool with #', join(folder, 'link'));
  writeFileSync(join(folder, 'name with space\\and\nline#é'), 'x');
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  return folder;
}

const read = async (folder: string) => manifestOf(packTree(folder, { owner: 'real' }));

test('a manifest is a text that the program mtree finds right, and wrong after any change', async () => {
  const folder = await sample();
  const text = formatManifest(await read(folder));
  const check = (): string => {
    const { stdout, status } = spawnSync('mtree', ['-p', folder], { input: text, encoding: 'utf8' });
    return `${status} ${stdout}`;
  };
  expect(check()).toMatch(/^0/);
  writeFileSync(join(folder, 'usr/bin/tool'), 'tooL');
  expect(check()).toMatch(/^2 [\s\S]*tool/);
});

test('a manifest that is read says what was written, whatever the names', async () => {
  const manifest = await read(await sample());
  expect(parseManifest(formatManifest(manifest))).toEqual(new Map([...manifest].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  expect(manifest.get('usr/bin/same')).toEqual(manifest.get('usr/bin/tool'));
  for (const text of ['usr type=dir uid=0 gid=0', './a type=file uid=0 gid=0 size=1', './a type=thing uid=0 gid=0', './a uid=0', './a type=dir uid=0 gid=0\n./a type=dir uid=0 gid=0']) expect(typeof parseManifest(text), text).toBe('string');
});

test('what the program mtree writes of a folder is read as the same', async () => {
  const folder = await sample();
  const written = execFileSync('mtree', ['-c', '-k', 'type,mode,uid,gid,size,sha256,link', '-p', folder], { encoding: 'utf8' });
  const paths = execFileSync('mtree', ['-C', '-R', 'flags,nlink,time', '-k', 'type,mode,uid,gid,size,sha256,link'], { input: written, encoding: 'utf8' });
  const manifest = parseManifest(paths.replaceAll(/ +$/gm, ''));
  if (typeof manifest === 'string') throw new Error(manifest);
  expect(compareManifests(manifest, await read(folder), [])).toEqual([]);
});

test('each difference names its path and what differs; what is ignored does not count', async () => {
  const folder = await sample();
  const before = await read(folder);
  expect(compareManifests(before, await read(folder), VARIABLE)).toEqual([]);
  writeFileSync(join(folder, 'tmp/anything'), '');
  chmodSync(join(folder, 'tmp'), 0o700);
  expect(compareManifests(before, await read(folder), VARIABLE)).toEqual([]);
  rmSync(join(folder, 'usr/bin/same'));
  writeFileSync(join(folder, 'usr/bin/tool'), 'longer');
  chmodSync(join(folder, 'usr/bin/tool'), 0o755);
  writeFileSync(join(folder, 'added'), '');
  rmSync(join(folder, 'pipe'));
  mkdirSync(join(folder, 'pipe'));
  rmSync(join(folder, 'link'));
  symlinkSync('elsewhere', join(folder, 'link'));
  expect(compareManifests(before, await read(folder), VARIABLE)).toEqual([
    { path: 'added', what: 'is in no manifest' },
    { path: 'link', what: 'link "elsewhere" instead of "usr/bin/tool with #"' },
    { path: 'pipe', what: 'type dir instead of fifo' },
    { path: 'usr/bin/same', what: 'is missing' },
    { path: 'usr/bin/tool', what: expect.stringMatching(/^mode 0755 instead of 4755, size 6 instead of 4, sha256 "[0-9a-f]{64}" instead of "[0-9a-f]{64}"$/) },
  ]);
});
