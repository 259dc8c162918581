import type { KeyObject } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, FileTree, Secret } from '@cos/core';
import { openPrivateKey, publicPem, readPublicKey } from '@cos/trust';
import { explaining, problem } from './problem.ts';

export interface KeySource {
  readonly plugin: { readonly key: Secret; readonly password: Secret };
  readonly reveal: (secret: Secret) => Promise<string>;
}

/**
 * Opens the plugin's private key and checks that it belongs to the public key that the task's fingerprint knows. Throws COS_SIGN_KEY_MISMATCH when not.
 */
export async function openSigningKey({ plugin, reveal }: KeySource, publicKey: Artifact<FileTree>): Promise<KeyObject> {
  const expected = await explaining(async () => publicPem(readPublicKey(await readPublicFile(await publicKey.path()), 'publicKey')));
  const where = plugin.key.name.replace(/^file:/, '');
  const key = await explaining(async () => openPrivateKey(await reveal(plugin.key), await reveal(plugin.password), where));
  if (publicPem(key) !== expected) {
    throw problem('COS_SIGN_KEY_MISMATCH', `The private key ${where} does not belong to the public key of the task.`, 'Give the public key that was made with this private key, or the other private key.');
  }
  return key;
}

/** The text of a source that is a key file, or a folder with one file `*.pub`. */
async function readPublicFile(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return await readFile(path, 'utf8');
  const names = (await readdir(path)).filter((name) => name.endsWith('.pub') || name.endsWith('.pem'));
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw problem('COS_SIGN_BAD_KEY_FILE', `The source of the public key has ${names.length} files *.pub, expected one.`, 'Give the key file itself: source("cos.pub").');
  }
  return await readFile(join(path, name), 'utf8');
}
