import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { TrustError } from '@cos/trust';
import { problem } from '../problem.ts';
import { runProgram, type Ran } from './run.ts';

// Signatures of files by programs that people have. They make and read them themselves; here is how each is called, and where its signature lies.

export interface ProgramSigning {
  /** The file, absolute. */
  readonly path: string;
  /** The private key: a file, absolute; of gpg what names a key of the keyring. */
  readonly key: string;
  /** Undefined: none is given, for keys without one and for agents. */
  readonly password: string | undefined;
  /** Where the signature is to be made, absolute. */
  readonly signature: string;
  readonly signal: AbortSignal;
}

export interface ProgramVerifying {
  readonly path: string;
  /** The file of the public key, absolute. */
  readonly key: string;
  readonly signature: string;
  readonly signal: AbortSignal;
}

export interface SigningProgram {
  readonly name: 'minisign' | 'ssh' | 'gpg';
  /** Behind the name of the file. */
  readonly suffix: string;
  /** What a public key file of it begins with. */
  readonly publicKey: RegExp;
  sign(request: ProgramSigning): Promise<Ran>;
  /** Status 0: the signature fits. */
  verify(request: ProgramVerifying): Promise<Ran>;
}

export const minisign: SigningProgram = {
  name: 'minisign',
  suffix: '.minisig',
  publicKey: /^untrusted comment: .*\n?RW/,
  sign: async ({ path, key, password = '', signature, signal }) => runProgram('minisign', ['-S', '-s', key, '-m', path, '-x', signature, '-t', `file:${basename(path)}`], { input: `${password}\n`, debian: 'minisign', signal }),
  verify: async ({ path, key, signature, signal }) => runProgram('minisign', ['-V', '-q', '-p', key, '-m', path, '-x', signature], { debian: 'minisign', signal }),
};

/** The namespace says what is signed, so that no signature of something else counts as one of a file. */
const NAMESPACE = 'file';

export const ssh: SigningProgram = {
  name: 'ssh',
  suffix: '.sshsig',
  publicKey: /^(?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+ AAAA/,
  async sign({ path, key, signature, signal }) {
    // Of standard input: for a file it would write beside it, under a name of its own choice.
    const ran = await runProgram('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', NAMESPACE], { input: await readFile(path), debian: 'openssh-client', signal });
    if (ran.status === 0) await writeFile(signature, ran.stdout);
    return ran;
  },
  async verify({ path, key, signature, signal }) {
    const [type = '', base64 = ''] = (await readFile(key, 'utf8')).trim().split(/\s+/);
    return inTemporary(async (folder) => {
      const allowed = join(folder, 'allowed');
      await writeFile(allowed, `signer namespaces="${NAMESPACE}" ${type} ${base64}\n`);
      return runProgram('ssh-keygen', ['-Y', 'verify', '-f', allowed, '-I', 'signer', '-n', NAMESPACE, '-s', signature], { input: await readFile(path), debian: 'openssh-client', signal });
    });
  },
};

export const gpg: SigningProgram = {
  name: 'gpg',
  suffix: '.asc',
  publicKey: /^-----BEGIN PGP PUBLIC KEY BLOCK-----/,
  sign: async ({ path, key, password, signature, signal }) =>
    runProgram('gpg', ['--batch', '--yes', '--quiet', '--armor', ...(password === undefined ? [] : ['--pinentry-mode', 'loopback', '--passphrase-fd', '3']), `--local-user=${key}`, `--output=${signature}`, '--detach-sign', path], {
      ...(password === undefined ? {} : { secret: `${password}\n` }),
      debian: 'gnupg',
      signal,
    }),
  verify: async ({ path, key, signature, signal }) =>
    inTemporary(async (folder) => {
      // A keyring with this one key: what others the user trusts does not count.
      const common = [`--homedir=${folder}`, '--batch', '--quiet', '--no-autostart', '--no-options'];
      const imported = await runProgram('gpg', [...common, '--import', key], { debian: 'gnupg', signal });
      return imported.status === 0 ? runProgram('gpg', [...common, '--trust-model=always', '--verify', signature, path], { debian: 'gnupg', signal }) : imported;
    }),
};

export const programs: readonly SigningProgram[] = [minisign, ssh, gpg];

/** Signs a file: the signature appears whole, beside it. Throws COS_SIGN_PROGRAM with what the program says. */
export async function signWith(program: SigningProgram, { path, key, password, signal }: Omit<ProgramSigning, 'signature'>): Promise<string> {
  const signature = `${path}${program.suffix}`;
  const temporary = join(dirname(path), `.cos-new-${process.pid}${program.suffix}`);
  try {
    await rm(temporary, { force: true });
    const ran = await program.sign({ path, key, password, signature: temporary, signal });
    if (ran.status !== 0) throw problem('COS_SIGN_PROGRAM', `${program.name} does not sign ${path}: ${wordsOf(ran)}.`, 'Check the key and its password; keys of ssh with a password are signed with by an agent.');
    await rename(temporary, signature);
    return signature;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Throws TrustError `invalid` for what the program does not find good. */
export async function verifyWith(program: SigningProgram, request: ProgramVerifying, shown: { readonly file: string; readonly signature: string; readonly key: string }): Promise<void> {
  const ran = await program.verify(request);
  if (ran.status === 0) return;
  throw new TrustError('invalid', `The signature ${shown.signature} does not fit ${shown.file} and the key ${shown.key}.`, { notes: [`${program.name} says: ${wordsOf(ran)}`], hint: 'The file or the signature was changed, or another key has signed it: do not use the file.' });
}

function wordsOf({ stdout, stderr, status }: Ran): string {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim()).filter((line) => line !== '' && line !== 'Password:');
  return lines.slice(0, 3).join('; ').replace(/\.$/, '') || `it ends with status ${status}`;
}

async function inTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-verify-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
