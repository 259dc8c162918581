import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatChecksums, nameFiles } from '../src/checksums.ts';
import { failureOf, temporaryFolder } from './rig.ts';

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');

test('sha256sum accepts the list, whatever the names', async () => {
  const folder = await temporaryFolder();
  const names = ['sample os.iso', 'b*', 'a', '-x', '*star', 'ö.iso', ' lead'];
  for (const name of names) await writeFile(join(folder, name), name);
  await writeFile(join(folder, 'SHA256SUMS'), formatChecksums(names.map((name) => ({ hex: hexOf(name), name }))));
  const output = execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
  expect(output.split('\n').filter((line) => line.endsWith(': OK'))).toHaveLength(names.length);
});

test('the list is sorted by name and does not depend on the order of files', () => {
  const list = ['b', 'a', 'C'].map((name) => ({ hex: hexOf(name), name }));
  expect(formatChecksums(list)).toBe(formatChecksums([...list].reverse()));
  expect(formatChecksums(list).split('\n').map((line) => line.slice(66))).toEqual(['C', 'a', 'b', '']);
});

test('names that would lie or leave the folder are refused', async () => {
  for (const name of ['', '/etc/passwd', '../x', 'a//b', 'a\nb', String.raw`a\b`, './x']) {
    expect(await failureOf((async () => formatChecksums([{ hex: hexOf(''), name }]))()), name).toMatchObject({ code: 'COS_SIGN_BAD_NAME' });
  }
  expect(await failureOf((async () => formatChecksums([{ hex: hexOf(''), name: 'a' }, { hex: hexOf(''), name: 'a' }]))())).toMatchObject({ code: 'COS_SIGN_BAD_NAME' });
  expect(await failureOf((async () => nameFiles([], ['a'], 'isos'))())).toMatchObject({ code: 'COS_SIGN_NAME_COUNT' });
});
