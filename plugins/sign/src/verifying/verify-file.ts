import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findSigner, TrustError, type TrustedKey } from '@cos/trust';
import { problem } from '../problem.ts';
import { show } from '../subject.ts';

const MAX_SIGNATURE = 64 * 1024;
const MAX_LIST = 16 * 1024 * 1024;

export interface VerifyFileRequest {
  readonly path: string;
  readonly shown: string;
  /** The signature file; undefined: looked for. */
  readonly signature: string | undefined;
  readonly keys: readonly TrustedKey[];
  readonly workspace: string;
}

/**
 * A file with a signature beside it, `FILE.sig`; else one that a signed list of checksums beside it has: `FILE.sha256`, or `SHA256SUMS`. Answers what was found
 * to be signed by which key. Throws CosError and TrustError.
 */
export async function verifyFile({ path, shown, signature, keys, workspace }: VerifyFileRequest): Promise<string> {
  const own = signature ?? `${path}.sig`;
  if (signature !== undefined || (await isThere(own))) {
    const key = await verifyBySignature(path, shown, { file: own, shown: show(workspace, own) }, keys);
    return `${shown} is signed by the owner of ${key.name}`;
  }
  for (const list of [`${path}.sha256`, join(dirname(path), 'SHA256SUMS')]) {
    if (list === path || !(await isThere(list)) || !(await isThere(`${list}.sig`))) continue;
    const shownList = show(workspace, list);
    const key = await verifyBySignature(list, shownList, { file: `${list}.sig`, shown: `${shownList}.sig` }, keys);
    await compare(path, shown, list, shownList);
    return `${shown} has the checksum of ${shownList}, which is signed by the owner of ${key.name}`;
  }
  throw problem('COS_SIGN_NOT_FOUND', `Expected the signature of ${shown} at ${show(workspace, own)}; it is not there.`, 'Sign it with `cos sign`, or name the signature with --signature. A signed list of checksums beside it, FILE.sha256 or SHA256SUMS, counts as well.');
}

async function verifyBySignature(path: string, shown: string, signature: { readonly file: string; readonly shown: string }, keys: readonly TrustedKey[]): Promise<TrustedKey> {
  const key = await findSigner(createReadStream(path), await readSmall(signature.file, signature.shown, MAX_SIGNATURE), keys, signature.shown);
  if (key !== undefined) return key;
  const names = keys.map(({ name }) => name).join(', ');
  throw new TrustError('invalid', `The signature ${signature.shown} does not fit ${shown} and the key ${names}.`, { hint: 'The file or the signature was changed, or another key has signed it: do not use the file.' });
}

async function compare(path: string, shown: string, list: string, shownList: string): Promise<void> {
  const text = await readSmall(list, shownList, MAX_LIST);
  const name = basename(path);
  const listed = text.split('\n').flatMap((line) => {
    const [, hex, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    return hex !== undefined && file === name ? [hex] : [];
  });
  if (listed.length === 0) throw problem('COS_SIGN_NOT_FOUND', `${shownList} is signed, but has no checksum of ${name}.`, 'Files are listed by the names that they are published with.');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) hash.update(chunk);
  const found = hash.digest('hex');
  if (listed.every((hex) => hex === found)) return;
  throw new TrustError('invalid', `${shown} is not the file whose checksum is signed in ${shownList}.`, { expected: `sha256 ${listed.join(', ')}`, found: `sha256 ${found}`, hint: 'It was changed or damaged: do not use it.' });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** Throws COS_SIGN_NOT_FOUND. */
export async function readSmall(path: string, shown: string, most: number = MAX_SIGNATURE): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) throw problem('COS_SIGN_NOT_FOUND', `Expected a readable file or folder; found none at ${shown}.`, 'Give paths relative to the current folder, or absolute ones.');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, most);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
