import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineArtifact, noMeta } from '../../src/model/artifact.ts';
import { textStage } from './stages.ts';
import { makePipeline, makeWorkspace, type Ran, type Workspace } from './workspace.ts';

const folder = defineArtifact({ name: 'folder', storage: 'tree', meta: noMeta });
const treeStage = textStage(() => 'x', {
  outputs: { out: folder },
  run: async ({ emit, scratch, options }: any) => {
    mkdirSync(join(scratch, 'tree/sub'), { recursive: true });
    writeFileSync(join(scratch, 'tree/sub/data'), options.content, { mode: 0o640 });
    writeFileSync(join(scratch, 'tree/run'), '#!/bin/sh\n', { mode: 0o700 });
    symlinkSync('sub/data', join(scratch, 'tree/link'));
    return { out: await emit.out('tree', {}) };
  },
});
const fileStage = textStage(({ options }) => (options as { content: string }).content);

const publishing = (stage: typeof fileStage, path: string, content = 'one') => makePipeline({ tasks: [{ stage, name: 'a', options: { content } }], wanted: { [path]: 'a:out' } });
const changes = (ran: Ran) => ran.events.flatMap((event) => (event.type === 'output-published' ? [`${event.path} ${event.changed}`] : []));
const at = (workspace: Workspace, path: string) => join(workspace.root, path);

describe('a named file', () => {
  test('is told of in every run, and changed only when it was', async () => {
    const workspace = makeWorkspace();
    expect(changes(await workspace.run(publishing(fileStage, 'deep/in/x.txt')))).toEqual(['build/deep/in/x.txt true']);
    const again = await workspace.run(publishing(fileStage, 'deep/in/x.txt'));
    expect(changes(again)).toEqual(['build/deep/in/x.txt false']);
    expect(again.summary.outputs).toEqual(['build/deep/in/x.txt']);
  });

  test('that was only touched is left alone', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(fileStage, 'x'));
    const { ino } = statSync(at(workspace, 'build/x'));
    utimesSync(at(workspace, 'build/x'), 5, 5);
    expect((await workspace.run(publishing(fileStage, 'x'))).outcomes).toEqual({ a: 'fresh' });
    expect(statSync(at(workspace, 'build/x')).ino).toBe(ino);
  });

  test('never shares its bytes with the cache', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(fileStage, 'x'));
    writeFileSync(at(workspace, 'build/x'), 'ruined by hand');
    linkSync(at(workspace, 'build/x'), at(workspace, 'build/y'));
    await workspace.run(publishing(fileStage, 'x'));
    expect(workspace.read('build/x')).toBe('one');
    expect(workspace.read('build/y')).toBe('ruined by hand');
  });

  test('replaces a link instead of writing through it', async () => {
    const workspace = makeWorkspace();
    workspace.write('precious', 'kept');
    mkdirSync(at(workspace, 'build'));
    symlinkSync('../precious', at(workspace, 'build/x'));
    await workspace.run(publishing(fileStage, 'x'));
    expect(lstatSync(at(workspace, 'build/x')).isFile()).toBe(true);
    expect(workspace.read('precious')).toBe('kept');
  });

  test('does not replace a folder', async () => {
    const workspace = makeWorkspace();
    workspace.write('build/x/mine', 'kept');
    const ran = await workspace.run(publishing(fileStage, 'x'));
    expect(ran.failures).toEqual(['COS_TASK_OUTPUT_BLOCKED: `build/x` cannot be put in place: a folder is there that cos did not make.']);
    expect(workspace.read('build/x/mine')).toBe('kept');
    rmSync(at(workspace, 'build/x'), { recursive: true });
    expect((await workspace.run(publishing(fileStage, 'x'))).outcomes).toEqual({ a: 'cached' });
  });

  test('does not replace a folder that has come to its place since', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(fileStage, 'x'));
    rmSync(at(workspace, 'build/x'));
    workspace.write('build/x/mine', 'kept');
    const ran = await workspace.run(publishing(fileStage, 'x'));
    expect(ran.failures).toEqual(['COS_TASK_OUTPUT_BLOCKED: `build/x` cannot be put in place: a folder is there that cos did not make.']);
    expect(workspace.read('build/x/mine')).toBe('kept');
  });

  test('may lie on another disk that the out folder links to', async () => {
    const workspace = makeWorkspace();
    mkdirSync(at(workspace, 'elsewhere'));
    symlinkSync('elsewhere', at(workspace, 'build'));
    expect((await workspace.run(publishing(fileStage, 'x'))).failures).toEqual([]);
    expect(workspace.read('elsewhere/x')).toBe('one');
    expect((await workspace.run(publishing(fileStage, 'x'))).outcomes).toEqual({ a: 'fresh' });
  });

  test('needs a folder for it', async () => {
    const workspace = makeWorkspace();
    workspace.write('build', 'mine');
    expect((await workspace.run(publishing(fileStage, 'x'))).failures).toEqual(['COS_TASK_OUTPUT_BLOCKED: `build/x` cannot be put in place: `build` is a file.']);
    rmSync(at(workspace, 'build'));
    symlinkSync('nowhere', at(workspace, 'build'));
    expect((await workspace.run(publishing(fileStage, 'x'))).failures).toEqual(['COS_TASK_OUTPUT_BLOCKED: `build/x` cannot be put in place: `build` is a link that leads nowhere.']);
  });

  test.each([
    ['../x', '`x` cannot be put in place: the path leaves the folder of named outputs.'],
    ['out/x', '`build/out/x` cannot be put in place: the link `out` above it leads out of the folder.'],
    ['file/x', '`build/file/x` cannot be put in place: `file` above it is a file.'],
  ])('is not written to %s', async (path, message) => {
    const workspace = makeWorkspace();
    workspace.write('build/file', '');
    symlinkSync('..', at(workspace, 'build/out'));
    expect((await workspace.run(publishing(fileStage, path))).failures).toEqual([`COS_TASK_OUTPUT_BLOCKED: ${message}`]);
    expect(existsSync(at(workspace, 'x'))).toBe(false);
  });
});

describe('a named folder', () => {
  test('comes with plain modes and is replaced as a whole', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(treeStage, 'tree'));
    expect(readdirSync(at(workspace, 'build/tree'))).toEqual(['link', 'run', 'sub']);
    expect([statSync(at(workspace, 'build/tree/run')).mode & 0o777, statSync(at(workspace, 'build/tree/sub/data')).mode & 0o777]).toEqual([0o755, 0o644]);
    workspace.write('build/tree/extra', 'by hand');
    expect((await workspace.run(publishing(treeStage, 'tree'))).outcomes).toEqual({ a: 'cached' });
    expect(readdirSync(at(workspace, 'build/tree'))).toEqual(['link', 'run', 'sub']);
    expect((await workspace.run(publishing(treeStage, 'tree', 'two'))).outcomes).toEqual({ a: 'built' });
    expect(workspace.read('build/tree/link')).toBe('two');
    expect((await workspace.run(publishing(treeStage, 'tree', 'two'))).outcomes).toEqual({ a: 'fresh' });
    expect(readdirSync(at(workspace, 'build'))).toEqual(['tree']);
  });

  test('is put back when a file in it was edited, removed or replaced', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(treeStage, 'tree'));
    for (const edit of [() => workspace.write('build/tree/sub/data', 'xxx'), () => rmSync(at(workspace, 'build/tree/link')), () => rmSync(at(workspace, 'build/tree'), { recursive: true })]) {
      edit();
      expect(changes(await workspace.run(publishing(treeStage, 'tree')))).toEqual(['build/tree true']);
      expect(workspace.read('build/tree/link')).toBe('one');
    }
  });

  test('takes an empty folder or one with the right bytes, and no other that is not known', async () => {
    const workspace = makeWorkspace();
    mkdirSync(at(workspace, 'build/tree'), { recursive: true });
    expect((await workspace.run(publishing(treeStage, 'tree'))).failures).toEqual([]);
    rmSync(at(workspace, '.cos'), { recursive: true });
    expect(changes(await workspace.run(publishing(treeStage, 'tree')))).toEqual(['build/tree false']);
    rmSync(at(workspace, '.cos'), { recursive: true });
    workspace.write('build/tree/mine', 'kept');
    expect((await workspace.run(publishing(treeStage, 'tree'))).failures).toEqual(['COS_TASK_OUTPUT_BLOCKED: `build/tree` cannot be put in place: a folder is there that cos did not make.']);
    expect(workspace.read('build/tree/mine')).toBe('kept');
  });

  test('may be one file, which is replaced like one', async () => {
    const workspace = makeWorkspace();
    const oneFile = textStage(() => 'x', { outputs: { out: folder }, run: async ({ emit, scratch, options }: any) => (writeFileSync(join(scratch, 'out'), options.content), { out: await emit.out('out', {}) }) });
    await workspace.run(publishing(oneFile, 'x'));
    expect((await workspace.run(publishing(oneFile, 'x', 'two'))).failures).toEqual([]);
    expect(workspace.read('build/x')).toBe('two');
    rmSync(at(workspace, 'build/x'));
    workspace.write('build/x/mine', 'kept');
    expect((await workspace.run(publishing(oneFile, 'x'))).failures).toEqual([expect.stringContaining('a folder is there that cos did not make')]);
  });

  test('may become a file and a folder again', async () => {
    const workspace = makeWorkspace();
    await workspace.run(publishing(treeStage, 'x'));
    expect((await workspace.run(publishing(fileStage, 'x'))).failures).toEqual([]);
    expect(workspace.read('build/x')).toBe('one');
    expect((await workspace.run(publishing(treeStage, 'x'))).failures).toEqual([]);
    expect(workspace.read('build/x/link')).toBe('one');
  });
});

test('copies that a killed run left beside outputs are removed', async () => {
  const workspace = makeWorkspace();
  workspace.write('build/.cos-00000000-1-1-1/half', '');
  workspace.write('build/.cos-00000000-1-1-2.old', '');
  workspace.write('build/.cos-notes', 'mine');
  await workspace.run(publishing(fileStage, 'x'));
  expect(readdirSync(at(workspace, 'build'))).toEqual(['.cos-notes', 'x']);
});
