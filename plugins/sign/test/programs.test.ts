import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sign } from '../src/commands/sign.ts';
import { verify } from '../src/commands/verify.ts';
import { contextOf, failureOf, temporaryFolder } from './rig.ts';

const password = 'a password that nobody else has';

/** Sealing a key of minisign takes seconds: one pair has a password, the other none. */
const minisignKeys = mkdtempSync(join(tmpdir(), 'cos-minisign-'));
beforeAll(() => {
  execFileSync('minisign', ['-G', '-p', 'own.pub', '-s', 'own.key'], { cwd: minisignKeys, input: `${password}\n${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
  execFileSync('minisign', ['-G', '-W', '-p', 'other.pub', '-s', 'other.key'], { cwd: minisignKeys, stdio: 'ignore' });
}, 60_000);
afterAll(() => rmSync(minisignKeys, { recursive: true }));

interface Case {
  readonly name: string;
  readonly suffix: string;
  /** Makes the pairs `own` and `other`; public keys are own.pub and other.pub. */
  readonly make: (folder: string) => void;
  readonly by: string;
  /** What people would type to verify. */
  readonly check: string;
  readonly wrongPassword: boolean;
}

const cases: readonly Case[] = [
  {
    name: 'minisign',
    suffix: '.minisig',
    make: (folder) => cpSync(minisignKeys, folder, { recursive: true }),
    by: 'minisign:own.key',
    check: 'minisign -V -p own.pub -m medium',
    wrongPassword: true,
  },
  {
    name: 'ssh',
    suffix: '.sshsig',
    make: (folder) => ['own', 'other'].forEach((name) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', name], { cwd: folder });
    }),
    by: 'ssh:own',
    check: 'echo "me $(cat own.pub)" > allowed && ssh-keygen -Y verify -f allowed -I me -n file -s medium.sshsig < medium',
    wrongPassword: false,
  },
  {
    name: 'gpg',
    suffix: '.asc',
    make: (folder) => {
      for (const name of ['own', 'other']) {
        execFileSync('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--quick-gen-key', `${name} <${name}@example.org>`, 'ed25519', 'sign', 'never'], { input: `${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
        writeFileSync(join(folder, `${name}.pub`), execFileSync('gpg', ['--batch', '--armor', '--export', `${name}@example.org`]));
      }
    },
    by: 'gpg:own@example.org',
    check: 'gpg --batch --verify medium.asc medium',
    wrongPassword: true,
  },
];

describe.each(cases)('files, by $name,', { timeout: 90_000 }, ({ suffix, make, by, check, wrongPassword, name }) => {
  let folder: string;
  const home = process.env['HOME'];
  beforeEach(async () => {
    folder = await temporaryFolder();
    process.env['HOME'] = join(folder, 'home');
    mkdirSync(join(folder, 'home/.gnupg'), { recursive: true, mode: 0o700 });
    chmodSync(join(folder, 'home/.gnupg'), 0o700);
    make(folder);
    writeFileSync(join(folder, 'medium'), 'medium\n');
    return () => {
      if (name === 'gpg') execFileSync('gpgconf', ['--kill', 'all']);
      process.env['HOME'] = home;
    };
  });

  const signing = async (what: readonly string[], used = password, args: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> => {
    const given = contextOf(folder, { what, missing: false, all: false, skip: [], annotation: [], ignore: [], by, ...args }, { password: used });
    await sign.handle(given);
    return given.printed;
  };
  const verifying = async (what: string, key: readonly string[], args: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> => {
    const given = contextOf(folder, { what, key, skip: [], ignore: [], ...args });
    await verify.handle(given);
    return given.printed;
  };

  test('are signed so that the program itself finds the signature good, and cos, too', async () => {
    expect(await signing(['medium'])).toEqual([`signed: medium, in medium${suffix}`]);
    execFileSync('/bin/sh', ['-c', check], { cwd: folder, stdio: 'ignore' });
    expect(await verifying('medium', ['own.pub'])).toEqual(['good: medium is signed by the owner of own.pub']);
    expect(await verifying('medium', ['other.pub', 'own.pub'])).toEqual(['good: medium is signed by the owner of own.pub']);
    expect(await failureOf(verifying('medium', ['other.pub']))).toMatchObject({ code: 'COS_SIGN_INVALID', message: `The signature medium${suffix} does not fit medium and the key other.pub.` });
    expect(readdirSync(folder).filter((file) => file.startsWith('.cos'))).toEqual([]);
    // Again: the signature is made anew.
    await signing(['medium']);
    appendFileSync(join(folder, 'medium'), '!');
    expect(await failureOf(verifying('medium', ['own.pub']))).toMatchObject({ code: 'COS_SIGN_INVALID' });
    writeFileSync(join(folder, 'medium'), 'medium\n');
    writeFileSync(join(folder, `medium${suffix}`), readFileSync(join(folder, `medium${suffix}`), 'utf8').replace(/^([A-Za-z0-9+/]{30})(.)/m, (_, before: string, at: string) => `${before}${at === 'A' ? 'B' : 'A'}`));
    expect(await failureOf(verifying('medium', ['own.pub']))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  });

  test('of a list of checksums verify what the list has', async () => {
    execFileSync('/bin/sh', ['-c', 'sha256sum medium > SHA256SUMS'], { cwd: folder });
    await signing(['SHA256SUMS']);
    expect(await verifying('medium', ['own.pub'])).toEqual(['good: medium has the checksum of SHA256SUMS, which is signed by the owner of own.pub']);
    copyFileSync(join(folder, 'SHA256SUMS'), join(folder, 'medium'));
    expect(await failureOf(verifying('medium', ['own.pub']))).toMatchObject({ code: 'COS_SIGN_INVALID' });
  });

  test('are not signed with a wrong password or a missing key, and what is told has no password', async () => {
    if (wrongPassword) {
      if (name === 'gpg') execFileSync('gpgconf', ['--kill', 'all']);
      const { code, message } = await failureOf(signing(['medium'], 'another password'));
      expect([code, message.includes('another password')]).toEqual(['COS_SIGN_PROGRAM', false]);
    }
    expect(await failureOf(signing(['medium'], password, { by: `${name}:none` }))).toMatchObject({ code: 'COS_SIGN_PROGRAM' });
    expect(readdirSync(folder).filter((file) => file.startsWith('medium') || file.startsWith('.cos'))).toEqual(['medium']);
    expect(await failureOf(signing(['docker:registry.example/os/image:1']))).toMatchObject({ code: 'COS_SIGN_REQUEST' });
    expect(await failureOf(verifying('registry.example/os/image:1', ['own.pub']))).toMatchObject({ code: 'COS_SIGN_REQUEST' });
    expect(await failureOf(verifying('medium', ['own.pub']))).toMatchObject({ code: 'COS_SIGN_NOT_FOUND', message: `Expected the signature of medium at medium${suffix}; it is not there.` });
  });
});
