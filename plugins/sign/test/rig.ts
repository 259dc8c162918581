import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosError } from '@cos/core';
import { onTestFinished } from 'vitest';

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-sign-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function* streamOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** Code and message of the diagnostics with which a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string; readonly hint?: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    const [{ code, message, hint } = { code: '', message: '', hint: undefined }] = error.diagnostics;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
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
