import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCos, runTarget } from '../rig/cos.ts';
import { startPodman } from '../rig/podman.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';
import { recipes, wrong, type Recipe } from './recipes.ts';
import { unpack, type Unpacked } from './unpacked.ts';

// What packages hold, from recipes to what GNU tar makes of their archives, through the container engine of the host.

let workspace: Workspace;
const found = new Map<string, Unpacked>();

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
  writeBase(workspace.path('base.tar'));
  for (const recipe of recipes) writePackage('packages', recipe);
  for (const recipe of wrong) writePackage(`wrong/${recipe.name}`, recipe);
  await runTarget(workspace, 'build', '--derivative', 'good');
  for (const { name } of recipes) found.set(name, unpack(workspace.path(`build/good/amd64/packages/${name}-t-1.0.package.tar.zst`)));
});
afterAll(() => removeWorkspace(workspace));

function writePackage(tree: string, { name, lines }: Recipe): void {
  const folder = workspace.path(tree, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'definition.yaml'), `category: t\nname: ${name}\nversion: "1.0"\n`);
  writeFileSync(join(folder, 'build.yaml'), `${lines.join('\n')}\n`);
}

/** The tiny base with programs that set attributes, and with what recipes remove. */
function writeBase(file: string): void {
  writeTinyBase(file);
  const root = mkdtempSync(join(tmpdir(), 'cos-base-'));
  try {
    mkdirSync(join(root, 'd/below'), { recursive: true });
    for (const path of ['d/old', 'd/below/old', 'removed-later']) writeFileSync(join(root, path), path);
    mkdirSync(join(root, 'bin'));
    for (const applet of ['chown', 'mkfifo', 'mknod', 'touch']) execFileSync('ln', ['-s', 'busybox', join(root, 'bin', applet)]);
    const append = (folder: string, ...names: readonly string[]): void =>
      void execFileSync('tar', ['--append', '--file', file, '--dereference', '--owner=0', '--group=0', '--directory', folder, ...names]);
    execFileSync('tar', ['--append', '--file', file, '--owner=0', '--group=0', '--directory', root, 'd', 'removed-later', 'bin']);
    const programs = ['/usr/sbin/setcap', '/usr/bin/setfattr'];
    const libraries = programs.flatMap((program) => [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!));
    append('/', ...[...programs, ...new Set(libraries)].map((path) => path.slice(1)));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const linesOf = (name: string): readonly string[] => found.get(name)?.lines ?? [];

describe('a package that is what its steps add', () => {
  test('has new paths alone, each with its type, mode and owner, and real folders above them', () => {
    expect(linesOf('delta')).toEqual([
      'new/ 755 0:0',
      'new/capable 644 0:0',
      'new/disk 600 0:0 block 8:1',
      'new/empty/ 755 0:0',
      'new/fifo 644 0:0 fifo',
      'new/file 644 1000:100',
      'new/hard 4755 0:0',
      'new/null 644 0:0 character 1:3',
      'new/private/ 700 5:6',
      'new/private/in/ 755 0:0',
      'new/private/in/file 644 0:0',
      'new/setuid = new/hard',
      'new/soft -> setuid',
      'old/ 755 0:0',
      'old/folder/ 755 0:0',
      'old/folder/new 644 0:0',
      'tmp/ 1777 0:0',
      'tmp/in-sticky 644 0:0',
    ]);
  });

  test('keeps capabilities, no other attribute, and one time for everything', () => {
    expect(found.get('delta')?.capabilities).toEqual(['new/capable cap_net_raw=ep']);
    expect(found.get('delta')?.attributes).toEqual(['security.capability']);
    expect(found.get('delta')?.times).toEqual([315_532_800]);
  });

  test('says what steps changed or removed of what was there before', async () => {
    const { stdout } = await runCos(workspace, ['run', 'build', '--derivative', 'good', 't/delta', '--rebuild', '--reporter', 'json']);
    expect(stdout).toContain('/old/changed (content), /old/mode (mode), /old/owner (owner), /old/removed (removed)');
  });
});

describe('includes and excludes', () => {
  test.each([
    ['an excluded folder stays for what is in it', 'folder-excluded', ['x/ 755 0:0', 'x/y/ 755 0:0', 'x/y/f1 644 0:0', 'x/y/f2 644 0:0', 'x/z 644 0:0']],
    ['an included file comes with its folders', 'file-included', ['x/ 755 0:0', 'x/y/ 755 0:0', 'x/y/f1 644 0:0']],
    ['excludes count among what is included', 'both', ['x/ 755 0:0', 'x/y/ 755 0:0', 'x/y/f1 644 0:0', 'x/z 644 0:0']],
    ['folders above keep their modes and owners', 'parents', ['p/ 700 5:6', 'p/q/ 2750 0:0', 'p/q/f 644 0:0']],
    ['a hard link to what is excluded becomes the file', 'hard-link', ['l/ 755 0:0', 'l/b 750 0:0', 'l/c = l/b']],
  ])('%s', (_, name, lines) => {
    expect(linesOf(name)).toEqual(lines);
  });
});

describe('a package of everything', () => {
  test('has the build folder, and neither what was removed nor what was in a folder that was made anew', () => {
    expect(linesOf('whole')).toEqual(expect.arrayContaining(['luetbuild/ 755 0:0', 'bin/busybox 755 0:0', 'd/ 755 0:0', 'd/new 644 0:0']));
    expect(linesOf('whole').filter((line) => line.startsWith('removed-later') || line.startsWith('d/'))).toEqual(['d/ 755 0:0', 'd/new 644 0:0']);
  });

  test('leaves out what is excluded', () => {
    const folders = new Set(linesOf('whole-without').map((line) => line.split(/[/ ]/)[0]));
    expect(folders).toEqual(new Set(['d', 'dev', 'etc', 'made', 'proc', 'removed-later', 'root', 'run', 'sbin', 'sys', 'tmp', 'var']));
  });
});

describe('a package of a folder', () => {
  test.each([
    ['has what is in it, and nothing of a folder whose name begins alike', 'folder', ['sub/ 755 0:0', 'sub/f 644 0:0', 't/ 755 0:0', 't/f 644 0:0']],
    ['takes no pattern for the path in the image', 'folder-not-applied', ['sub/ 755 0:0', 'sub/f 644 0:0', 't/ 755 0:0', 't/f 644 0:0']],
    ['takes luet\'s form of the path', 'folder-doubled', ['t/ 755 0:0', 't/f 644 0:0']],
    ['takes the path in the package', 'folder-inside', ['t/ 755 0:0', 't/f 644 0:0']],
  ])('%s', (_, name, lines) => {
    expect(linesOf(name)).toEqual(lines);
  });
});

test.each(wrong)('a recipe is refused: $name', async ({ name, exitCode: expected, code, says }) => {
  const { exitCode, stdout, stderr } = await runCos(workspace, ['run', 'build', '--derivative', name]);
  expect(exitCode).toBe(expected);
  expect(stdout + stderr).toContain(code);
  expect(stdout + stderr).toContain(says);
});

test('archives, manifests and metadata are the same bytes when Podman builds them', async () => {
  await using podman = await startPodman();
  const other = makeWorkspace(join(import.meta.dirname, 'project'));
  for (const name of ['base.tar', 'packages', 'wrong']) cpSync(workspace.path(name), other.path(name), { recursive: true, preserveTimestamps: false });
  const names = ['delta', 'whole', 'hard-link'];
  const run = await runCos(other, ['run', 'build', '--derivative', 'good', ...names.map((name) => `t/${name}`)], { env: { DOCKER_HOST: podman.host } });
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  const files = names.flatMap((name) => ['package.tar.zst', 'manifest.ndjson', 'metadata.yaml'].map((suffix) => `${name}-t-1.0.${suffix}`));
  const read = (from: Workspace): readonly string[] => files.map((file) => readFileSync(from.path('build/good/amd64/packages', file)).toString('base64'));
  const [ours, theirs] = [read(workspace), read(other)];
  expect(files.filter((_, index) => ours[index] !== theirs[index])).toEqual([]);
});
