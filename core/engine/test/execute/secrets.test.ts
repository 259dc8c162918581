import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Secret } from '../../src/model/secret.ts';
import { textStage, type Context } from './stages.ts';
import { makePipeline, makeWorkspace, type Workspace } from './workspace.ts';

const token: Secret = { secret: { env: 'TOKEN' }, name: 'env:TOKEN' };
const key: Secret = { secret: { file: 'key.pem' }, name: 'file:key.pem' };
const env = { PATH: process.env['PATH'], TOKEN: 'hunter22-hunter22', OTHER: 'x' };

const runWith = (body: (context: Context) => Promise<string>, workspace: Workspace, over = {}) =>
  workspace.run(makePipeline({ tasks: [{ stage: textStage(body), name: 'a', options: { token, key } }] }), { env: { ...env, ...over } });

/** Every byte that a run left in the workspace but the secret's own file. */
function everything(workspace: Workspace): string {
  return readdirSync(workspace.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'key.pem')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

test('a secret reaches a tool as a descriptor, a file or text, and shows nowhere', async () => {
  const workspace = makeWorkspace();
  workspace.write('key.pem', '-----BEGIN-----\nsecretline1\nsecretline2\n-----END-----\n');
  const seen: string[] = [];
  const ran = await runWith(
    async ({ exec, reveal, secretFile, log, scratch, options }) => {
      const given = options as { readonly token: Secret; readonly key: Secret };
      const file = await secretFile(given.key);
      seen.push((statSync(file).mode & 0o777).toString(8), readFileSync(file, 'utf8'), await reveal(given.token), await reveal(given.key));
      const { stdout } = await exec('sh', ['-c', 'cat /dev/fd/3 /dev/fd/4; echo; env'], { secretFds: [given.token, given.key] });
      seen.push(stdout);
      log.info(`the token is ${await reveal(given.token)}`);
      seen.push(readdirSync(scratch).join());
      return 'fine';
    },
    workspace,
  );
  expect(ran.failures).toEqual([]);
  expect(seen[0]).toBe('600');
  expect(seen[1]).toBe('-----BEGIN-----\nsecretline1\nsecretline2\n-----END-----\n');
  expect(seen[2]).toBe('hunter22-hunter22');
  expect(seen[3]).toBe('-----BEGIN-----\nsecretline1\nsecretline2\n-----END-----');
  expect(seen[4]).toMatch(/^hunter22-hunter22-----BEGIN-----\nsecretline1\n/);
  expect(seen[4]).not.toMatch(/TOKEN|OTHER/);
  expect(seen[5]).toBe('');
  const told = JSON.stringify(ran.events) + everything(workspace);
  expect(told).not.toMatch(/hunter22|secretline/);
  expect(told).toContain('the token is [secret]');
});

test('a failure that holds a secret is redacted', async () => {
  const workspace = makeWorkspace();
  const ran = await runWith(async ({ exec, reveal }) => {
    const value = await reveal(token);
    await exec('sh', ['-c', 'echo "curl: bad token $1" >&2; exit 1', 'sh', value]);
    return '';
  }, workspace);
  expect(ran.failures).toHaveLength(1);
  expect(JSON.stringify(ran.events) + everything(workspace)).not.toContain('hunter22');
  const thrown = await runWith(async ({ reveal }) => {
    throw new Error(`cannot use ${await reveal(token)}`);
  }, workspace);
  expect(thrown.failures).toEqual(['COS_PLUGIN_THREW: Plugin error: stage `test.step` threw "cannot use [secret]".']);
  expect(everything(workspace)).not.toContain('hunter22');
});

test('another value of a secret does not make a task run again', async () => {
  const workspace = makeWorkspace();
  const body = ({ reveal }: Context) => reveal(token).then(() => 'same');
  await runWith(body, workspace);
  expect((await runWith(body, workspace, { TOKEN: 'another-value' })).outcomes).toEqual({ a: 'fresh' });
});

test('a secret without a value says where it was expected', async () => {
  const workspace = makeWorkspace();
  expect((await runWith(({ reveal }) => reveal(token), workspace, { TOKEN: '' })).failures).toEqual(['COS_TASK_SECRET_MISSING: The secret `env:TOKEN` has no value: the variable TOKEN is not set.']);
  expect((await runWith(({ secretFile }) => secretFile(key), workspace)).failures).toEqual(['COS_TASK_SECRET_MISSING: The secret `file:key.pem` has no value: the file key.pem cannot be read (ENOENT).']);
});

test('secrets that tasks say they need are told before anything runs, unless what they make is known', async () => {
  const workspace = makeWorkspace();
  let runs = 0;
  const needing = (name: string, secrets: readonly Secret[]) => ({ stage: { ...textStage(async () => `${name} ${(runs += 1)}`), secrets: () => secrets }, name, options: { name } });
  const pipeline = () => makePipeline({ tasks: [{ stage: textStage(async () => `first ${(runs += 1)}`), name: 'first' }, needing('a', [token]), needing('b', [token, key]), needing('c', [])] });
  const lacking = { env: { ...env, TOKEN: undefined } };
  const refused = await workspace.run(pipeline(), lacking);
  expect(refused.summary.exitCode).toBe(3);
  expect(runs).toBe(0);
  expect(refused.events.flatMap((event) => (event.type === 'diagnostic' ? [[event.diagnostic.message, event.diagnostic.notes?.map(({ message }) => message)]] : []))).toEqual([
    ['The secret `env:TOKEN` has no value: the variable TOKEN is not set.', ['needed by test.step#a, test.step#b']],
    ['The secret `file:key.pem` has no value: the file key.pem cannot be read (ENOENT).', ['needed by test.step#b']],
  ]);
  workspace.write('key.pem', 'x');
  expect((await workspace.run(pipeline(), { env })).summary.exitCode).toBe(0);
  expect(runs).toBe(4);
  expect((await workspace.run(pipeline(), lacking)).outcomes).toEqual({ first: 'fresh', a: 'fresh', b: 'fresh', c: 'fresh' });
});
