import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFakeTool } from '../../src/testing.ts';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const targets = `
    hold: { description: 'waits', plan: ({ use }) => { const first = use.shell.run({ name: 'first', inputs: { files: [] }, options: { command: 'held; echo > out' } }); return [use.shell.run({ name: 'second', inputs: { files: [first.out] }, options: { command: 'echo > out' } }).out]; } },`;
const plugin = shellPlugin.replace("tools: ['sh']", "tools: ['sh', 'held']");

async function setUp() {
  const tool = await createFakeTool('held');
  const workspace = await createCosWorkspace({ 'cos.config.ts': configText(targets), 'shell.ts': plugin });
  return { tool, workspace, env: { PATH: `${tool.folder}:${process.env['PATH']}` }, [Symbol.asyncDispose]: async () => (await tool.remove(), workspace.remove()) };
}

/** True for a process that is more than an entry which its parent has not read yet. */
function lives(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return stat !== '' && !/\) [ZX] /.test(stat);
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends the running tool and all that it started, and leaves nothing behind', async (signal) => {
  await using rig = await setUp();
  const started = rig.workspace.start(['run', 'hold'], rig.env);
  const call = await rig.tool.next();
  const sleeper = await call.spawnSleeper();
  started.child.kill(signal);
  const { exitCode, stdout, stderr } = await started.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('Interrupted');
  expect(stdout).toContain('Interrupted in');
  expect(stdout).toContain('2 cancelled');
  expect([lives(call.pid), lives(sleeper)]).toEqual([false, false]);
  expect(readdirSync(rig.workspace.join('.cos/scratch'))).toEqual([]);
});

test('a second interrupt ends everything at once', async () => {
  await using rig = await setUp();
  // The tool does not listen to the first signal.
  const started = rig.workspace.start(['run', 'hold'], rig.env);
  const call = await rig.tool.next();
  const sleeper = await call.spawnSleeper();
  started.child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 400));
  started.child.kill('SIGINT');
  expect((await started.ended).exitCode).toBe(130);
  await call.gone;
  await expect.poll(() => lives(sleeper)).toBe(false);
});

test('after an interrupt the next run goes on where the last one was', async () => {
  await using rig = await setUp();
  const started = rig.workspace.start(['run', 'hold'], rig.env);
  await rig.tool.next();
  started.child.kill('SIGINT');
  await started.ended;
  rig.tool.answer((call) => call.exit(0));
  const { exitCode, stdout } = await rig.workspace.start(['run', 'hold'], rig.env).ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain('running   shell.run#first (the last run was interrupted)');
});

test('JSON ends with the summary also when interrupted', async () => {
  await using rig = await setUp();
  const started = rig.workspace.start(['run', 'hold', '--reporter', 'json'], rig.env);
  await rig.tool.next();
  started.child.kill('SIGINT');
  const { stdout } = await started.ended;
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'summary', exitCode: 130, cancelled: 2 });
});
