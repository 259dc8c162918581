import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress, createEntry, writeTar, type TarEntry } from '@cos/archive';
import { describe, expect, it } from 'vitest';
import { directory, file, makeShelf } from './packed.ts';

const lower = [directory('etc'), file('etc/conf', 4_000), file('etc/gone', 1_000)];
const upper = [directory('etc'), file('etc/conf', 6_000), file('etc/.wh.gone', 0)];
const history = [{ created_by: '/bin/sh -c #(nop) ADD file:base in / ' }, { created_by: 'ENV A=1', empty_layer: true }, { created_by: 'RUN make\t&& \\\n  install' }];

async function bytesOf(entries: readonly TarEntry[], format: 'none' | 'gzip' = 'none'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of compress(writeTar(entries), { format })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const part = (path: string, content: Buffer | string): TarEntry => createEntry({ path }, content);

/** As Docker saved images until version 24. */
async function savedImage(): Promise<readonly TarEntry[]> {
  const manifest = [{ Config: `${'c'.repeat(64)}.json`, RepoTags: null, Layers: [`${'a'.repeat(64)}/layer.tar`, `${'b'.repeat(64)}/layer.tar`] }];
  return [
    part(`${'a'.repeat(64)}/layer.tar`, await bytesOf(lower)), part(`${'a'.repeat(64)}/VERSION`, '1.0'), part(`${'b'.repeat(64)}/layer.tar`, await bytesOf(upper)),
    part(`${'c'.repeat(64)}.json`, JSON.stringify({ history })), part('manifest.json', JSON.stringify(manifest)),
  ];
}

/** An OCI image layout. */
async function layout(): Promise<readonly TarEntry[]> {
  const layers = [await bytesOf(lower, 'gzip'), await bytesOf(upper, 'gzip')];
  const config = JSON.stringify({ history });
  const manifest = JSON.stringify({ config: { digest: `sha256:${hex(Buffer.from(config))}` }, layers: layers.map((layer) => ({ digest: `sha256:${hex(layer)}` })) });
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${hex(Buffer.from(manifest))}` }] });
  const blobs = [...layers, Buffer.from(config), Buffer.from(manifest)].map((blob) => part(`blobs/sha256/${hex(blob)}`, blob));
  return [...blobs, part('index.json', index), part('oci-layout', '{"imageLayoutVersion":"1.0.0"}')];
}

describe.each([['docker save', savedImage], ['an OCI image layout', layout]])('cos inspect of an image, as of %s', (_, make) => {
  it('shows its layers, what they hide, and what they hold together', async () => {
    const shelf = await makeShelf();
    await writeFile(join(shelf.folder, 'image.tar'), await bytesOf(await make()));
    const { printed, text } = await shelf.call('inspect', { package: 'image.tar' });
    expect(text).toBe('');
    const lines = printed.split('\n');
    expect(lines).toContain('  content  6.0 kB in 1 file, 1 folder');
    expect(lines).toContain('  hidden   5.0 kB of lower layers that upper ones replace or remove');
    expect(lines.slice(lines.indexOf('Layers'), lines.indexOf('Folders') - 1)).toEqual(['Layers', '  1  5.0 kB  2 files  ###########               ADD file:base in /', '  2  6.0 kB  2 files  #############             RUN make && \\\\ install']);
    expect(lines).toContain('  etc/conf  6.0 kB  100.0 %  ########################');
  });

  it('tells them to programs', async () => {
    const shelf = await makeShelf();
    await writeFile(join(shelf.folder, 'image.tar'), await bytesOf(await make()));
    expect(JSON.parse((await shelf.call('inspect', { package: 'image.tar', json: true })).printed)).toMatchObject({ contentSize: 6_000, hidden: 5_000, layers: [{ size: 5_000, files: 2, by: history[0]?.created_by }, { size: 6_000 }] });
  });

  it('says which layer is missing', async () => {
    const shelf = await makeShelf();
    const [, ...parts] = await make();
    await writeFile(join(shelf.folder, 'image.tar'), await bytesOf(parts));
    const { exitCode, problems } = await shelf.call('inspect', { package: 'image.tar' });
    expect([exitCode, problems[0]?.code, problems[0]?.message]).toEqual([2, 'COS_SQUASH_ARCHIVE_FORM', expect.stringContaining('It names a layer that it does not have')]);
  });
});
