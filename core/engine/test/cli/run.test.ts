import { expect, test } from 'vitest';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const targets = `
    upper: {
      description: 'upper case, twice',
      params: { level: { type: 'choice', choices: ['fast', 'release'], default: 'fast', description: 'how hard' }, names: { type: 'list', positional: true, description: 'names' } },
      plan({ use, source, params, values }) {
        const one = use.shell.run({ name: 'one', inputs: { files: [source('src/a.txt')] }, options: { command: 'tr a-z A-Z < "$1" > out # ' + [params.level, ...params.names, values.kernel].join(' ') } });
        return { 'upper.txt': use.shell.run({ name: 'two', inputs: { files: [one.out] }, options: { command: 'cat "$1" "$1" > out' } }).out };
      },
    },
    other: { description: 'something else', params: { level: { type: 'text', description: 'x' } }, plan: ({ use }) => [use.shell.run({ name: 'other', inputs: { files: [] }, options: { command: 'echo > out' } }).out] },
    fails: { description: 'does not work', plan: ({ use }) => [use.shell.run({ name: 'bad', inputs: { files: [] }, options: { command: 'echo going; echo down >&2; exit 4' } }).out] },`;
const files = { 'cos.config.ts': configText(targets), 'shell.ts': shellPlugin, 'src/a.txt': 'hello\n' };

/** Times and seeds differ from run to run. */
const steady = (text: string) => text.replaceAll(/\b\d+(?:\.\d+)?s\b/g, '0s').replaceAll(/--seed \d+/g, '--seed 1').replaceAll(/\d{8}-\d{6}-\d+-\d+/g, '<run>');

test('a run builds, publishes and says so; the next one does nothing; an edit runs what depends on it', async () => {
  await using workspace = await createCosWorkspace(files);
  const first = await workspace.cos('run', 'upper');
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(steady(first.stdout)).toMatchInlineSnapshot(`
    "cos run upper: 2 tasks
    running   shell.run#one (first build)
    built     shell.run#one 0s
    running   shell.run#two (first build)
    built     shell.run#two 0s

    Outputs
      build/upper.txt

    Done in 0s: 2 built.
    "
  `);
  expect(await workspace.read('build/upper.txt')).toBe('HELLO\nHELLO\n');
  const second = await workspace.cos('run', 'upper');
  expect(steady(second.stdout)).toMatchInlineSnapshot(`
    "cos run upper: 2 tasks

    Outputs
      build/upper.txt (unchanged)

    Done in 0s: 2 fresh.
    "
  `);
  await workspace.write({ 'src/a.txt': 'bye\n' });
  const dry = await workspace.cos('run', 'upper', '--dry-run');
  expect(steady(dry.stdout)).toMatchInlineSnapshot(`
    "would build shell.run#one  input \`files\` changed: src/a.txt
    would build shell.run#two  inputs pending: shell.run#one would build
    2 would build, 0 cached, 0 fresh. Nothing was run.
    "
  `);
  const summary = JSON.parse((await workspace.cos('run', 'upper', '--dry-run', '--reporter', 'json')).stdout.trimEnd().split('\n').at(-1) ?? '');
  expect({ ...summary, durationMs: 0 }).toEqual({ type: 'summary', dryRun: true, fresh: 0, cached: 0, built: 0, failed: 0, skipped: 0, cancelled: 0, wouldBuild: 2, wouldFail: 0, durationMs: 0, exitCode: 0, seed: 0, outputs: [] });
  const why = await workspace.cos('why', 'one');
  expect(why.stdout).toMatchInlineSnapshot(`
    "shell.run#one  run a command

    Now: would build (input \`files\` changed: src/a.txt).
      - input \`files\` changed: src/a.txt
          changed src/a.txt

    Last run: fresh (nothing that it reads has changed).

    What is there: built before (first build).
    "
  `);
  const third = await workspace.cos('run', 'upper');
  expect(steady(third.stdout)).toContain('Done in 0s: 2 built.');
  expect(await workspace.read('build/upper.txt')).toBe('BYE\nBYE\n');
});

test('events are lines of JSON, the last one is the summary', async () => {
  await using workspace = await createCosWorkspace(files);
  await workspace.cos('run', 'upper');
  const { stdout, exitCode } = await workspace.cos('run', 'upper', 'other', '--reporter', 'json');
  const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  expect(exitCode).toBe(0);
  expect(events[0]).toEqual({ type: 'run-started', targets: ['upper', 'other'], tasks: 3, effects: [], stages: [{ plugin: 'shell', stage: 'run', tasks: 3 }] });
  expect(events.at(-1)).toMatchObject({ type: 'summary', fresh: 2, cached: 0, built: 1, failed: 0, skipped: 0, cancelled: 0, exitCode: 0, outputs: ['build/upper.txt'] });
});

test('a failing task shows its last lines, the log and what to do next', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout } = await workspace.cos('run', 'fails');
  expect(exitCode).toBe(1);
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "cos run fails: 1 task
    running   shell.run#bad (first build)
    failed    shell.run#bad 0s

    error COS_TASK_TOOL_FAILED: \`sh\` ended with exit status 4.
      task: shell.run#bad
      last output:
        | going
        | down
      note: command: sh -euc 'echo going; echo down >&2; exit 4' sh

    Failed in 0s: 1 failed.

    What next
      its whole output: .cos/logs/<run>/shell.run#bad.log
      why it ran:       npx cos why 'shell.run#bad'
      the same order:   npx cos run ... --seed 1
    "
  `);
});

test('parameters reach the target, --set and --values the values', async () => {
  await using workspace = await createCosWorkspace({ ...files, 'more.yaml': 'kernel: file\n' });
  const command = async (...args: readonly string[]) => JSON.parse((await workspace.cos('plan', 'upper', '--json', ...args)).stdout).tasks[0].options.command.split('# ')[1];
  expect(await command()).toBe('fast default');
  expect(await command('--level', 'release', 'x', 'y')).toBe('release x y default');
  expect(await command('--level=release', '--', '--z')).toBe('release --z default');
  expect(await command('--values', 'more.yaml')).toBe('fast file');
  expect(await command('--values', 'more.yaml', '--set', 'kernel=set')).toBe('fast set');
});

test('a plan is equal bytes each time', async () => {
  await using workspace = await createCosWorkspace(files);
  const [first, second] = [await workspace.cos('plan', '--json'), await workspace.cos('plan', '--json')];
  expect(first.exitCode).toBe(0);
  expect(second.stdout).toBe(first.stdout);
});

test('list says what there is', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.cos('list')).stdout).toMatchInlineSnapshot(`
    "Targets (cos run <target>)
      upper   upper case, twice
      other   something else
      fails   does not work

    Derivatives
      sample  0.0.0, from preset, linux/amd64

    Plugin shell
      run     run a command
    "
  `);
});

test('clean removes the cache; outputs stay unless --all', async () => {
  await using workspace = await createCosWorkspace(files);
  await workspace.cos('run', 'upper');
  expect((await workspace.cos('clean')).stdout).toMatchInlineSnapshot(`
    "Removed .cos/cache, .cos/state, .cos/logs.
    "
  `);
  expect(await workspace.read('build/upper.txt')).toBe('HELLO\nHELLO\n');
  expect((await workspace.cos('clean', '--all')).stdout).toBe('Removed build.\n');
  await expect(workspace.read('build/upper.txt')).rejects.toThrow();
});

test('a command in a folder below the workspace finds the config above', async () => {
  await using workspace = await createCosWorkspace(files);
  const { startProgram, launcher } = await import('../rig/cos.ts');
  const { exitCode, stdout } = await startProgram(process.execPath, [launcher, 'graph', 'upper'], workspace.join('src')).ended;
  expect([exitCode, stdout]).toEqual([0, 'shell.run#two\n└─ shell.run#one\n']);
});

test('a bug says that it is one, with all that a report needs, and exit status 70', async () => {
  await using workspace = await createCosWorkspace({ ...files, 'shell.ts': shellPlugin.replace('const paths =', "void Promise.reject(new RangeError('left alone'));\n    const paths =") });
  const { exitCode, stderr } = await workspace.cos('run', 'upper');
  expect(exitCode).toBe(70);
  expect(stderr).toMatch(/^Internal error: this is a bug in cos or in a plugin, not a mistake of yours\.\n\nRangeError: left alone\n {4}at .*shell\.ts:\d+:\d+/);
  expect(stderr).toMatch(/\ncos \d+\.\d+\.\d+, Node v\d+/);
});

test('looking at all targets leaves out those that cannot be planned, and says why', async () => {
  const more = `${targets}
    later: { description: 'x', plan: ({ use, source }) => [use.shell.run({ name: 'later', inputs: { files: [source('not-there-yet')] }, options: { command: 'true' } }).out] },
    asks: { description: 'x', params: { what: { type: 'text', required: true, description: 'x' } }, plan: () => [] },`;
  await using workspace = await createCosWorkspace({ ...files, 'cos.config.ts': configText(more) });
  const { exitCode, stdout, stderr } = await workspace.cos('graph');
  expect([exitCode, stdout]).toEqual([0, 'shell.run#bad\nshell.run#other\nshell.run#two\n└─ shell.run#one\n']);
  expect(stderr).toContain('warning COS_PLAN_SOURCE: Expected a file or folder as source; "not-there-yet" does not exist.');
  expect(stderr).toContain('note: target "later" is left out');
  expect((await workspace.cos('graph', 'later')).exitCode).toBe(2);
  expect((await workspace.cos('why', 'two')).exitCode).toBe(0);
});
