import { join, resolve } from 'node:path';
import { trustedKey, type TrustedKey } from '@cos/trust';
import { programs, type SigningProgram } from '../programs/detached.ts';
import { readSmall } from './read-small.ts';

/** A public key of another program. */
export interface ProgramKey {
  readonly program: SigningProgram;
  /** Absolute. */
  readonly file: string;
  readonly name: string;
}

export interface PublicKeys {
  /** Of cosign's form. */
  readonly own: readonly TrustedKey[];
  readonly ofPrograms: readonly ProgramKey[];
}

/** Reads key files, each of whatever program has made it; none given: cos.pub of the workspace. Throws TrustError `key` and COS_SIGN_NOT_FOUND. */
export async function readKeys(files: readonly string[], { cwd, workspace }: { readonly cwd: string; readonly workspace: string }): Promise<PublicKeys> {
  const own: TrustedKey[] = [];
  const ofPrograms: ProgramKey[] = [];
  const given = files.length === 0 ? [{ name: 'cos.pub', file: join(workspace, 'cos.pub') }] : files.map((name) => ({ name, file: resolve(cwd, name) }));
  for (const { name, file } of given) {
    const text = await readSmall(file, name);
    const program = programs.find(({ publicKey }) => publicKey.test(text));
    if (program === undefined) own.push(trustedKey(text, name));
    else ofPrograms.push({ program, file, name });
  }
  return { own, ofPrograms };
}
