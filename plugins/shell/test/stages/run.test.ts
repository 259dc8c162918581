import { readFile } from 'node:fs/promises';
import { createWorkspace, runStage } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { shell } from '../../src/index.ts';

test('a command reads its inputs as $1, $2 and makes "out"', async () => {
  await using files = await createWorkspace({ a: 'one\n', 'b/c': 'two\n' });
  await using run = await runStage(shell(), 'run', { inputs: { files: [files.join('a'), files.join('b')] }, options: { command: 'cat "$1" "$2/c" > out' } });
  expect(run.text).toBe('');
  expect(run.outcome).toBe('built');
  expect(await readFile(run.outputs.files.path, 'utf8')).toBe('one\ntwo\n');
});

test('several outputs are gathered in a folder under their paths', async () => {
  await using run = await runStage(shell(), 'run', { options: { command: 'mkdir -p x; echo 1 > x/one; echo 2 > two; echo 3 > three', outputs: ['x/one', 'two'] } });
  expect(run.text).toBe('');
  expect(await readFile(`${run.outputs.files.path}/x/one`, 'utf8')).toBe('1\n');
  await expect(readFile(`${run.outputs.files.path}/three`, 'utf8')).rejects.toThrow();
});

test('the command finds declared variables only', async () => {
  await using run = await runStage(shell(), 'run', { env: { PATH: process.env['PATH'], UNDECLARED: 'x' }, options: { command: 'echo "$NAME ${UNDECLARED:-none}" > out', env: { NAME: 'value' } } });
  expect(await readFile(run.outputs.files.path, 'utf8')).toBe('value none\n');
});

test('a command that fails shows its last lines', async () => {
  await using run = await runStage(shell(), 'run', { options: { command: 'echo going down >&2; exit 4' } });
  expect(run.outcome).toBe('failed');
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_TASK_TOOL_FAILED: \`sh\` ended with exit status 4.
      task: shell.run#test
      last output:
        | going down
      note: command: sh -euc 'echo going down >&2; exit 4' sh"
  `);
});

test('an output that was not made is told', async () => {
  await using run = await runStage(shell(), 'run', { options: { command: 'true' } });
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_SHELL_OUTPUT_MISSING: Expected the command to make "out"; it is not there.
      task: shell.run#test
      hint: Write it into the folder that the command starts in, or correct "outputs"."
  `);
});

test('outputs lie below the folder and apart from each other', async () => {
  await using up = await runStage(shell(), 'run', { options: { command: 'true', outputs: ['../x'] } });
  expect(up.text).toMatchInlineSnapshot(`
    "error COS_SHELL_OUTPUT_PATH: Expected a path below the command's folder as output; found "../x".
      task: shell.run#test
      hint: Write for example "out" or "dist/app.js"."
  `);
  await using inside = await runStage(shell(), 'run', { options: { command: 'true', outputs: ['a', 'a/b'] } });
  expect(inside.text).toMatchInlineSnapshot(`
    "error COS_SHELL_OUTPUT_PATH: Output "a/b" lies inside of output "a".
      task: shell.run#test
      hint: Leave "a/b" out."
  `);
});

test('the version of a declared tool is looked up, a missing one is told before anything runs', async () => {
  await using run = await runStage(shell({ tools: ['no-such-tool-at-all'] }), 'run', { options: { command: 'true' } });
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_TOOL_MISSING: The tool \`no-such-tool-at-all\` was not found on this host.
      note: needed by shell.run
      hint: Install the package that brings \`no-such-tool-at-all\`."
  `);
});

test('a misspelt option is found', async () => {
  await using run = await runStage(shell(), 'run', { options: { command: 'true', output: ['x'] } as { command: string } });
  expect(run.text.replace(/\n {2}at [\s\S]*?(?=\n {2}hint)/, '')).toMatchInlineSnapshot(`
    "error COS_PLAN_OPTIONS: The options of task shell.run#test have an unknown key "output".
      hint: Did you mean "outputs"?"
  `);
});
