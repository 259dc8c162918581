import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashFile } from '../../src/fingerprint/hash-file.ts';

test.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3.5 * 1024 * 1024])('the digest of a file of %i bytes is that of its bytes, whatever size was expected', async (size) => {
  const folder = mkdtempSync(join(tmpdir(), 'cos-hash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bytes = Buffer.alloc(size, 'some bytes that are not alike in each piece of memory, ');
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  expect([await hashFile(path, size), await hashFile(path, 10 * 1024 * 1024)]).toEqual([digest, digest]);
});

test('a file that is not there fails with the code of the system', async () => {
  await expect(hashFile('/nonexistent/file', 2 * 1024 * 1024)).rejects.toMatchObject({ code: 'ENOENT' });
});
