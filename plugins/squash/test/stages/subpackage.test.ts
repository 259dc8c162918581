import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { createEntry, decompress, formatManifestLine, listArchive, readTar, writeTar, type TarEntry } from '@cos/archive';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { readMetadata } from '@cos/luet';
import { describe, expect, it } from 'vitest';
import { squash } from '../../src/index.ts';
import { describePackage } from '../../src/metadata.ts';
import { parseRecipe } from '../../src/recipe.ts';
import type { subpackage } from '../../src/stages/subpackage.ts';

const main = { category: 't', name: 'main', version: '1.0' };
const recipe = { ...main, steps: ['make'], includes: ['^/'], env: ['A=b'] };
const entries: readonly TarEntry[] = [
  createEntry({ path: 'usr', type: 'directory', mode: 0o750, uid: 3 }),
  createEntry({ path: 'usr/bin', type: 'directory', mode: 0o755 }),
  createEntry({ path: 'usr/bin/tool', mode: 0o4755 }, 'tool'),
  createEntry({ path: 'usr/share', type: 'directory', mode: 0o755 }),
  createEntry({ path: 'usr/share/doc', type: 'directory', mode: 0o700 }),
  createEntry({ path: 'usr/share/doc/a' }, 'read me'),
  createEntry({ path: 'usr/share/doc/link', type: 'symlink', linkName: 'a' }),
  createEntry({ path: 'usr/share/doc/tool-too', type: 'link', linkName: 'usr/bin/tool', mode: 0o4755 }),
];

async function cut(given: Readonly<Record<string, unknown>>, options: Parameters<typeof squash>[0] = { compression: 'gzip' }): Promise<StageRun<typeof subpackage>> {
  const workspace = await createWorkspace({});
  const tar: Uint8Array[] = [];
  for await (const chunk of writeTar(entries)) tar.push(Buffer.from(chunk));
  const bytes = gzipSync(Buffer.concat(tar));
  await writeFile(workspace.join('main.tar.gz'), bytes);
  let manifest = '';
  for await (const entry of listArchive(decompress(createReadStream(workspace.join('main.tar.gz'))))) manifest += formatManifestLine(entry);
  await writeFile(workspace.join('main.manifest'), manifest);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(workspace.join('main.yaml'), describePackage({ recipe: parseRecipe(JSON.stringify({ format: 1, ...recipe })), definition: undefined, sha256, files: ['usr/bin/tool'], compression: 'gzip', epoch: 0 }));
  return runStage(squash(options), 'subpackage', {
    workspace,
    options: { subpackage: { category: 't', name: 'sub', version: '1.1', ...given } },
    inputs: { archive: { path: workspace.join('main.tar.gz'), meta: { ...main, compression: 'gzip' } }, manifest: { path: workspace.join('main.manifest'), meta: main }, metadata: { path: workspace.join('main.yaml'), meta: main } },
  });
}

async function linesOf(path: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { path: name, type, mode, uid, linkName } of readTar(decompress(createReadStream(path)))) lines.push([name, type, mode.toString(8), uid, linkName].join(' ').trim());
  return lines;
}

describe('a sub-package', () => {
  it('has what its filters keep of the archive, with the real folders above; a link to what is left out is the file', async () => {
    await using made = await cut({ includes: ['^/usr/share/doc'], excludes: ['/link$'] });
    expect(made.text).toBe('');
    expect(await linesOf(made.outputs.archive.path)).toEqual(['usr directory 750 3', 'usr/share directory 755 0', 'usr/share/doc directory 700 0', 'usr/share/doc/a file 644 0', 'usr/share/doc/tool-too file 4755 0']);
    expect(made.outputs.archive.meta).toEqual({ category: 't', name: 'sub', version: '1.1', compression: 'gzip' });
    expect((await readFile(made.outputs.manifest.path, 'utf8')).split('\n').filter((line) => line.includes('"file"')).map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(['usr/share/doc/a', 'usr/share/doc/tool-too']);
  });

  it('is everything without filters, and an empty archive where they keep nothing', async () => {
    await using all = await cut({});
    expect((await linesOf(all.outputs.archive.path)).map((line) => line.split(' ')[0])).toEqual(entries.map(({ path }) => path));
    await using none = await cut({ includes: ['^/nothing'] }, { compression: 'none' });
    expect((await readFile(none.outputs.archive.path)).equals(Buffer.alloc(1024))).toBe(true);
  });

  it('has metadata of its own, in the form that luet writes: the recipe of its package, its own relations, no list of files', async () => {
    await using made = await cut({ includes: ['^/usr/share'], requires: [{ category: 't', name: 'main', version: '>=0' }], description: 'd', labels: { a: 'b' } });
    const text = await readFile(made.outputs.metadata.path, 'utf8');
    const { metadata, problems } = readMetadata(text, 'metadata.yaml');
    expect(problems).toEqual([]);
    const sha256 = createHash('sha256').update(await readFile(made.outputs.archive.path)).digest('hex');
    const record = { category: 't', name: 'sub', version: '1.1', description: 'd', labels: new Map([['a', 'b']]), requires: [{ category: 't', name: 'main', version: '>=0' }] };
    expect(metadata).toMatchObject({ path: 'sub-t-1.1.package.tar.gz', sha256, files: [], spec: { steps: ['make'], env: ['A=b'], includes: ['^/'] }, package: record, runtime: record });
    expect(metadata?.package.buildTimestamp).toContain(sha256.slice(0, 16));
  });

  it('leaves out what the plugin is told to leave out of it', async () => {
    await using made = await cut({}, { compression: 'none', leaveOut: { 't/sub': ['docs'] } });
    expect((await linesOf(made.outputs.archive.path)).filter((line) => line.includes('/doc/'))).toEqual([]);
  });

  it('is refused with its name when a pattern cannot be read, and with the field when it is none', async () => {
    await using pattern = await cut({ includes: ['('] });
    expect(pattern.failure).toMatchObject({ code: 'COS_SQUASH_PATTERN', message: expect.stringContaining('t/sub-1.1') as unknown });
    await using form = await cut({ version: 1 });
    expect(form.failure?.code).toBe('COS_PLAN_OPTIONS');
  });
});
