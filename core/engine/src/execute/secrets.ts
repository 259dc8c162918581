import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import type { Redactor } from '../errors/redact.ts';
import type { Secret } from '../model/secret.ts';

// Values of secrets while a task runs. Whatever is read here is known to the redactor before anybody else sees it.

export interface SecretReader {
  /** The text; of a file without one line feed at its end. */
  readonly reveal: (secret: Secret) => Promise<string>;
  /** The exact bytes in a file that only the owner can read. */
  readonly file: (secret: Secret) => Promise<string>;
  /** A descriptor at the start of the exact bytes, of a file without a name. The caller closes it. */
  readonly descriptor: (secret: Secret) => number;
}

export interface SecretReaderOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Secrets' files are relative to it. */
  readonly workspace: string;
  /** Made when it is needed. */
  readonly folder: string;
  readonly redactor: Redactor;
}

export function createSecretReader(options: SecretReaderOptions): SecretReader {
  let counter = 0;
  const bytesOf = (secret: Secret): Buffer => {
    const bytes = readSecret(secret, options);
    options.redactor.add(bytes.toString('utf8'));
    return bytes;
  };
  const write = (secret: Secret): string => {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    counter += 1;
    const path = join(options.folder, String(counter));
    writeFileSync(path, bytesOf(secret), { mode: 0o600, flag: 'wx' });
    return path;
  };
  return {
    reveal: async (secret) => {
      await Promise.resolve();
      return bytesOf(secret).toString('utf8').replace(/\r?\n$/, '');
    },
    file: async (secret) => {
      await Promise.resolve();
      return write(secret);
    },
    descriptor: (secret) => {
      const path = write(secret);
      try {
        return openSync(path, constants.O_RDONLY);
      } finally {
        rmSync(path, { force: true });
      }
    },
  };
}

/** Closes descriptors that were given to a tool. */
export function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}

/** The exact bytes. Throws COS_TASK_SECRET_MISSING. */
export function readSecret(secret: Secret, options: Pick<SecretReaderOptions, 'env' | 'workspace'>): Buffer {
  if ('env' in secret.secret) {
    const value = options.env[secret.secret.env];
    if (value === undefined || value === '') throw missing(secret, `the variable ${secret.secret.env} is not set`, `Set ${secret.secret.env} in the environment of cos.`);
    return Buffer.from(value, 'utf8');
  }
  const path = resolve(options.workspace, secret.secret.file);
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw missing(secret, `the file ${secret.secret.file} cannot be read (${code})`, `Create ${secret.secret.file}, readable for the user who runs cos.`);
  }
}

function missing(secret: Secret, found: string, hint: string): CosError {
  return new CosError({ code: 'COS_TASK_SECRET_MISSING', severity: 'error', message: `The secret \`${secret.name}\` has no value: ${found}.`, hint });
}
