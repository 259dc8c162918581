// The snippets of the README run as they stand.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress, createEntry, writeTar } from '../src/index.ts';
import type { TarEntry } from '../src/index.ts';

const library = fileURLToPath(new URL('..', import.meta.url));
const snippets = [...readFileSync(join(library, 'README.md'), 'utf8').matchAll(/^(?<title>[^\n]+):\n\n```ts\n(?<code>.*?)^```$/gms)].map(({ groups }) => ({ title: groups!['title']!, code: groups!['code']! }));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-readme-'));
  mkdirSync(join(folder, 'node_modules/@cos'), { recursive: true });
  symlinkSync(library, join(folder, 'node_modules/@cos/archive'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const etc = createEntry({ path: 'etc', type: 'directory' });
  const [old, changed, added] = [createEntry({ path: 'etc/motd' }, 'old'), createEntry({ path: 'etc/motd' }, 'changed'), createEntry({ path: 'etc/new' }, 'new')];
  const put = async (name: string, entries: readonly TarEntry[], format: 'none' | 'gzip' | 'zstd' = 'none'): Promise<void> => pipeline(compress(writeTar(entries), { format }), createWriteStream(join(folder, name)));
  await put('image.tar', [etc, changed, added]);
  await put('builder.tar.zst', [etc, old], 'zstd');
  await put('lower.tar', [etc, old]);
  await put('upper.tar', [etc, changed, added]);
  await put('old.tar.zst', [etc, old], 'zstd');
  await put('new.tar.gz', [etc, changed, added], 'gzip');
  mkdirSync(join(folder, 'tree/in'), { recursive: true });
  writeFileSync(join(folder, 'tree/in/file'), 'text');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  test('has snippets', () => expect(snippets).toHaveLength(5));

  test.each(snippets)('$title: prints what it says', ({ code }) => {
    writeFileSync(join(folder, 'snippet.ts'), code);
    const printed = execFileSync(process.execPath, ['--conditions', 'source', 'snippet.ts'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const told = [...code.matchAll(/console\.log\(.*\); \/\/ (?<lines>.+)$/gm)].flatMap(({ groups }) => groups!['lines']!.split(', '));
    const lines = printed.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(told.length);
    for (const [index, line] of lines.entries()) expect(line).toContain(told[index]);
  });
});
