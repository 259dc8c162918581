import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { readMetadata } from '@cos/luet';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive } from '../rig/archive.ts';
import { runCos } from '../rig/cos.ts';
import { makeTree, packagesOf, requires } from '../rig/tree.ts';
import { removeWorkspace, type Workspace } from '../rig/workspace.ts';
import { archivesIn, startBuilder, type Builder, type BuildRun } from './builder.ts';

// `cos build` on a tree without a config, with a real engine that counts what it is asked to build. The tests of a group go on where the one before ended.

let builder: Builder;
beforeAll(async () => {
  builder = await startBuilder();
});
afterAll(async () => builder[Symbol.asyncDispose]());

/** Builds and expects it to succeed. */
async function build(workspace: Workspace, ...words: readonly string[]): Promise<BuildRun> {
  const run = await builder.build(workspace, ...words);
  if (run.exitCode !== 0) throw new Error(`cos build ${words.join(' ')} ended with ${String(run.exitCode)}:\n${run.stdout.slice(-4000)}\n${run.stderr.slice(-2000)}`);
  return run;
}

// Five packages: top on z and a, a on m and base, z and m on base. The chain is base, m, a, z, top.
describe('the diamond', () => {
  let diamond: Workspace;
  beforeAll(() => {
    diamond = makeTree('chain', builder.base, { keep: true });
  });
  afterAll(() => removeWorkspace(diamond));

  test('is built with two engine builds for each image that differs, also when everything is asked for', async () => {
    const run = await build(diamond, '--all');
    // z stands on a below top, and on base for its own archive; base has no steps, so that its two images are one.
    expect(run.engineBuilds).toEqual(['a', 'a builder', 'base builder', 'm', 'm builder', 'top', 'top builder', 'z', 'z', 'z builder', 'z builder']);
    expect(run.engineBuilds.length).toBeLessThanOrEqual(12);
    expect(archivesIn(diamond)).toEqual(['a', 'base', 'm', 'top', 'z']);
    expect(await readArchive(diamond.path('build/packages/z-t-1.0.package.tar.zst'))).toEqual({ z: 'z\n' });
    // Everything below it is there: luet's rule of the one line.
    const { top } = await readArchive(diamond.path('build/packages/top-t-1.0.package.tar.zst'));
    expect(top?.split('\n')).toEqual(expect.arrayContaining(['m', 'a', 'z']));
  });

  test('has the names of luet in the engine, those of z in the chain of top and alone', async () => {
    const { stdout } = await runCos(diamond, ['tags', '--tree', 'tree', '--format', 'chain', 't/top', 't/z']);
    const tags = [...new Set([...stdout.matchAll(/^\S+ ([0-9a-f]{64})$/gm)].map(([, tag]) => tag))];
    expect(tags).toHaveLength(6);
    const named = (await builder.docker('image', 'ls', '--format', '{{.Tag}}', 'luet/cache')).split('\n');
    expect(named).toEqual(expect.arrayContaining(tags));
    expect(named.filter((tag) => /^builder-[0-9a-f]{32}$/.test(tag)).length).toBeGreaterThanOrEqual(6);
  });

  test('is told in the metadata of top: its chain with the tags of luet, and the image in the engine that the builder image starts from', async () => {
    const { stdout } = await runCos(diamond, ['tags', '--tree', 'tree', '--format', 'chain', 't/top']);
    const { metadata } = readMetadata(readFileSync(diamond.path('build/packages/top-t-1.0.metadata.yaml'), 'utf8'), 'metadata.yaml');
    const chain = metadata?.chain ?? [];
    expect(`@ t/top\n${chain.map(({ package: { category, name, version }, packageHash }) => `${category}/${name}-${version} ${packageHash}\n`).join('')}`).toBe(stdout);
    // Each stands on the one before.
    expect(chain.slice(1).map(({ buildHash }) => buildHash)).toEqual(chain.slice(0, -1).map(({ packageHash }) => packageHash));
    expect(chain.map(({ package: { requires: needed } }) => needed.map(({ name }) => name))).toEqual([[], ['base'], ['m', 'base'], ['base'], ['z', 'a']]);
    expect(metadata?.spec).toMatchObject({ image: '', seed: `luet/cache:${chain.at(-2)?.packageHash ?? ''}` });
    expect((await builder.docker('image', 'ls', '--quiet', metadata?.spec.seed ?? '')).trim()).not.toBe('');
  });

  test('is not built again by any other request for it', async () => {
    for (const words of [['--all'], ['--full'], ['t/top'], ['t/m', '--revdeps'], ['t/z', '--only-target']]) expect((await build(diamond, ...words)).engineBuilds).toEqual([]);
  });

  test('is built again as far as a change reaches, and no further', async () => {
    appendFileSync(diamond.path('tree/a/build.yaml'), '- echo more >> /a\n');
    expect((await build(diamond, '--full')).engineBuilds).toEqual(['a', 'a builder', 'top', 'top builder', 'z', 'z builder']);
  });

  test('is rebuilt where it is named, without the layer cache of the engine, and nowhere else when nothing else comes of it', async () => {
    const run = await build(diamond, 't/a', '--rebuild');
    expect(run.engineBuilds).toEqual(['a', 'a builder']);
    expect(run.builtAnew).toEqual(['a', 'a builder']);
    expect((await build(diamond, '--all')).engineBuilds).toEqual([]);
  });
});

describe('a part of the diamond', () => {
  let diamond: Workspace;
  beforeAll(() => {
    // Other images than those above, so that nothing of them is in the cache of the engine.
    diamond = makeTree('chain', builder.base, { keep: true });
    writeFileSync(diamond.path('tree/base/part'), 'of another diamond\n');
  });
  afterAll(() => removeWorkspace(diamond));

  test('cannot be built alone when what it stands on is not there', async () => {
    const run = await builder.build(diamond, 't/m', '--nodeps');
    expect(run).toMatchObject({ exitCode: 1, engineBuilds: [] });
    expect(run.stdout).toContain('t/base@1.0');
  });

  test('can be what is below a package', async () => {
    const run = await build(diamond, 't/top', '--onlydeps', '--only-target');
    expect(run.engineBuilds).toEqual(['a', 'a builder', 'base builder', 'm', 'm builder', 'z', 'z builder']);
  });

  test('can then be built alone, and only it has an archive', async () => {
    expect((await build(diamond, 't/top', '--nodeps')).engineBuilds).toEqual(['top', 'top builder']);
    expect(archivesIn(diamond)).toEqual(['top']);
  });

  test('has archives of the named packages only on request, into the folder that is named', async () => {
    const run = await build(diamond, 't/z', '--only-target', '--destination', 'elsewhere');
    expect(run.engineBuilds).toEqual(['z', 'z builder']);
    expect(archivesIn(diamond, 'elsewhere')).toEqual(['z']);
  });

  test('takes what is built with it along', async () => {
    expect((await build(diamond, 't/m', '--revdeps', '--only-target', '--destination', 'above')).engineBuilds).toEqual([]);
    expect(archivesIn(diamond, 'above')).toEqual(['a', 'm', 'top']);
  });
});

describe('values files', () => {
  test('are merged, the last one wins, and what they change is built', async () => {
    const tree = makeTree(packagesOf({ p: 'image: base:1\nsteps:\n- echo "{{ .Values.word }} {{ .Values.other }}" > /p\n' }), builder.base);
    writeFileSync(tree.path('one.yaml'), 'word: one\nother: "1"\n');
    writeFileSync(tree.path('two.yaml'), 'word: two\n');
    const text = async (...words: readonly string[]): Promise<readonly [string | undefined, number]> => {
      const run = await build(tree, '--all', ...words.flatMap((file) => ['--values', file]));
      return [(await readArchive(tree.path('build/packages/p-t-1.0.package.tar.zst')))['p'], run.engineBuilds.length];
    };
    expect(await text('one.yaml', 'two.yaml')).toEqual(['two 1\n', 2]);
    expect(await text('two.yaml', 'one.yaml')).toEqual(['one 1\n', 2]);
    expect(await text('one.yaml', 'two.yaml')).toEqual(['two 1\n', 0]);
  });
});

describe('a cache of images', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(async () => registry.close());

  test('is filled by --push, and with --pull another checkout builds nothing', async () => {
    const cache = `${registry.host}/team/cache`;
    const recipes = packagesOf({ low: 'image: base:1\nsteps:\n- echo low > /low\n', high: `${requires('low')}prelude:\n- echo before > /before\nsteps:\n- cp /low /high\n` });
    const first = makeTree(recipes, builder.base);
    const second = makeTree(recipes, builder.base);
    expect((await build(first, 't/high', `--push=${cache}`)).engineBuilds).toEqual(['high', 'high builder', 'low', 'low builder']);
    expect((await build(second, 't/high', `--pull=${cache}`)).engineBuilds).toEqual([]);
    const archive = 'build/packages/high-t-1.0.package.tar.zst';
    expect(readFileSync(second.path(archive))).toEqual(readFileSync(first.path(archive)));
    expect(await readArchive(second.path(archive))).toEqual({ high: 'low\n' });
    // Who wants it built does not want what others built.
    expect((await build(second, 't/high', '--rebuild', `--pull=${cache}`)).engineBuilds).toEqual(['high', 'high builder']);
  });
});
