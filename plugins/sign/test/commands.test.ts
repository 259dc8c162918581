import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext, Secret } from '@cos/core';
import { expect, test } from 'vitest';
import { keys } from '../src/commands/keys.ts';
import { verify } from '../src/commands/verify.ts';
import { openPrivateKey } from '@cos/trust';
import { createSignature } from '@cos/trust';
import { failureOf, opensslVerifies, streamOf, temporaryFolder } from './rig.ts';

const password: Secret = { secret: { env: 'COS_PASSWORD' }, name: 'env:COS_PASSWORD' };

/** What the engine gives a command, in a folder of the test. */
function context(workspace: string, args: Readonly<Record<string, unknown>>, cwd = workspace): CommandContext<any, any> & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    args,
    workspace,
    cwd,
    printed,
    print: (line) => printed.push(line),
    reveal: async () => 'from the environment',
    plugin: { password, key: password },
    env: {},
    signal: new AbortController().signal,
    log: { info: () => {}, warn: () => {} },
    tell: () => {},
    run: async () => ({}),
    set: {},
    derivatives: [],
    readPins: () => Promise.reject(new Error('Internal error: no pins here')),
  };
}

const pairArgs = { action: 'generate', name: 'cos', passwordFd: undefined } as const;

test('keys makes a private key that only its owner reads, and its public key', async () => {
  const folder = await temporaryFolder();
  const given = context(folder, pairArgs);
  await keys.handle(given);
  expect((await stat(join(folder, 'cos.key'))).mode & 0o777).toBe(0o600);
  expect(given.printed.join('\n')).not.toContain('environment');
  const key = await openPrivateKey(await readFile(join(folder, 'cos.key'), 'utf8'), 'from the environment', 'k');
  await writeFile(join(folder, 'file'), 'x');
  await writeFile(join(folder, 'file.sig'), await createSignature(streamOf('x'), key));
  expect(opensslVerifies(join(folder, 'file'), join(folder, 'file.sig'), join(folder, 'cos.pub'))).toBe(true);
});

test('keys overwrites neither of the two files', async () => {
  for (const name of ['cos.key', 'cos.pub']) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), 'kept');
    expect(await failureOf(keys.handle(context(folder, pairArgs)))).toMatchObject({ code: 'COS_SIGN_KEY_EXISTS' });
    expect(await readFile(join(folder, name), 'utf8')).toBe('kept');
    await expect(stat(join(folder, name === 'cos.key' ? 'cos.pub' : 'cos.key'))).rejects.toThrow();
  }
});

test('keys reads the password from a file descriptor', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'pw'), 'from a descriptor\n');
  const fd = openSync(join(folder, 'pw'), 'r');
  try {
    await keys.handle(context(folder, { ...pairArgs, passwordFd: fd }));
  } finally {
    closeSync(fd);
  }
  await openPrivateKey(await readFile(join(folder, 'cos.key'), 'utf8'), 'from a descriptor', 'k');
  expect(await failureOf(keys.handle(context(await temporaryFolder(), { ...pairArgs, passwordFd: 1000 })))).toMatchObject({ code: 'COS_SIGN_NO_PASSWORD' });
});

test('verify accepts a signed file and a signed repository folder, and refuses changed ones', async () => {
  const folder = await temporaryFolder();
  await keys.handle(context(folder, pairArgs));
  const key = await openPrivateKey(await readFile(join(folder, 'cos.key'), 'utf8'), 'from the environment', 'k');
  await mkdir(join(folder, 'repo'));
  for (const [file, sig] of [['SHA256SUMS', 'SHA256SUMS.sig'], ['repo/repository.yaml', 'repository.yaml.sig']] as const) {
    await writeFile(join(folder, file), 'content\n');
    await writeFile(join(folder, sig), await createSignature(streamOf('content\n'), key));
  }
  for (const path of ['SHA256SUMS', 'repo', 'repo/']) {
    const given = context(folder, { path, signature: undefined, key: 'cos.pub' });
    await verify.handle(given);
    expect(given.printed).toEqual([expect.stringMatching(/^good: /)]);
  }
  const inside = context(folder, { path: '../SHA256SUMS', signature: undefined, key: undefined }, join(folder, 'repo'));
  await verify.handle(inside);
  expect(inside.printed).toEqual(['good: SHA256SUMS is signed by the owner of cos.pub']);
  await writeFile(join(folder, 'repo/repository.yaml'), 'changed\n');
  expect(await failureOf(verify.handle(context(folder, { path: 'repo', signature: undefined, key: 'cos.pub' })))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  expect(await failureOf(verify.handle(context(folder, { path: 'none', signature: undefined, key: 'cos.pub' })))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND' });
  await writeFile(join(folder, 'a.iso'), '');
  expect(await failureOf(verify.handle(context(folder, { path: 'a.iso', signature: undefined, key: undefined })))).toMatchObject({
    message: 'Expected the signature of a.iso at a.iso.sig; it is not there.',
    hint: 'Sign it with `cos run sign`, or name the signature with --signature.',
  });
  await writeFile(join(folder, 'a.iso.sha256.sig'), '');
  expect(await failureOf(verify.handle(context(folder, { path: 'a.iso', signature: undefined, key: undefined })))).toMatchObject({ hint: 'Its checksum is signed: cos verify a.iso.sha256, then compare with sha256sum --check.' });
  await mkdir(join(folder, 'empty'));
  expect(await failureOf(verify.handle(context(folder, { path: 'empty', signature: undefined, key: 'cos.pub' })))).toMatchObject({ code: 'COS_SIGN_NO_INDEX' });
});
