import { execFileSync } from 'node:child_process';
import { chmod, cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createWorkspace } from '../../src/testing.ts';
import { configText, createCosWorkspace, launcher, shellPlugin, startProgram } from '../rig/cos.ts';

const files = { 'cos.config.ts': configText(`    t: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: 'echo > out' } }).out] },`), 'shell.ts': shellPlugin };

/** Files that Node loads, told by a hook that is there before the launcher. */
async function loadedBy(args: readonly string[], workspace: { readonly path: string; write(files: Record<string, string>): Promise<void>; read(path: string): Promise<string> }): Promise<readonly string[]> {
  await workspace.write({ 'spy.mjs': "import { registerHooks } from 'node:module'; import { appendFileSync } from 'node:fs'; registerHooks({ load(url, context, next) { appendFileSync('loaded.txt', url + '\\n'); return next(url, context); } });\n" });
  await startProgram(process.execPath, ['--import', './spy.mjs', launcher, ...args], workspace.path).ended;
  return (await workspace.read('loaded.txt')).trimEnd().split('\n');
}

const heavy = /node_modules\/(?:dockerode|yaml|js-yaml|listr2|jiti|zod|cosmiconfig|tinyglobby|handlebars|typescript)\//;

test('help, and an unknown flag, load none of the heavy libraries', async () => {
  for (const args of [['--help'], ['run', '--help'], ['--version'], ['list', '--nope']]) {
    await using workspace = await createWorkspace({});
    const loaded = await loadedBy(args, workspace);
    expect(loaded.some((url) => url.includes('commander'))).toBe(true);
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  }
});

test('a run in a pipe loads neither the renderer for terminals nor the slower config loader', async () => {
  await using workspace = await createCosWorkspace(files);
  const loaded = await loadedBy(['run', 't'], workspace);
  expect(loaded.filter((url) => /node_modules\/(?:listr2|jiti)\//.test(url))).toEqual([]);
});

// A Node that says it is another one: the launcher only looks at its version.
const oldNode = (version: string) => `#!/bin/sh\nexec ${process.execPath} --import 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})' "$@"\n`;

test.each(['18.20.0', '20.19.2', '22.22.1', '23.9.0', '24.14.9'])('Node %s hands over to the one that npm has put into the workspace', async (version) => {
  await using workspace = await createCosWorkspace({ ...files, 'old-node': oldNode(version), 'node_modules/.bin/node': `#!/bin/sh\necho "other node" >&2\nexec ${process.execPath} "$@"\n` });
  await chmod(workspace.join('old-node'), 0o755);
  await chmod(workspace.join('node_modules/.bin/node'), 0o755);
  const { exitCode, stdout, stderr } = await startProgram(workspace.join('old-node'), [launcher, 'run', 't', '--reporter', 'json'], workspace.path).ended;
  expect([exitCode, stderr]).toEqual([0, 'other node\n']);
  expect(stdout).toContain('"type":"summary"');
});

test('without another Node it says what is needed, with exit status 3', async () => {
  await using workspace = await createWorkspace({ 'old-node': oldNode('18.20.0') });
  await chmod(workspace.join('old-node'), 0o755);
  // A copy, because beside the real one there is a Node to hand over to.
  await cp(launcher, workspace.join('package/bin/cos.mjs'));
  const { exitCode, stderr } = await startProgram(workspace.join('old-node'), [workspace.join('package/bin/cos.mjs'), '--help'], workspace.path).ended;
  expect(exitCode).toBe(3);
  expect(stderr.replace(process.arch, '<arch>')).toMatchInlineSnapshot(`
    "This is Node 18.20.0.
    cos needs Node ^22.22.2 or >= 24.15.0. Install it, or let npm bring it into the workspace:

        npm install --save-dev node-linux-<arch>@24
    "
  `);
});

test('the exit status and signals go through the hand-over', async () => {
  await using workspace = await createCosWorkspace({ ...files, 'old-node': oldNode('20.0.0'), 'node_modules/.bin/node': `#!/bin/sh\nexec ${process.execPath} "$@"\n` });
  await chmod(workspace.join('old-node'), 0o755);
  await chmod(workspace.join('node_modules/.bin/node'), 0o755);
  expect((await startProgram(workspace.join('old-node'), [launcher, 'run', 'nope'], workspace.path).ended).exitCode).toBe(2);
});

test('the launcher is JavaScript that an old Node can read', () => {
  const text = execFileSync('cat', [launcher], { encoding: 'utf8' });
  expect(text).not.toMatch(/import\.meta\.(?:dirname|filename)|\busing\b|with \{ type/);
  expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
  expect(fileURLToPath(new URL('../../bin/cos.js', import.meta.url))).toBe(launcher);
});
