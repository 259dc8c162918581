import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand, type CommandContext, type Parameters } from '@cos/core';
import { generateKeyPair } from '../key-pair.ts';
import { readPassword, type PasswordSource } from '../password.ts';
import { problem } from '../problem.ts';

const parameters = {
  action: { type: 'choice', choices: ['generate'], default: 'generate', positional: true, description: 'what to do' },
  name: { type: 'text', default: 'cos', pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, description: 'name of the files: NAME.key and NAME.pub in the workspace' },
  passwordFd: { type: 'integer', minimum: 0, maximum: 1023, description: 'read the password from this file descriptor instead of COS_PASSWORD' },
} as const satisfies Parameters;

export const keys = defineCommand({
  description: 'make a pair of keys for signing',
  parameters,
  async handle({ args, workspace, print, reveal, plugin }: CommandContext<PasswordSource, typeof parameters>) {
    const files = { key: join(workspace, `${args.name}.key`), pub: join(workspace, `${args.name}.pub`) };
    for (const path of Object.values(files)) {
      if ((await lstat(path).catch(() => undefined)) !== undefined) throw exists(path);
    }
    const pair = await generateKeyPair(await readPassword({ fd: args.passwordFd, password: plugin.password, reveal }));
    await writeNew(files.key, pair.privateKey, 0o600);
    try {
      await writeNew(files.pub, pair.publicKey, 0o644);
    } catch (error) {
      await rm(files.key, { force: true });
      throw error;
    }
    print(`${files.key}  private key, sealed with the password: keep it out of version control`);
    print(`${files.pub}  public key: give it to those who verify`);
  },
});

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode });
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? exists(path) : error;
  }
}

function exists(path: string): Error {
  return problem('COS_SIGN_KEY_EXISTS', `${path} exists and is not overwritten: what was signed with it could not be verified any more.`, 'Choose another name with --name, or move the file away.');
}
