import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findSigner, sha256OfFile, TrustError, type TrustedKey } from '@cos/trust';
import { problem } from '../problem.ts';
import { verifyWith } from '../programs/detached.ts';
import { show } from '../subject.ts';
import type { PublicKeys } from './read-keys.ts';
import { readSmall } from './read-small.ts';

const MAX_LIST = 16 * 1024 * 1024;

export interface VerifyFileRequest {
  readonly path: string;
  readonly shown: string;
  /** The signature file; undefined: looked for. */
  readonly signature: string | undefined;
  readonly keys: PublicKeys;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

/**
 * A file with a signature beside it, `FILE.sig`, or what the program of a key calls it; else one that a signed list of checksums beside it has: `FILE.sha256`, or
 * `SHA256SUMS`. Answers what was found to be signed by which key. Throws CosError and TrustError.
 */
export async function verifyFile(request: VerifyFileRequest): Promise<string> {
  const { path, shown, signature, keys, workspace } = request;
  const key = await findSignerOf(request);
  if (key !== undefined) return `${shown} is signed by the owner of ${key}`;
  for (const list of [`${path}.sha256`, join(dirname(path), 'SHA256SUMS')]) {
    if (signature !== undefined || list === path || !(await isThere(list))) continue;
    const shownList = show(workspace, list);
    const signer = await findSignerOf({ ...request, path: list, shown: shownList });
    if (signer === undefined) continue;
    await compare(path, shown, list, shownList);
    return `${shown} has the checksum of ${shownList}, which is signed by the owner of ${signer}`;
  }
  const expected = [...(keys.own.length === 0 ? [] : ['.sig']), ...new Set(keys.ofPrograms.map(({ program }) => program.suffix))].map((suffix) => show(workspace, `${path}${suffix}`));
  throw problem('COS_SIGN_NOT_FOUND', `Expected the signature of ${shown} at ${expected.join(' or ')}; it is not there.`, 'Sign it with `cos sign`, or name the signature with --signature. A signed list of checksums beside it, FILE.sha256 or SHA256SUMS, counts as well.');
}

/** Whether there is something to verify it by: its own signature, or that of a list of checksums. */
export async function hasSignature(path: string): Promise<boolean> {
  const files = [path, `${path}.sha256`, join(dirname(path), 'SHA256SUMS')].map((file) => `${file}.sig`);
  return (await Promise.all(files.map(isThere))).includes(true);
}

/** The name of the key that has signed a file; undefined: no key has a signature there. Throws TrustError where there are signatures, and none of them fits. */
async function findSignerOf({ path, shown, signature, keys, workspace, signal }: VerifyFileRequest): Promise<string | undefined> {
  const wrong: TrustError[] = [];
  const attempt = async (file: string, verify: (shownSignature: string) => Promise<string>): Promise<string | undefined> => {
    if (signature === undefined && !(await isThere(file))) return undefined;
    try {
      return await verify(show(workspace, file));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      wrong.push(error);
      return undefined;
    }
  };
  const own = keys.own.length === 0 ? undefined : await attempt(signature ?? `${path}.sig`, async (shownSignature) => verifyBySignature(path, shown, { file: signature ?? `${path}.sig`, shown: shownSignature }, keys.own));
  if (own !== undefined) return own;
  for (const { program, file: key, name } of keys.ofPrograms) {
    const file = signature ?? `${path}${program.suffix}`;
    const found = await attempt(file, async (shownSignature) => {
      await verifyWith(program, { path, key, signature: file, signal }, { file: shown, signature: shownSignature, key: name });
      return name;
    });
    if (found !== undefined) return found;
  }
  const [first] = wrong;
  if (first !== undefined) throw first;
  return undefined;
}

async function verifyBySignature(path: string, shown: string, signature: { readonly file: string; readonly shown: string }, keys: readonly TrustedKey[]): Promise<string> {
  const key = await findSigner(createReadStream(path), await readSmall(signature.file, signature.shown), keys, signature.shown);
  if (key !== undefined) return key.name;
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
  const found = await sha256OfFile(path);
  if (listed.every((hex) => hex === found)) return;
  throw new TrustError('invalid', `${shown} is not the file whose checksum is signed in ${shownList}.`, { expected: `sha256 ${listed.join(', ')}`, found: `sha256 ${found}`, hint: 'It was changed or damaged: do not use it.' });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
