import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashTree, isUnchanged, type HashTreeOptions, type HashedTree } from '../../src/fingerprint/hash-tree.ts';
import { createStatIndex } from '../../src/fingerprint/stat-index.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cos-tree-'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/os-release'), 'NAME=x\n');
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('etc/os-release', join(root, 'link'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options: HashTreeOptions = { profile: 'source', title: 'tree' };
const hash = async (over: Partial<HashTreeOptions> = {}, path = root): Promise<HashedTree> => {
  const result = await hashTree(path, { ...options, ...over });
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
};
const digest = async (over: Partial<HashTreeOptions> = {}) => (await hash(over)).digest;

describe('the digest of a tree', () => {
  test('is pinned', async () => {
    expect(await digest()).toMatchInlineSnapshot(`"sha256:c7cd29bdd07483b813d6a8a6ce283cc38bb98567bde74ac67cfdba72ced0c18a"`);
  });

  test('is the same elsewhere, at other times, with other owners and modes', async () => {
    const before = await digest();
    utimesSync(join(root, 'run.sh'), 1, 1);
    chmodSync(join(root, 'run.sh'), 0o711);
    chmodSync(join(root, 'etc'), 0o700);
    if (process.getuid?.() === 0) lchownSync(join(root, 'etc/os-release'), 1234, 1234);
    const moved = `${root}-moved`;
    renameSync(root, moved);
    root = moved;
    expect(await digest()).toBe(before);
  });

  test('changes with content, name, type, executable bit and link target', async () => {
    const seen = [await digest()];
    const change = async (edit: () => void) => {
      edit();
      seen.push(await digest());
    };
    await change(() => writeFileSync(join(root, 'etc/os-release'), 'NAME=y\n'));
    await change(() => renameSync(join(root, 'etc/os-release'), join(root, 'etc/os-rel')));
    await change(() => chmodSync(join(root, 'run.sh'), 0o644));
    await change(() => mkdirSync(join(root, 'empty')));
    await change(() => {
      unlinkSync(join(root, 'link'));
      symlinkSync('run.sh', join(root, 'link'));
    });
    await change(() => {
      unlinkSync(join(root, 'link'));
      writeFileSync(join(root, 'link'), 'run.sh');
    });
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('of a file is not that of a folder that holds it', async () => {
    const file = await hash({}, join(root, 'run.sh'));
    expect(file.entries).toHaveLength(1);
    expect(file.digest).not.toBe(await digest());
  });

  test('counts owner and full mode with profile rootfs', async () => {
    const before = await digest({ profile: 'rootfs' });
    chmodSync(join(root, 'run.sh'), 0o711);
    expect(await digest({ profile: 'rootfs' })).not.toBe(before);
  });

  test('does not follow links, not even to itself', async () => {
    symlinkSync('.', join(root, 'self'));
    symlinkSync('/nonexistent', join(root, 'dangling'));
    expect((await hash()).entries.map(({ path }) => path)).toEqual(['', 'dangling', 'etc', 'etc/os-release', 'link', 'run.sh', 'self']);
  });
});

describe('what cannot be read', () => {
  test('is told all at once', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'etc/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/etc/`), Buffer.from([0xff, 0xfe])]), '');
    const result = await hashTree(root, options);
    server.close();
    expect(result.ok ? [] : result.failures.map(({ code, message }) => `${code} ${message}`).sort()).toEqual([
      'COS_TASK_SOURCE_UNREADABLE `tree/etc` holds a file whose name is not UTF-8: "��".',
      'COS_TASK_SPECIAL_FILE `tree/etc/socket` is a socket; only files, folders and links can be read.',
      'COS_TASK_SPECIAL_FILE `tree/pipe` is a named pipe; only files, folders and links can be read.',
    ]);
  });

  test('that is not there has its own code', async () => {
    const result = await hashTree(join(root, 'nonesuch'), options);
    expect(result).toMatchObject({ ok: false, failures: [{ code: 'COS_TASK_SOURCE_MISSING' }] });
  });
});

describe('the stat index', () => {
  const withIndex = (index: ReturnType<typeof createStatIndex>) => ({ index: { stat: index, keyOf: (path: string) => path } });

  test('spares unchanged files, and only those', async () => {
    await delay(120);
    const index = createStatIndex(undefined);
    const before = await digest(withIndex(index));
    const loaded = createStatIndex(index.serialise());
    expect(await digest(withIndex(loaded))).toBe(before);
    expect(loaded.changed()).toBe(false);
    // Same size, same time of modification: the time of the inode's change tells.
    writeFileSync(join(root, 'etc/os-release'), 'NAME=z\n');
    utimesSync(join(root, 'etc/os-release'), 1, 1);
    expect(await digest(withIndex(createStatIndex(index.serialise())))).not.toBe(before);
  });

  test('is believed: a wrong entry gives the wrong digest, which shows that the file is not read', async () => {
    await delay(120);
    const index = createStatIndex(undefined);
    const before = await digest(withIndex(index));
    const forged = createStatIndex(index.serialise().replace(/sha256:[0-9a-f]{64}/, `sha256:${'0'.repeat(64)}`));
    expect(await digest(withIndex(forged))).not.toBe(before);
  });

  test('never remembers a file that was changed a moment ago', async () => {
    writeFileSync(join(root, 'etc/os-release'), 'NAME=1\n');
    const index = createStatIndex(undefined);
    await digest(withIndex(index));
    expect(index.serialise()).not.toContain('os-release');
  });

  test('of another form is empty', () => {
    for (const text of ['', 'x', 'cos-stat-index 1\n[1,2', 'cos-stat-index 9\n["a","b","c"]']) expect(createStatIndex(text).serialise()).toBe('cos-stat-index 1\n');
  });
});

describe('a later look', () => {
  test('sees that nothing changed', async () => {
    expect(await isUnchanged(root, await hash())).toBe(true);
  });

  test.each<readonly [string, () => void]>([
    ['a changed file of the same size', () => writeFileSync(join(root, 'run.sh'), '#!/bin/ed\n')],
    ['a new file', () => writeFileSync(join(root, 'etc/new'), '')],
    ['a removed file', () => unlinkSync(join(root, 'etc/os-release'))],
    ['a changed mode', () => chmodSync(join(root, 'run.sh'), 0o600)],
    ['a file in the place of a folder', () => {
      rmSync(join(root, 'etc'), { recursive: true });
      writeFileSync(join(root, 'etc'), '');
    }],
    ['a removed root', () => rmSync(root, { recursive: true })],
  ])('sees %s', async (_, edit) => {
    const tree = await hash();
    edit();
    expect(await isUnchanged(root, tree)).toBe(false);
  });

  test('sees a change that left no trace in the times, when the file was young', async () => {
    const tree = await hash();
    const stats = new Map(tree.stats);
    writeFileSync(join(root, 'run.sh'), '#!/bin/ed\n');
    const changed = await hash();
    // As if the clock of the file system had not moved: the stat of after, with the content of before.
    expect(await isUnchanged(root, { ...changed, entries: tree.entries, stats: new Map([...stats, ...changed.stats]) })).toBe(false);
  });

  test('does not mind another name for a file elsewhere', async () => {
    const tree = await hash();
    linkSync(join(root, 'run.sh'), `${root}.other`);
    rmSync(`${root}.other`);
    // The inode's time moved: believed to be a change, which costs one more run and never a wrong one.
    expect(await isUnchanged(root, tree)).toBe(false);
  });
});
