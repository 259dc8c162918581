import { openSync, closeSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keys } from '../src/commands/keys.ts';
import { openPrivateKey } from '@cos/trust';
import { createSignature } from '@cos/trust';
import { contextOf, failureOf, opensslVerifies, streamOf, temporaryFolder } from './rig.ts';

const password = 'from the environment';

const pairArgs = { action: 'generate', name: 'cos', passwordFd: undefined } as const;

test('keys makes a private key that only its owner reads, and its public key', async () => {
  const folder = await temporaryFolder();
  const given = contextOf(folder, pairArgs, { password });
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
    expect(await failureOf(keys.handle(contextOf(folder, pairArgs, { password })))).toMatchObject({ code: 'COS_SIGN_KEY_EXISTS' });
    expect(await readFile(join(folder, name), 'utf8')).toBe('kept');
    await expect(stat(join(folder, name === 'cos.key' ? 'cos.pub' : 'cos.key'))).rejects.toThrow();
  }
});

test('keys reads the password from a file descriptor', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'pw'), 'from a descriptor\n');
  const fd = openSync(join(folder, 'pw'), 'r');
  try {
    await keys.handle(contextOf(folder, { ...pairArgs, passwordFd: fd }, { password }));
  } finally {
    closeSync(fd);
  }
  await openPrivateKey(await readFile(join(folder, 'cos.key'), 'utf8'), 'from a descriptor', 'k');
  expect(await failureOf(keys.handle(contextOf(await temporaryFolder(), { ...pairArgs, passwordFd: 1000 }, { password })))).toMatchObject({ code: 'COS_SIGN_NO_PASSWORD' });
});
