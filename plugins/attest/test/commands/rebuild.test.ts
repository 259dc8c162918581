import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { asDigest, type RepetitionRequest } from '@cos/core';
import { createWorkspace, runCommand } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { attest } from '../../src/index.ts';
import { digest, hex, repetitionOf, statementOf, step, type StatementParts } from '../rebuild/statements.ts';

type Repeated = Parameters<typeof repetitionOf>[0];

interface Case {
  readonly statement?: StatementParts | string;
  readonly repeated?: Repeated;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** `cos rebuild made.txt`, where a second build makes what `repeated` says. */
async function rebuild({ statement = {}, repeated = {}, files = {}, args = {} }: Case = {}) {
  await using workspace = await createWorkspace({ 'made.txt': 'made', 'made.txt.provenance.json': typeof statement === 'string' ? statement : JSON.stringify(statementOf(statement)), ...files });
  const asked: RepetitionRequest[] = [];
  const run = await runCommand(attest(), 'rebuild', {
    workspace: workspace.path,
    args: { artifact: 'made.txt', ...args },
    repeat: (request) => {
      asked.push(request);
      return Promise.resolve(repetitionOf(repeated));
    },
  });
  return { ...run, asked };
}

describe('cos rebuild', () => {
  test('asks for the target of the statement with its parameters, and says that the bytes are the same', async () => {
    const { exitCode, printed, asked, logged, text } = await rebuild();
    expect([exitCode, printed, text]).toEqual([0, 'identical: made.txt\n1 step was done again, and each made what made.txt.provenance.json says.\n', '']);
    expect(asked).toEqual([expect.objectContaining({ target: 'make', derivative: 'sample', platform: 'linux/amd64', parameters: { squash: 'fast' }, artifact: 'shell.run#made:out', known: new Set([digest('made')]) })]);
    expect(logged).toEqual(['made.txt.provenance.json is believed as it is: --key FILE demands a signature.']);
  });

  test('names the step where other bytes come from, the files in it, and those that followed', async () => {
    await using archives = await createWorkspace({ 'before/usr/id': '1', 'after/usr/id': '2', 'before/same': '1', 'after/same': '1' });
    const before = [step('build.image#app/tool', ['a'], 'image', { outputs: [{ name: 'image', kind: 'image', digest: digest('image') }] }), step('shell.run#made', ['image'], 'made')];
    const after = [step('build.image#app/tool', ['a'], 'other', { outputs: [{ name: 'image', kind: 'image', digest: digest('other') }] }), step('shell.run#made', ['other'], 'unlike')];
    const found = (folder: string) => (kind: string) => Promise.resolve(kind === 'image' ? { path: archives.join(folder) } : undefined);
    const { exitCode, printed } = await rebuild({ statement: { steps: before }, repeated: { steps: after, kept: found('before'), made: found('after') } });
    expect(exitCode).toBe(1);
    expect(printed).toBe(`different: made.txt
build.image#app/tool made something else of the same inputs
  app/tool: usr/id  content ${hex('1').slice(0, 12)} -> ${hex('2').slice(0, 12)}
1 step followed: shell.run#made
`);
  });

  test('says which output differs where no files can be named', async () => {
    const { exitCode, printed } = await rebuild({ repeated: { steps: [step('shell.run#made', ['a'], 'unlike')] } });
    expect([exitCode, printed]).toEqual([1, `different: made.txt\nshell.run#made made something else of the same inputs\n  out (text-file): ${digest('made').slice(0, 19)}… -> ${digest('unlike').slice(0, 19)}…\n`]);
  });

  test('says all of it in JSON', async () => {
    const { exitCode, printed } = await rebuild({ args: { json: true }, repeated: { steps: [step('shell.run#made', ['a'], 'unlike')] } });
    expect(exitCode).toBe(1);
    expect(JSON.parse(printed)).toEqual({
      format: 1,
      artifact: 'made.txt',
      statement: { file: 'made.txt.provenance.json', signedBy: null },
      identical: false,
      causes: [],
      steps: { identical: 0, origins: [{ task: 'shell.run#made', outputs: [{ name: 'out', kind: 'text-file', before: digest('made'), after: digest('unlike') }], seenIn: null, files: [] }], asked: [], followed: [], missing: [], additional: [] },
      files: [],
    });
  });

  test('refuses a workspace with other sources before anything is built, and tells all that is different', async () => {
    const repeated: Repeated = { sources: { 'packages/a b': 'changed', new: '1' }, steps: [step('shell.run#made', ['a'], 'made', { options: { title: 'B\u001b[31m' } })], tools: { sh: ['2'] } };
    const { exitCode, text, printed } = await rebuild({ repeated });
    expect([exitCode, printed]).toEqual([2, '']);
    expect(text).toMatchInlineSnapshot(`
      "error COS_ATTEST_WORKSPACE: Expected the workspace that made.txt.provenance.json was written of; 3 things are different, so that other bytes would be no wonder.
        note: source new: it is read, and is not in the statement
        note: source packages/a b: its content is another
        note: step shell.run#made: option title: none -> "B\\u001b[31m"
        note: tool sh: 1 -> 2
        hint: Check out the revision that it was built from, with its cos.lock, and give --set and --values as they were given. \`--anyway\` builds all the same."
    `);
    const anyway = await rebuild({ repeated, args: { anyway: true } });
    expect([anyway.exitCode, anyway.printed]).toEqual([0, expect.stringContaining('identical: made.txt\n1 step was done again')]);
    expect(anyway.printed).toContain('\nsource packages/a b: its content is another\n');
  });

  test('tells of another tool, and goes on', async () => {
    const { exitCode, logged, printed } = await rebuild({ repeated: { tools: { sh: ['2'] } } });
    expect([exitCode, logged[0]]).toEqual([0, 'warning: tool sh: 1 -> 2']);
    expect(printed).toContain('tool sh: 1 -> 2\n');
  });

  test('refuses an artifact that is not the one of the statement, before anything is planned', async () => {
    const { exitCode, text, asked } = await rebuild({ files: { 'made.txt': 'changed' } });
    expect([exitCode, asked]).toEqual([2, []]);
    expect(text).toBe(`error COS_ATTEST_OTHER_ARTIFACT: Expected made.txt to have the SHA-256 that made.txt.provenance.json names, ${hex('made')}; found ${hex('changed')}.\n  hint: It was changed since, or the statement is of another build.`);
  });

  test('refuses a folder in which a file was changed', async () => {
    const files = { 'folder/repository.yaml': 'x', 'folder.provenance.json': JSON.stringify(statementOf()) };
    expect(await rebuild({ files, args: { artifact: 'folder' } })).toMatchObject({ exitCode: 0, printed: expect.stringContaining('identical: folder\n') });
    const refused = await rebuild({ files, args: { artifact: 'folder' }, repeated: { digestOf: 'changed' } });
    expect([refused.exitCode, refused.problems.map(({ code }) => code)]).toEqual([2, ['COS_ATTEST_OTHER_ARTIFACT']]);
  });

  test('looks into an image that lies outside of the workspace, and leaves nothing of it', async () => {
    await using elsewhere = await createWorkspace({ 'before/usr/id': '1', 'after/usr/id': '2' });
    for (const side of ['before', 'after']) execFileSync('mksquashfs', [elsewhere.join(side), elsewhere.join(`${side}.squashfs`), '-quiet', '-no-progress', '-all-root', '-mkfs-time', '0', '-all-time', '0'], { stdio: 'pipe' });
    const [before, after] = ['before', 'after'].map((side) => createHash('sha256').update(readFileSync(elsewhere.join(`${side}.squashfs`))).digest('hex'));
    const made = (hexadecimal = '') => [step('shell.run#made', ['a'], '', { outputs: [{ name: 'out', kind: 'squashfs-image', digest: asDigest(`sha256:${hexadecimal}`) }] })];
    const text = JSON.stringify(statementOf({ steps: made(before) })).replaceAll(hex('made'), before ?? '');
    await elsewhere.write({ 'before.squashfs.provenance.json': text });
    await using workspace = await createWorkspace();
    const { exitCode, printed } = await runCommand(attest(), 'rebuild', { workspace: workspace.path, args: { artifact: elsewhere.join('before.squashfs') }, repeat: () => Promise.resolve(repetitionOf({ steps: made(after), made: () => Promise.resolve({ path: elsewhere.join('after.squashfs') }) })) });
    expect([exitCode, printed]).toEqual([1, expect.stringContaining(`before.squashfs:\n  usr/id  content ${hex('1').slice(0, 12)} -> ${hex('2').slice(0, 12)}\n`)]);
    expect(readdirSync(workspace.join('.cos/scratch'))).toEqual([]);
  });

  test('refuses what is not there, and to leave the second artifact where something is', async () => {
    expect(await rebuild({ args: { artifact: 'none.txt' } })).toMatchObject({ exitCode: 2, text: expect.stringContaining('error COS_ATTEST_REQUEST: Expected a file or folder that was built; found none at none.txt.') });
    expect(await rebuild({ args: { keep: '.' } })).toMatchObject({ exitCode: 2, text: expect.stringContaining('error COS_ATTEST_REQUEST: Expected nothing at made.txt, where the second artifact is to be left; there is something.') });
    expect(await rebuild({ statement: '{' })).toMatchObject({ exitCode: 2, problems: [{ code: 'COS_ATTEST_STATEMENT' }] });
  });

  test('ends with the exit code of a build that failed, and says nothing of bytes', async () => {
    expect(await rebuild({ repeated: { failed: 3 } })).toMatchObject({ exitCode: 3, printed: '' });
  });
});
