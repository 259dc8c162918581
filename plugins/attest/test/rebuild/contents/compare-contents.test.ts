import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandTools } from '@cos/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { compareContents } from '../../../src/rebuild/contents/compare-contents.ts';
import { listContent, type Whole } from '../../../src/rebuild/contents/list-content.ts';

// Real archives, images and media of the real programs.

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'cos-contents-'));
  folders.push(path);
  write(path, files);
  return path;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    utimesSync(join(root, path), 1000, 1000);
  }
}

const { signal } = new AbortController();

function tools(): CommandTools {
  const scratch = folder();
  return {
    scratch,
    exec: (tool, args) => {
      const stdout = execFileSync(tool, [...args], { cwd: scratch, encoding: 'utf8', stdio: 'pipe' });
      return Promise.resolve({ stdout, stderr: '', exitCode: 0 });
    },
  };
}

async function compare(before: Whole, after: Whole): Promise<readonly string[] | undefined> {
  const changes = await compareContents(before, after, { signal, tools: tools() });
  return changes?.map(({ within, path, kind, properties }) => `${[...within, path].join(': ')} ${kind} ${properties.join(',')}`.trimEnd());
}

const run = (program: string, args: readonly string[], cwd: string): void => void execFileSync(program, [...args], { cwd, stdio: 'pipe' });

function tar(root: string, ...options: readonly string[]): Whole {
  const path = join(folder(), 'archive');
  run('tar', ['--create', '--file', path, '--sort=name', '--owner=0', '--group=0', '--numeric-owner', ...options, '.'], root);
  return { path };
}

function squash(root: string, ...options: readonly string[]): string {
  const path = join(folder(), 'image');
  run('mksquashfs', [root, path, '-noappend', '-quiet', '-no-progress', '-mkfs-time', '0', ...(options.length === 0 ? ['-all-root'] : options)], root);
  return path;
}

function iso(root: string, ...options: readonly string[]): Whole {
  const path = join(folder(), 'medium');
  run('xorriso', ['-no_rc', '-outdev', path, '-volume_date', 'uuid', '2020010100000000', '-map', root, '/', ...options, '-alter_date_r', 'b', '=1000', '/', '--'], root);
  return { path };
}

describe('files that differ', () => {
  test('between two folders are those with other contents, targets or executable bits, and those of one folder only', async () => {
    const [before, after] = [folder({ same: '1', content: '1', mode: '1', 'deep/er/gone': '1' }), folder({ same: '1', content: '2', mode: '1', 'deep/er/new': '1' })];
    symlinkSync('a', join(before, 'link'));
    symlinkSync('b', join(after, 'link'));
    chmodSync(join(after, 'mode'), 0o755);
    utimesSync(join(after, 'same'), 5, 5);
    expect(await compare({ path: before }, { path: after })).toEqual(['content changed content', 'deep/er/gone removed', 'deep/er/new added', 'link changed target', 'mode changed executable']);
    expect(await compare({ path: before }, { path: before })).toEqual([]);
  });

  test.each([['plain', []], ['gzip', ['--gzip']], ['zstd', ['--zstd']]])('between two archives are told with mode, owner and time: %s', async (_, compression) => {
    const [before, after] = [folder({ 'usr/a': '1', 'usr/b': '1', 'usr/c': '1', 'usr/d': '1' }), folder({ 'usr/a': '1', 'usr/b': '22', 'usr/c': '1', 'usr/d': '1' })];
    for (const root of [before, after]) for (const path of ['usr', '.']) utimesSync(join(root, path), 1000, 1000);
    chmodSync(join(after, 'usr/c'), 0o755);
    utimesSync(join(after, 'usr/d'), 2000, 2000);
    expect(await compare(tar(before, ...compression), tar(after, ...compression))).toEqual(['usr/b changed content,size', 'usr/c changed mode', 'usr/d changed time']);
    expect(await compare(tar(before, ...compression), tar(before, ...compression, '--owner=7'))).toContain('usr/a changed owner');
  });

  test('in a squashfs image are told by all that it has of them, also where names are strange', async () => {
    const odd = 'a b\\"c\'\u00e9';
    const [before, after] = [folder({ [odd]: '1', dir: '1', big: 'x'.repeat(3_000_000), 'lib/gone': '' }), folder({ [odd]: '2', 'dir/file': '1', big: `${'x'.repeat(2_999_999)}y`, empty: '' })];
    symlinkSync('to  here', join(before, 'link'));
    symlinkSync('to  there', join(after, 'link'));
    for (const root of [before, after]) {
      run('mkfifo', ['pipe'], root);
      run('ln', ['big', 'linked'], root);
      run('touch', ['--no-dereference', '--date=@1000', 'link', 'pipe', '.'], root);
      chmodSync(join(root, 'pipe'), root === after ? 0o600 : 0o644);
    }
    expect(await compare({ path: squash(before) }, { path: squash(after) })).toEqual([`${odd} changed content`, 'big changed content', 'dir changed type', 'dir/file added', 'empty added', 'lib removed', 'lib/gone removed', 'link changed target', 'linked changed content', 'pipe changed mode']);
    expect(await compare({ path: squash(before) }, { path: squash(before) })).toEqual([]);
    expect(await compare({ path: squash(before) }, { path: squash(before, '-force-uid', '12') })).toContain('big changed owner');
  });

  test('on a medium are told by their names of Rock Ridge, and a squashfs image is looked into', async () => {
    const [before, after] = [folder({ 'usr/bin/tool': '1', 'usr/lib/x': '1' }), folder({ 'usr/bin/tool': '2', 'usr/lib/x': '1' })];
    for (const root of [before, after]) for (const path of ['usr/bin', 'usr/lib', 'usr', '.']) utimesSync(join(root, path), 1000, 1000);
    const long = `deep/${'n'.repeat(200)}.txt`;
    const [first, second] = [folder({ 'boot/kernel': 'k', [long]: '1', empty: '' }), folder({ 'boot/kernel': 'k', [long]: '2', empty: '' })];
    for (const [root, image] of [[first, before], [second, after]] as const) copyFileSync(squash(image), join(root, 'rootfs.squashfs'));
    symlinkSync('../boot/./kernel', join(first, 'link'));
    symlinkSync('/boot/kernel', join(second, 'link'));
    expect(await compare(iso(first), iso(second))).toEqual([`${long} changed content`, 'link changed target', 'rootfs.squashfs: usr/bin/tool changed content']);
    expect(await compare(iso(first), iso(first, '-volid', 'OTHER'))).toEqual([]);
    expect(await compare(iso(first), iso(first, '-chmod', '0700', '/boot/kernel', '--', '-chown', '5', '/boot/kernel', '--'))).toEqual(['boot/kernel changed mode,owner']);
    const listed = await listContent(iso(first), { signal, tools: undefined });
    expect(listed?.listing.get('link')).toMatchObject({ type: 'symlink', target: '../boot/./kernel', time: '1000' });
    expect(listed?.listing.get('empty')).toMatchObject({ type: 'file', size: '0' });
  });

  test('in archives of a folder are told with the archive, whose own bytes then stand for nothing', async () => {
    const archive = (text: string): Buffer => {
      const root = folder({ 'usr/id': text, 'usr/same': '1' });
      for (const path of ['usr', '.']) utimesSync(join(root, path), 1000, 1000);
      const whole = tar(root, '--zstd');
      return readFileSync('path' in whole ? whole.path : '');
    };
    const [before, after] = [folder(), folder()];
    writeFileSync(join(before, 'a.package.tar.zst'), archive('1'));
    writeFileSync(join(after, 'a.package.tar.zst'), archive('2'));
    expect(await compare({ path: before }, { path: after })).toEqual(['a.package.tar.zst: usr/id changed content']);
  });

  test('cannot be named in plain bytes, in things of different forms, and in what is damaged', async () => {
    const root = folder({ plain: 'x', other: 'y', 'fake.gz': '\u001f\u008b\u0008 no' });
    expect(await compare({ path: join(root, 'plain') }, { path: join(root, 'other') })).toBeUndefined();
    expect(await compare({ path: root }, { path: join(root, 'plain') })).toBeUndefined();
    expect(await compare(tar(root), iso(root))).toBeUndefined();
    const medium = iso(root);
    const damaged = join(folder(), 'damaged');
    copyFileSync('path' in medium ? medium.path : '', damaged);
    truncateSync(damaged, 20 * 2048);
    expect(await compare({ path: damaged }, { path: damaged })).toBeUndefined();
  });

  test('are never looked for to the end of the world in a medium of damaged bytes', async () => {
    const whole = iso(folder({ 'boot/kernel': 'k', [`deep/${'n'.repeat(200)}`]: '1' }));
    const bytes = readFileSync('path' in whole ? whole.path : '');
    const path = join(folder(), 'damaged');
    let listed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 16 * 2048, max: Math.min(bytes.length, 60 * 2048) - 1 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 40 }), async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        writeFileSync(path, damaged);
        if ((await listContent({ path }, { signal, tools: undefined }))?.form === 'iso') listed += 1;
      }),
      { numRuns: 300 },
    );
    expect(listed).toBeGreaterThan(0);
  });
});
