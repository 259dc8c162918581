// Whose signatures count for which repository: what the command line says, else a file of policies.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { noteSeen, readSeen, type RepositoryTrust, type RootFolder } from '@cos/client';
import { sentenceOf, type Parameters, type ParameterValues } from '@cos/core';
import { findPolicy, readPolicies, readTrustedKey, signatureRepository, type NamedPolicy, type SeenRecord, type TrustError } from '@cos/trust';
import { refuse } from './problem.ts';
import type { FoundRepository } from './repositories.ts';

export const trustParameters = {
  verify: { type: 'choice', choices: ['enforce', 'warn', 'off'], description: 'what happens where a repository is not signed as it should be; default: as its policy says, and enforce with --key' },
  key: { type: 'list', description: 'the file of a public key: every repository must be signed by one of them' },
  trust: { type: 'text', description: 'a file of policies, which say whose signatures count for which repository; default /etc/cos/trust.yaml' },
} as const satisfies Parameters;

const USUAL = '/etc/cos/trust.yaml';

export interface Trust {
  /** The policy for a repository by its names; undefined: nobody looks. */
  of(repository: { readonly key: string; readonly names: readonly string[]; readonly shown: string }): RepositoryTrust | undefined;
}

export interface TrustRequest {
  readonly args: ParameterValues<typeof trustParameters>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was seen of repositories before. */
  readonly seen: SeenRecord;
  readonly warn: (message: string) => void;
}

/** Throws CosError for files that cannot be read, and TrustError for those that cannot be understood. */
export async function readTrust({ args, cwd, env, seen, warn }: TrustRequest): Promise<Trust> {
  const { verify } = args;
  if (verify === 'off') {
    if (args.key.length > 0) throw refuse('COS_CLIENT_REQUEST', 'Expected either --key or --verify off; found both.', 'Leave one of them out.');
    return { of: () => undefined };
  }
  const keys = await Promise.all(args.key.map(async (file) => readTrustedKey(resolve(cwd, file), file)));
  const given: readonly NamedPolicy[] = keys.length === 0 ? [] : [{ match: '*', mode: 'enforce', keys }];
  const policies = [...given, ...(keys.length > 0 && args.trust === undefined ? [] : await policiesOf(cwd, args.trust))];
  const signatures = signatureRepository(env);
  const now = new Date();
  return {
    of({ key, names, shown }) {
      const found = findPolicy(policies, names);
      if (found === undefined) {
        if (verify !== undefined) throw refuse('COS_CLIENT_POLICY', `Expected a key or a policy for the repository ${shown}, because of --verify ${verify}; found none.`, 'Give the file of its public key with --key, or a policy with --trust.');
        if (policies.length > 0) warn(`no policy is for the repository ${shown}: nobody looks at its signature`);
        return undefined;
      }
      if (found.mode === 'off' && verify === undefined) return undefined;
      if (found.keys.length === 0) throw refuse('COS_CLIENT_POLICY', `Expected a key for the repository ${shown}, because of --verify ${verify}; found a policy without one.`, 'Give the file of its public key with --key.');
      const before = seen[key];
      return { ...(signatures === undefined ? {} : { signatures }), ...found, mode: verify ?? found.mode, now, warn: (problem) => warn(describe(problem)), ...(before === undefined ? {} : { seen: before }) };
    },
  };
}

/** What is to be noted of repositories that were verified. */
export function seenIn(repositories: readonly FoundRepository[]): SeenRecord {
  return Object.fromEntries(repositories.flatMap(({ seenAs, verified }) => (verified === undefined ? [] : [[seenAs, verified] as const])));
}

/** Notes in a root what was verified. */
export function noteVerified(root: RootFolder, repositories: readonly FoundRepository[]): void {
  noteSeen(root, seenIn(repositories));
}

/** What a root has noted. */
export function seenOf(root: RootFolder | undefined): SeenRecord {
  return root === undefined ? {} : readSeen(root);
}

async function policiesOf(cwd: string, given: string | undefined): Promise<readonly NamedPolicy[]> {
  const file = given === undefined ? USUAL : resolve(cwd, given);
  try {
    return await readPolicies(await readFile(file, 'utf8'), file);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent && given === undefined) return [];
    if (isAbsent) throw refuse('COS_CLIENT_REQUEST', `The file of policies ${given} is not there.`, 'Check the path.');
    throw error;
  }
}

/** One line. */
export function describe(problem: TrustError): string {
  return sentenceOf(problem).slice(0, -1);
}
