import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractBootFiles } from '../../src/boot/extract-boot-files.ts';
import { archive, createFolder, entry } from '../rig.ts';

test('kernel and initrd come out of an archive', async () => {
  const folder = await createFolder();
  const targets = { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
  const initrd = 'i'.repeat(3_000_000);
  const plain = archive(entry('boot/vmlinuz-1', 'old'), entry('boot/initrd', initrd), entry('boot/vmlinuz-1', 'new kernel'), entry('boot/vmlinuz -> vmlinuz-1'));
  const found = await extractBootFiles(plain, targets);
  expect([found.kernel.path, found.initrd.path]).toEqual(['boot/vmlinuz-1', 'boot/initrd']);
  expect(await readFile(targets.kernel, 'utf8')).toBe('new kernel');
  expect(await readFile(targets.initrd, 'utf8')).toBe(initrd);
});

test('one file may be both', async () => {
  const folder = await createFolder();
  const targets = { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
  await extractBootFiles(archive(entry('boot/both', 'x'), 'boot/vmlinuz -> both', 'boot/initrd -> both'), targets);
  expect(await readFile(targets.kernel, 'utf8')).toBe('x');
  expect(await readFile(targets.initrd, 'utf8')).toBe('x');
});
