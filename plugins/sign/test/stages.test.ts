import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { sign } from '../src/index.ts';
import { generateKeyPair } from '@cos/trust';
import { opensslVerifies } from './rig.ts';

const password = 'a password that nobody else has';

/** A workspace with a key pair and files, removed when the test ends. */
async function workspaceWith(files: Readonly<Record<string, string>>): Promise<TemporaryWorkspace> {
  const pair = await generateKeyPair(password);
  const workspace = await createWorkspace({ 'cos.key': pair.privateKey, 'cos.pub': pair.publicKey, ...files });
  onTestFinished(async () => await workspace.remove());
  return workspace;
}

const withPassword = (value: string | undefined) => ({ ...process.env, COS_PASSWORD: value });

test('signText makes a signature that openssl verifies', async () => {
  const workspace = await workspaceWith({ SHA256SUMS: 'sums\n' });
  const run = await runStage(sign(), 'signText', { workspace, inputs: { text: workspace.join('SHA256SUMS'), publicKey: workspace.join('cos.pub') }, env: withPassword(password) });
  expect(run.text).toBe('');
  expect(run.outputs.signature.meta).toEqual({ algorithm: 'ecdsa-p256-sha256' });
  expect(opensslVerifies(workspace.join('SHA256SUMS'), run.outputs.signature.path, workspace.join('cos.pub'))).toBe(true);
});

test('signRepository signs the bytes of repository.yaml', async () => {
  const workspace = await workspaceWith({ 'repo/repository.yaml': 'name: sample\n', 'repo/other': '' });
  const inputs = { repository: { path: workspace.join('repo'), meta: { name: 'sample' } }, publicKey: workspace.join('cos.pub') };
  const run = await runStage(sign(), 'signRepository', { workspace, inputs, env: withPassword(password) });
  expect(run.text).toBe('');
  expect(opensslVerifies(workspace.join('repo/repository.yaml'), run.outputs.signature.path, workspace.join('cos.pub'))).toBe(true);
});

test('a signature stays while file and public key stay, whatever the password', async () => {
  const workspace = await workspaceWith({ text: 'x' });
  const options = { workspace, inputs: { text: workspace.join('text'), publicKey: workspace.join('cos.pub') } };
  expect((await runStage(sign(), 'signText', { ...options, env: withPassword(password) })).outcome).toBe('built');
  expect((await runStage(sign(), 'signText', { ...options, env: withPassword(undefined) })).outcome).toBe('fresh');
  const other = await generateKeyPair(password);
  await workspace.write({ 'cos.key': other.privateKey, 'cos.pub': other.publicKey });
  expect((await runStage(sign(), 'signText', { ...options, env: withPassword(password) })).outcome).toBe('built');
});

test('a missing password, a wrong one and a key of another pair are told', async () => {
  const workspace = await workspaceWith({ text: 'x' });
  const inputs = { text: workspace.join('text'), publicKey: workspace.join('cos.pub') };
  const told = async (value: string | undefined, key = 'cos.key') => (await runStage(sign({ key: { file: key } }), 'signText', { workspace, inputs, env: withPassword(value) })).text;
  await writeFile(workspace.join('other.key'), (await generateKeyPair(password)).privateKey);
  expect([await told(undefined), await told('wrong'), await told(password, 'other.key'), await told(password, 'text')].join('\n')).toMatchInlineSnapshot(`
    "error COS_TASK_SECRET_MISSING: The secret \`env:COS_PASSWORD\` has no value: the variable COS_PASSWORD is not set.
      task: sign.signText#test
      hint: Set COS_PASSWORD in the environment of cos.
    error COS_SIGN_WRONG_PASSWORD: The password does not open the private key cos.key.
      task: sign.signText#test
      hint: Give the password with which the key was made; a key file that was changed looks the same.
    error COS_SIGN_KEY_MISMATCH: The private key other.key does not belong to the public key of the task.
      task: sign.signText#test
      hint: Give the public key that was made with this private key, or the other private key.
    error COS_SIGN_BAD_KEY_FILE: The key file text cannot be used: expected "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----", found no PEM block, or its base64 is damaged.
      task: sign.signText#test
      hint: \`cos keys generate\` makes a new pair of keys."
  `);
});

test('neither the password nor the private key stands anywhere that a run leaves behind', async () => {
  const workspace = await workspaceWith({ text: 'x' });
  const key = await readFile(workspace.join('cos.key'), 'utf8');
  const inputs = { text: workspace.join('text'), publicKey: workspace.join('cos.pub') };
  await runStage(sign(), 'signText', { workspace, inputs, env: withPassword('not this one'), name: 'fails' });
  const run = await runStage(sign(), 'signText', { workspace, inputs, env: withPassword(password) });
  expect(JSON.stringify(run.events)).not.toContain(password);
  for (const secret of [password, 'not this one', key.split('\n')[1]!]) {
    const found = execFileSync('/bin/sh', ['-c', 'grep -rlF -e "$1" . || true', 'sh', secret], { cwd: workspace.path, encoding: 'utf8' });
    expect(found.split('\n').filter((line) => line !== '' && line !== './cos.key')).toEqual([]);
  }
});

test('checksums and the single checksum are accepted by sha256sum', async () => {
  const workspace = await workspaceWith({ 'files/a.iso': 'iso', 'files/b.img': 'disk', 'files/c.txt': 'text' });
  const inputs = { isos: [{ path: workspace.join('files/a.iso'), meta: { label: 'A' } }], disks: [{ path: workspace.join('files/b.img'), meta: { format: 'raw' } }], archives: [], texts: [workspace.join('files/c.txt')] };
  const list = await runStage(sign(), 'checksums', { workspace, inputs, options: { names: { isos: ['a.iso'], disks: ['b.img'], texts: ['c.txt'] } } });
  const single = await runStage(sign(), 'isoChecksum', { workspace, inputs: { iso: inputs.isos[0]! }, options: { file: 'a.iso' } });
  expect(list.text + single.text).toBe('');
  for (const path of [list.outputs.checksums.path, single.outputs.checksum.path]) {
    execFileSync('sha256sum', ['--check', '--strict', path], { cwd: workspace.join('files') });
  }
  expect(await readFile(list.outputs.checksums.path, 'utf8')).toMatch(/^[0-9a-f]{64} {2}a\.iso\n[0-9a-f]{64} {2}b\.img\n[0-9a-f]{64} {2}c\.txt\n$/);
});

test('more names than files are refused', async () => {
  const workspace = await workspaceWith({});
  const run = await runStage(sign(), 'checksums', { workspace, inputs: { isos: [] }, options: { names: { isos: ['a.iso'] } } });
  expect(run.failure).toMatchObject({ code: 'COS_SIGN_NAME_COUNT' });
});

test('a secret that is written instead of named is refused when the config is loaded', async () => {
  // The types refuse it as well; plain JavaScript can write it.
  const options = JSON.parse('{"password":"hunter2"}');
  const run = await runStage(sign(options), 'isoChecksum', { inputs: {}, options: { file: 'a' } });
  await run.workspace.remove();
  // The lines around the place are the user's own.
  expect(run.failure?.message).toContain('a secret is named here, never written');
  expect(run.failure?.message).not.toContain('hunter2');
});

test('fileManifest lists what the archive of a system has, without folders that change while it runs', async () => {
  const workspace = await workspaceWith({ 'root/usr/bin/tool': 'tool', 'root/tmp/left': 'x', 'root/etc/name': 'name' });
  execFileSync('tar', ['--owner=0', '--group=0', '-C', workspace.join('root'), '-czf', workspace.join('system.tar.gz'), '.']);
  const archive = { path: workspace.join('system.tar.gz'), meta: { category: 'system', name: 'os', version: '1', compression: 'gzip' as const } };
  const run = await runStage(sign(), 'fileManifest', { workspace, inputs: { archive } });
  expect(run.text).toBe('');
  const text = await readFile(run.outputs.manifest.path, 'utf8');
  expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual(['#mtree', '.', './etc', './etc/name', './usr', './usr/bin', './usr/bin/tool', '']);
  const none = await runStage(sign(), 'fileManifest', { workspace, inputs: {}, name: 'none' });
  expect(none.failure).toMatchObject({ code: 'COS_SIGN_REQUEST', message: 'Expected one of the inputs "archive" and "image"; found neither.' });
});
