import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, linkSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packTree } from '../../src/index.ts';
import { collect, outline, readAll } from '../streams.ts';
import { useTemporaryFolder } from '../temporary-folder.ts';

const folder = useTemporaryFolder();
const isRoot = process.getuid?.() === 0;
const fresh = (): string => mkdtempSync(join(folder, 'tree-'));

test('a folder is packed in canonical order, with hard links, and without the folder itself', async () => {
  const tree = fresh();
  mkdirSync(join(tree, 'a'));
  writeFileSync(join(tree, 'a-b'), '2');
  writeFileSync(join(tree, 'a/x'), '1');
  linkSync(join(tree, 'a/x'), join(tree, 'z'));
  symlinkSync('../somewhere/', join(tree, 'a/link'));
  writeFileSync(Buffer.from(`${tree}/caf\xe9`, 'latin1'), 'bytes');
  execFileSync('mkfifo', [join(tree, 'pipe')]);
  expect(Object.entries(await outline(packTree(tree)))).toEqual([
    ['a', 'directory'],
    ['a/link', 'symlink ../somewhere/'],
    ['a/x', '1'],
    ['a-b', '2'],
    ['caf\uDCE9', 'bytes'],
    ['pipe', 'fifo'],
    ['z', 'link a/x'],
  ]);
});

test('two folders of equal content give equal bytes, whatever the order they were made in', async () => {
  const [one, other] = [fresh(), fresh()];
  for (const [tree, names] of [[one, ['a', 'b', 'c']], [other, ['c', 'a', 'b']]] as const) {
    for (const name of names) writeFileSync(join(tree, name), name);
  }
  chmodSync(join(one, 'a'), 0o664);
  chmodSync(join(other, 'a'), 0o640);
  const pack = (tree: string): Promise<Buffer> => collect(packTree(tree, { epoch: 100, modes: 'normal' }));
  expect((await pack(one)).equals(await pack(other))).toBe(true);
});

test('modes, owners and times are real or normal as asked', async () => {
  const tree = fresh();
  writeFileSync(join(tree, 'tool'), '');
  chmodSync(join(tree, 'tool'), 0o4711);
  utimesSync(join(tree, 'tool'), 0, new Date(-1500));
  if (isRoot) execFileSync('chown', ['7:8', join(tree, 'tool')]);
  if (isRoot) chmodSync(join(tree, 'tool'), 0o4711);
  const [real] = await readAll(packTree(tree, { owner: 'real' }));
  expect(real).toMatchObject({ mode: 0o4711, mtime: -2, ...(isRoot ? { uid: 7, gid: 8 } : {}) });
  const [normal] = await readAll(packTree(tree, { modes: 'normal' }));
  expect(normal).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
});

test('paths that are not kept are left out, and their folders are not entered', async () => {
  const tree = fresh();
  mkdirSync(join(tree, 'node_modules/x'), { recursive: true });
  writeFileSync(join(tree, 'node_modules/x/y'), '');
  writeFileSync(join(tree, 'kept'), 'k');
  const asked: string[] = [];
  const keeps = (path: string, type: string): boolean => {
    asked.push(`${path} ${type}`);
    return path !== 'node_modules';
  };
  expect(await outline(packTree(tree, { keeps }))).toEqual({ kept: 'k' });
  expect(asked.sort()).toEqual(['kept file', 'node_modules directory']);
});

test.runIf(isRoot)('devices keep their numbers', async () => {
  const tree = fresh();
  execFileSync('mknod', [join(tree, 'big'), 'b', '259', '1048575']);
  expect(await readAll(packTree(tree))).toMatchObject([{ type: 'block', devMajor: 259, devMinor: 1_048_575 }]);
});

test('sockets are left out', async () => {
  const tree = fresh();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(tree, 'socket'), resolve));
  expect(await outline(packTree(tree))).toEqual({});
  await new Promise((resolve) => server.close(resolve));
});

test.each([10, 3_000_000])('a file of %i bytes that changes while it is packed is an error', async (size) => {
  for (const change of [(path: string) => appendFileSync(path, 'x'), (path: string) => truncateSync(path, size - 1)]) {
    const tree = fresh();
    writeFileSync(join(tree, 'a'), Buffer.alloc(300_000));
    writeFileSync(join(tree, 'b'), Buffer.alloc(size));
    const pack = async (): Promise<void> => {
      let isFirst = true;
      for await (const _ of packTree(tree)) {
        if (isFirst) change(join(tree, 'b'));
        isFirst = false;
      }
    };
    await expect(pack()).rejects.toMatchObject({ code: 'changed', path: 'b' });
  }
});

test('a folder that does not exist is an error of the file system', async () => {
  await expect(collect(packTree(join(folder, 'nowhere')))).rejects.toMatchObject({ code: 'ENOENT' });
});
