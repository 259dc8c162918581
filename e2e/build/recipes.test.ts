import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readMetadata } from '@cos/luet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive, readBytes } from '../rig/archive.ts';
import { runCos } from '../rig/cos.ts';
import { makeTree, packagesOf, requires } from '../rig/tree.ts';
import type { Workspace } from '../rig/workspace.ts';
import { archivesIn, startBuilder, type Builder, type BuildRun } from './builder.ts';

// What becomes of the kinds of recipes, on a real engine. What luet does differently, and why, is in docs/building-packages.md.

let builder: Builder;
beforeAll(async () => {
  builder = await startBuilder();
});
afterAll(async () => builder[Symbol.asyncDispose]());

async function build(workspace: Workspace, ...words: readonly string[]): Promise<BuildRun> {
  const run = await builder.build(workspace, ...words);
  if (run.exitCode !== 0) throw new Error(`cos build ${words.join(' ')} ended with ${String(run.exitCode)}:\n${run.stdout.slice(-4000)}\n${run.stderr.slice(-2000)}`);
  return run;
}

/** Archive of a package of the tree, without its ending. */
const archive = (name: string): string => `build/packages/${name}-t-1.0.package.tar.zst`;

/** luet's tags of a package: its own, and that of the base that is assembled for it. */
async function tagsOf(workspace: Workspace, name: string): Promise<{ readonly tag: string; readonly joinTag?: string }> {
  const { stdout } = await runCos(workspace, ['tags', '--tree', 'tree', '--format', 'json', `t/${name}`]);
  const found = (JSON.parse(stdout) as readonly { readonly name: string; readonly tag: string; readonly joinTag?: string }[]).find((one) => one.name === name);
  if (found === undefined) throw new Error(stdout);
  return found;
}

const edit = (workspace: Workspace, file: string, from: string, to: string): void => writeFileSync(workspace.path('tree', file), readFileSync(workspace.path('tree', file), 'utf8').replace(from, to));

describe('a package with requires_final_images', () => {
  test('stands on what it requires and what that needs at run time, the later one wins, and it is built again when the content of one changes, which its tag of luet does not tell', async () => {
    const tree = makeTree('final', builder.base);
    edit(tree, 'rt/build.yaml', 'echo rt > /rt', 'echo rt > /rt && echo rt > /shared');
    edit(tree, 'x/build.yaml', 'echo x > /x', 'echo x > /x && echo x > /shared');
    await build(tree, 't/os', '--only-target');
    const first = await readArchive(tree.path(archive('os')));
    expect(first).toMatchObject({ rt: 'rt\n', x: 'x\n', shared: 'x\n', 'etc/group': 'root:x:0:\n' });
    const tags = await tagsOf(tree, 'os');
    const assembled = `luet/cache:${tags.joinTag ?? ''}`;
    expect(readMetadata(readFileSync(tree.path('build/packages/os-t-1.0.metadata.yaml'), 'utf8'), 'metadata.yaml').metadata).toMatchObject({ spec: { image: assembled, seed: assembled }, chain: [{ packageHash: tags.tag }] });
    edit(tree, 'x/build.yaml', 'echo x > /x ', 'echo changed > /x ');
    expect((await build(tree, 't/os', '--only-target')).engineBuilds).toEqual(['os', 'os builder', 'x', 'x builder']);
    expect((await readArchive(tree.path(archive('os'))))['x']).toBe('changed\n');
    const after = await tagsOf(tree, 'os');
    expect(after.tag).toBe(tags.tag);
    expect(after.joinTag).not.toBe(tags.joinTag);
  });
});

describe('a package that copies from another one', () => {
  test('is built again when that one changes, which its tag of luet does not tell', async () => {
    const tree = makeTree('copypkg', builder.base);
    expect((await build(tree, 't/dst', '--only-target')).engineBuilds).toEqual(['dst', 'dst builder', 'src', 'src builder']);
    expect(await readArchive(tree.path(archive('dst')))).toEqual({ s3: 's\n' });
    const tags = await tagsOf(tree, 'dst');
    edit(tree, 'src/build.yaml', 'echo s > /s', 'echo other > /s');
    expect((await build(tree, 't/dst', '--only-target')).engineBuilds).toEqual(['dst', 'dst builder', 'src', 'src builder']);
    expect(await readArchive(tree.path(archive('dst')))).toEqual({ s3: 'other\n' });
    expect(await tagsOf(tree, 'dst')).toEqual(tags);
  });

  test('copies nothing where the version is missing, and says so', async () => {
    const copy = 'copy:\n- package: {category: t, name: src}\n  source: /s\n  destination: /s2\n';
    const tree = makeTree(packagesOf({ src: 'image: base:1\nsteps:\n- echo s > /s\n', dst: `image: base:1\n${copy}steps:\n- test ! -e /s2\n- echo dst > /dst\n` }), builder.base);
    const run = await build(tree, 't/dst');
    expect(run.engineBuilds).toEqual(['dst', 'dst builder']);
    expect(JSON.stringify(run.events) + run.stderr).toContain('COS_RESOLVE_NO_EFFECT');
  });
});

describe('a recipe', () => {
  test('without steps makes an empty archive: of nothing no image is built, of an image alone both images, which are one', async () => {
    const tree = makeTree(packagesOf({ nothing: '', bare: 'image: base:1\n' }), builder.base);
    expect((await build(tree, 't/nothing')).engineBuilds).toEqual([]);
    expect((await build(tree, 't/bare')).engineBuilds).toEqual(['bare builder']);
    expect(archivesIn(tree)).toEqual(['bare', 'nothing']);
    for (const name of ['nothing', 'bare']) expect(await readBytes(tree.path(archive(name)))).toEqual(Buffer.alloc(1024));
    expect(statSync(tree.path('build/packages/nothing-t-1.0.metadata.yaml')).mode & 0o777).toBe(0o644);
    const { tag } = await tagsOf(tree, 'bare');
    const listed = (await builder.docker('image', 'ls', '--filter', `reference=luet/cache:${tag}`, '--quiet')).trim();
    expect(listed).not.toBe('');
    // luet names the builder image of a target after the target.
    const id = (await builder.docker('image', 'inspect', '--format', '{{json .RepoTags}}', listed)).trim();
    expect(id).toMatch(/luet\/cache:builder-[0-9a-f]{32}/);
  });

  test('with an image and requirements is built on the image, and not the requirements', async () => {
    const tree = makeTree(packagesOf({ dep: 'image: base:1\nsteps:\n- echo dep > /dep\n', both: `image: base:1\n${requires('dep')}steps:\n- test ! -e /dep\n- echo both > /both\n` }), builder.base);
    expect((await build(tree, 't/both', '--only-target')).engineBuilds).toEqual(['both', 'both builder']);
    expect(await readArchive(tree.path(archive('both')))).toEqual({ both: 'both\n' });
  });

  test('with steps and nothing to stand on is refused before anything is built', async () => {
    const tree = makeTree(packagesOf({ p: 'steps:\n- make\n' }), builder.base);
    const run = await builder.build(tree, 't/p');
    expect(run.engineBuilds).toEqual([]);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain('p-t-1.0 is invalid: package has no dependencies and no seed image supplied while it has steps defined');
  });

  test('with a command of several lines without backslashes makes no Dockerfile; with them it is one command', async () => {
    const tree = makeTree(packagesOf({ p: 'image: base:1\nsteps:\n- |\n  echo one > /one\n  echo two > /two\n' }), builder.base);
    const run = await builder.build(tree, 't/p');
    expect(run.exitCode).toBe(1);
    const failed = run.events.flatMap((event) => (event.type === 'task-finished' && event.outcome === 'failed' ? [event.failure] : []));
    expect(failed).toMatchObject([{ code: 'COS_DOCKER_DOCKERFILE_SYNTAX' }]);
    edit(tree, 'p/build.yaml', 'one\n', 'one && \\\n');
    await build(tree, 't/p');
    expect(await readArchive(tree.path(archive('p')))).toEqual({ one: 'one\n', two: 'two\n' });
  });
});
