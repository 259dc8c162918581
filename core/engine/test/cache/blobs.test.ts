import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBlobStore, type BlobStore } from '../../src/cache/blobs.ts';
import { hashTree } from '../../src/fingerprint/hash-tree.ts';
import { asDigest } from '../../src/model/identity.ts';

const digest = asDigest(`sha256:${'a'.repeat(64)}`);
let root = '';
let blobs: BlobStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cos-blobs-'));
  mkdirSync(join(root, 'tmp'));
  let counter = 0;
  blobs = createBlobStore(join(root, 'blobs'), () => join(root, 'tmp', String(++counter)));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const give = (name: string, content = 'bytes') => {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
};

describe('a file', () => {
  test('is moved, and read-only', async () => {
    const file = give('x');
    await blobs.putFile(digest, file, 'move');
    expect(existsSync(file)).toBe(false);
    expect(statSync(blobs.path(digest)).mode & 0o777).toBe(0o444);
    expect(readFileSync(blobs.path(digest), 'utf8')).toBe('bytes');
  });

  test('is copied when it has another name that could be written through', async () => {
    const file = give('x');
    linkSync(file, join(root, 'y'));
    await blobs.putFile(digest, file, 'move');
    writeFileSync(join(root, 'y'), 'other');
    expect(readFileSync(blobs.path(digest), 'utf8')).toBe('bytes');
  });

  test('that is there already is kept', async () => {
    await blobs.putFile(digest, give('x', 'first'), 'copy');
    await blobs.putFile(digest, give('y', 'second'), 'copy');
    expect(readFileSync(blobs.path(digest), 'utf8')).toBe('first');
  });

  test('that cannot be stored leaves nothing', async () => {
    await expect(blobs.putFile(digest, join(root, 'nonesuch'), 'move')).rejects.toThrow('ENOENT');
    expect(blobs.has(digest)).toBe(false);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });
});

describe('a tree', () => {
  const makeTree = (name: string) => {
    const tree = join(root, name);
    mkdirSync(join(tree, 'bin'), { recursive: true });
    writeFileSync(join(tree, 'bin/run'), 'x', { mode: 0o755 });
    writeFileSync(join(tree, 'data'), 'y', { mode: 0o600 });
    symlinkSync('bin/run', join(tree, 'link'));
    return tree;
  };
  const digestOf = async (path: string) => {
    const tree = await hashTree(path, { profile: 'source', title: path });
    if (!tree.ok) throw new Error('tree');
    return tree.value.digest;
  };

  test.each(['move', 'copy'] as const)('keeps what counts of it (%s)', async (how) => {
    const tree = makeTree('t');
    const own = await digestOf(tree);
    await blobs.putTree(own, tree, 'source', how);
    expect(existsSync(tree)).toBe(how === 'copy');
    expect(await digestOf(blobs.path(own))).toBe(own);
  });

  test('that two runs store at once is there once', async () => {
    const [a, b] = [makeTree('a'), makeTree('b')];
    await Promise.all([blobs.putTree(digest, a, 'source', 'copy'), blobs.putTree(digest, b, 'source', 'copy')]);
    expect(readdirSync(blobs.path(digest))).toEqual(['bin', 'data', 'link']);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('is removed as a whole, also twice', async () => {
    await blobs.putTree(digest, makeTree('t'), 'source', 'move');
    blobs.remove(digest);
    blobs.remove(digest);
    expect(blobs.has(digest)).toBe(false);
  });
});

test('a process that is killed while it stores never leaves half a blob', async () => {
  const script = `
    import { createBlobStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/cache/blobs.ts'))};
    import { writeFileSync } from 'node:fs';
    import { createHash } from 'node:crypto';
    let n = 0;
    const blobs = createBlobStore(${JSON.stringify(join(root, 'blobs'))}, () => ${JSON.stringify(join(root, 'tmp'))} + '/' + process.pid + '.' + ++n);
    for (;;) {
      const bytes = Buffer.alloc(300000, String(Math.random()));
      const file = ${JSON.stringify(root)} + '/given-' + process.pid;
      writeFileSync(file, bytes);
      await blobs.putFile('sha256:' + createHash('sha256').update(bytes).digest('hex'), file, Math.random() < 0.5 ? 'move' : 'copy');
      console.log('stored');
    }`;
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 20 + round * 13));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const stored = readdirSync(join(root, 'blobs')).flatMap((part) => readdirSync(join(root, 'blobs', part)).map((name) => join(root, 'blobs', part, name)));
  expect(stored.length).toBeGreaterThan(3);
  const sums = execFileSync('sha256sum', stored, { encoding: 'utf8' }).trim().split('\n');
  for (const line of sums) expect(line.slice(0, 64)).toBe(line.split('/').at(-1));
});
