import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand, type CommandContext, type Parameters } from '@cos/core';
import { generateKeyPair } from '@cos/trust';
import { readPassword, type PasswordSource } from '../password.ts';
import { problem } from '../problem.ts';

const parameters = {
  action: { type: 'choice', choices: ['generate'], default: 'generate', positional: true, description: 'what to do' },
  name: { type: 'text', default: 'cos', pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, description: 'name of the files: NAME.key and NAME.pub in the workspace' },
  passwordFd: { type: 'integer', minimum: 0, maximum: 1023, description: 'read the password from this file descriptor instead of COS_PASSWORD' },
} as const satisfies Parameters;

export const keys = defineCommand({
  description: 'make a pair of keys for signing',
  config: 'optional',
  parameters,
  async handle({ args, workspace, print, reveal, plugin }: CommandContext<PasswordSource, typeof parameters>) {
    const names = { key: `${args.name}.key`, pub: `${args.name}.pub` };
    for (const name of Object.values(names)) {
      if ((await lstat(join(workspace, name)).catch(() => undefined)) !== undefined) throw exists(name);
    }
    const pair = await generateKeyPair(await readPassword({ fd: args.passwordFd, password: plugin.password, reveal }));
    await writeNew(workspace, names.key, pair.privateKey, 0o600);
    try {
      await writeNew(workspace, names.pub, pair.publicKey, 0o644);
    } catch (error) {
      await rm(join(workspace, names.key), { force: true });
      throw error;
    }
    print(`${names.key}  private key, sealed with the password: keep it out of version control`);
    print(`${names.pub}  public key: give it to those who verify`);
  },
});

async function writeNew(workspace: string, name: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(join(workspace, name), text, { flag: 'wx', mode });
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? exists(name) : error;
  }
}

function exists(name: string): Error {
  return problem('COS_SIGN_KEY_EXISTS', `${name} exists and is not overwritten: what was signed with it could not be verified any more.`, 'Choose another name with --name, or move the file away.');
}
