import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readMetadata } from '@cos/luet';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { squash } from '../../src/index.ts';
import type { archive } from '../../src/stages/archive.ts';

const identity = { category: 'meta', name: 'all', version: '1.0+1' };

async function pack(recipe: object, definition: string | undefined, options: Parameters<typeof squash>[0] = {}): Promise<StageRun<typeof archive>> {
  const workspace = await createWorkspace({ 'recipe.json': JSON.stringify({ format: 1, ...identity, ...recipe }), ...(definition === undefined ? {} : { 'definition.yaml': definition }) });
  return runStage(squash(options), 'archive', {
    workspace,
    inputs: { recipe: { path: workspace.join('recipe.json'), meta: identity }, ...(definition === undefined ? {} : { definition: workspace.join('definition.yaml') }) },
  });
}

describe('the archive of a package that only names others', () => {
  it('is an empty archive with the metadata of its definition', async () => {
    await using packed = await pack({}, 'category: meta\nname: all\nversion: "1.0+1"\nrequires:\n- {category: app, name: x, version: ">=0"}\n');
    expect(packed.text).toBe('');
    const bytes = await readFile(packed.outputs.archive.path);
    expect(zstdDecompressSync(bytes).equals(Buffer.alloc(1024))).toBe(true);
    expect(packed.outputs.archive.meta).toEqual({ ...identity, compression: 'zstd' });
    const { metadata } = readMetadata(await readFile(packed.outputs.metadata.path, 'utf8'), 'metadata');
    expect(metadata).toMatchObject({ path: 'all-meta-1.0+1.package.tar.zst', sha256: createHash('sha256').update(bytes).digest('hex'), runtime: { requires: [{ name: 'x' }] } });
  });

  it('is compressed as the plugin is told', async () => {
    await using packed = await pack({}, undefined, { compression: 'none' });
    expect((await readFile(packed.outputs.archive.path)).equals(Buffer.alloc(1024))).toBe(true);
    expect(packed.outputs.archive.meta.compression).toBe('none');
  });
});

describe('the options of the plugin', () => {
  it('are refused when the level does not fit the compression', async () => {
    await using packed = await pack({}, undefined, { compression: 'gzip', level: 12 });
    expect(packed.failure).toMatchObject({ code: 'COS_PLUGIN_OPTIONS' });
    expect(packed.text).toContain('gzip has the levels 1 to 9');
  });
});

describe('an archive of a package with content', () => {
  it('is refused with the package\'s name when there are no images', async () => {
    await using packed = await pack({ steps: ['echo'] }, undefined);
    expect(packed.failure).toMatchObject({ code: 'COS_SQUASH_IMAGES', message: 'The package meta/all-1.0+1 is taken from images, but there is no input "image".' });
  });
});
