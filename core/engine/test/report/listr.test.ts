import { expect, test } from 'vitest';
import { configText, createCosWorkspace, launcher, shellPlugin, startProgram } from '../rig/cos.ts';

const targets = `
    many: { description: 'x', plan: ({ use }) => Array.from({ length: 60 }, (_, index) => use.shell.run({ name: 't' + index, inputs: { files: [] }, options: { command: 'echo ' + index + ' > out' } }).out) },
    slow: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'slow', inputs: { files: [] }, options: { command: 'echo first; sleep 1; echo second line >&2; sleep 1; echo > out' } }).out] },
    bad: { description: 'x', plan: ({ use }) => [use.shell.run({ name: 'bad', inputs: { files: [] }, options: { command: 'exit 3' } }).out] },`;
const files = { 'cos.config.ts': configText(targets), 'shell.ts': shellPlugin };

/** Runs in a terminal of the given width and answers what it shows, without what steers it. */
async function inTerminal(columns: number, ...args: readonly string[]): Promise<string> {
  await using workspace = await createCosWorkspace(files);
  const command = `stty cols ${columns} rows 50; exec '${process.execPath}' '${launcher}' ${args.join(' ')}`;
  const { stdout } = await startProgram('script', ['-qec', command, '/dev/null'], workspace.path, { TERM: 'xterm', NO_COLOR: '' }).ended;
  // oxlint-disable-next-line no-control-regex
  return stdout.replaceAll('\r', '').replaceAll(/\u001b\[[0-9;?]*[a-zA-Z]/g, '');
}

test('a terminal shows a row for each stage, not for each task, and the summary below', async () => {
  const shown = await inTerminal(100, 'run', 'many');
  expect(shown).toMatch(/shell\.run \d+\/60/);
  expect(shown).toMatch(/✔ shell\.run: 60 built\n[\s\S]*Done in [\d.]+s: 60 built\.\n$/);
});

test('a row shows what each running task printed last', async () => {
  const shown = await inTerminal(100, 'run', 'slow');
  expect(shown).toContain('slow | first');
  expect(shown).toContain('slow | second line');
  expect(shown).toMatch(/✔ shell\.run: 1 built\n/);
});

test('a failure marks the row and is told in full below', async () => {
  const shown = await inTerminal(100, 'run', 'bad');
  expect(shown).toMatch(/✖ shell\.run: 1 failed\n/);
  expect(shown).toContain('error COS_TASK_TOOL_FAILED: `sh` ended with exit status 3.');
});

test('a terminal too narrow for rows, and one with --verbose, get lines', async () => {
  expect(await inTerminal(30, 'run', 'bad')).toContain('running   shell.run#bad (first build)\n');
  expect(await inTerminal(100, 'run', 'bad', '--verbose')).toContain('running   shell.run#bad (first build)\n');
});
