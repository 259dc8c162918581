import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { TrustError } from '../trust-error.ts';
import { publicPem, readPublicKey } from './key-pair.ts';

/** A public key whose signatures count. */
export interface TrustedKey {
  /** How messages name it: its file. */
  readonly name: string;
  readonly key: KeyObject;
  /** PEM text in the one form that the key has. */
  readonly pem: string;
}

const MAX_KEY_FILE = 64 * 1024;

/** Throws TrustError `key`. */
export function trustedKey(pem: string, name: string): TrustedKey {
  const key = readPublicKey(pem, name);
  return { name, key, pem: publicPem(key) };
}

/** A key in a file. `name`: how messages name it; default the path. Throws TrustError `key`, also when there is no such file. */
export async function readTrustedKey(path: string, name: string = path): Promise<TrustedKey> {
  const file = await open(path).catch((cause: unknown) => {
    throw new TrustError('key', `The public key ${name} cannot be read.`, { hint: 'Check the path of the key.', cause });
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_KEY_FILE), 0, MAX_KEY_FILE, 0);
    return trustedKey(buffer.toString('utf8', 0, bytesRead), name);
  } finally {
    await file.close();
  }
}
