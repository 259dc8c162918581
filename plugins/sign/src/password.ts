import { readFileSync } from 'node:fs';
import type { Secret } from '@cos/core';
import { problem } from './problem.ts';

/** The part of the plugin's options that commands use. */
export interface PasswordSource {
  readonly password: Secret;
}

export interface PasswordRequest extends PasswordSource {
  /** A file descriptor that is open; undefined: the secret counts. */
  readonly fd: number | undefined;
  readonly reveal: (secret: Secret) => Promise<string>;
}

const MAX_PASSWORD = 4096;

/** The password from a file descriptor, without the line break at its end, or else from the plugin's secret. Throws COS_SIGN_NO_PASSWORD. */
export async function readPassword(options: PasswordRequest): Promise<string> {
  return options.fd === undefined ? await options.reveal(options.password) : readDescriptor(options.fd).replace(/\r?\n$/, '');
}

function readDescriptor(fd: number): string {
  const text = readOpen(fd);
  if (text === undefined) throw problem('COS_SIGN_NO_PASSWORD', `File descriptor ${fd} cannot be read.`, `Open it for the command, for example: cos keys --password-fd ${fd} ${fd}< password-file`);
  if (text.length > MAX_PASSWORD) throw problem('COS_SIGN_NO_PASSWORD', `File descriptor ${fd} gives more than ${MAX_PASSWORD} characters: that is no password.`);
  return text;
}

function readOpen(fd: number): string | undefined {
  try {
    return readFileSync(fd, 'utf8');
  } catch {
    // Not open, or not readable: the caller tells what to do.
    return undefined;
  }
}
