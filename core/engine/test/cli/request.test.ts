import { describe, expect, test } from 'vitest';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const targets = `
    build: {
      description: 'builds packages',
      params: {
        squash: { type: 'choice', choices: ['fast', 'release'], default: 'fast', description: 'compression' },
        packages: { type: 'list', positional: true, description: 'packages' },
        sizeLimit: { type: 'integer', minimum: 1, description: 'megabytes' },
        quick: { type: 'flag', description: 'skip checks' },
      },
      plan: ({ use }) => [use.shell.run({ name: 'a', inputs: { files: [] }, options: { command: 'echo > out' } }).out],
    },
    'build-iso': { description: 'an ISO', params: { manifest: { type: 'text', required: true, description: 'manifest file' } }, plan: () => [] },`;
const files = { 'cos.config.ts': configText(targets), 'shell.ts': shellPlugin };

test.each([
  [['run']],
  [['run', 'biuld']],
  [['run', '--jbos', '3']],
  [['run', 'build', '--sqaush', 'fast']],
  [['run', 'build', '--squash', 'slow']],
  [['run', 'build', '--squash']],
  [['run', 'build', '--size-limit', 'big', '--set', 'x']],
  [['run', 'build', '--jobs', '0']],
  [['run', 'build', '--keep-going', '--fail-fast']],
  [['run', 'build', '--reporter', 'fancy']],
  [['run', 'build', 'build-iso', '--manifest', 'm']],
  [['run', 'build-iso']],
  [['run', 'build-iso', 'extra', '--manifest', 'm']],
  [['run', 'build', '--derivative', 'sampel']],
  [['rnu', 'build']],
  [['build']],
  [['--hepl']],
  [['list', '--jsn']],
  [['why']],
  [['why', 'shell.run#b']],
  [['graph', '--format', 'svg']],
])('cos %j is refused with exit status 2', async (args) => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout, stderr } = await workspace.cos(...args);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatchSnapshot();
});

test('environment variables say the same as flags, and flags win', async () => {
  await using workspace = await createCosWorkspace(files);
  expect((await workspace.start(['run', 'build'], { COS_JOBS: 'many' }).ended).stderr).toContain('after --jobs; found "many"');
  expect((await workspace.start(['run', 'build', '--jobs', '1'], { COS_JOBS: 'many' }).ended).exitCode).toBe(0);
  expect((await workspace.start(['run', 'build'], { COS_REPORTER: 'json' }).ended).stdout).toContain('"type":"summary"');
});

test.each([[['--jobs', '0']], [['--nope']], [['--set']], [['--keep-going', '--fail-fast']], [[]]])('with the JSON reporter the last line is a summary, whatever is wrong: run %j', async (words) => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout, stderr } = await workspace.cos('run', '--reporter=json', ...words);
  const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  expect([exitCode, stderr, events.map(({ type }) => type)]).toEqual([2, '', ['diagnostic', 'summary']]);
  expect(events[1]).toMatchObject({ built: 0, exitCode: 2 });
});

test('with the JSON reporter problems are events too, and the summary is last', async () => {
  await using workspace = await createCosWorkspace(files);
  const { exitCode, stdout } = await workspace.cos('run', 'biuld', '--reporter', 'json');
  const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  expect(exitCode).toBe(2);
  expect(events.map(({ type }) => type)).toEqual(['diagnostic', 'summary']);
  expect(events[0].diagnostic.code).toBe('COS_REQUEST_UNKNOWN_TARGET');
  expect(events[1]).toMatchObject({ exitCode: 2, built: 0 });
});

describe('help', () => {
  test('of the command', async () => {
    await using workspace = await createCosWorkspace({});
    const { exitCode, stdout } = await workspace.cos('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatchSnapshot();
  });

  test('without a command, with exit status 2', async () => {
    await using workspace = await createCosWorkspace({});
    const { exitCode, stderr } = await workspace.cos();
    expect([exitCode, stderr.split('\n')[0]]).toEqual([2, 'Usage: cos <command> [flags]']);
  });

  test('of run, and of a target', async () => {
    await using workspace = await createCosWorkspace(files);
    expect((await workspace.cos('run', '--help')).stdout).toMatchSnapshot();
    expect((await workspace.cos('run', 'build', '--help')).stdout).toMatchInlineSnapshot(`
      "Usage: cos run build [flags] [packages...]

      builds packages

      Parameters
        packages                 packages
        --squash <fast|release>  compression (default: fast)
        --size-limit <number>    megabytes
        --quick                  skip checks

      Flags of every run: cos run --help
      "
    `);
    expect((await workspace.cos('run', 'build-iso', '--help')).exitCode).toBe(0);
    expect((await workspace.cos('help', 'why')).exitCode).toBe(0);
  });

  test('the version', async () => {
    await using workspace = await createCosWorkspace({});
    expect((await workspace.cos('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
