import { execFileSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { generateKeyPair, openPrivateKey, trustedKey, TrustError, type TrustedKey } from '../src/index.ts';

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-trust-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Signer {
  readonly key: KeyObject;
  readonly trusted: TrustedKey;
}

/** A new pair of keys, by the name of its public one. */
export async function makeSigner(name: string): Promise<Signer> {
  const pair = await generateKeyPair('');
  return { key: await openPrivateKey(pair.privateKey, '', name), trusted: trustedKey(pair.publicKey, name) };
}

export async function* streamOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** Code and message of the TrustError with which a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return { code: error.code, message: error.message };
  }
  throw new Error('did not fail');
}

/** True when openssl finds the signature file good. */
export function opensslVerifies(file: string, signature: string, publicKey: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'base64 -d "$2" > "$2.der" && openssl dgst -sha256 -verify "$3" -signature "$2.der" "$1"', 'sh', file, signature, publicKey], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
