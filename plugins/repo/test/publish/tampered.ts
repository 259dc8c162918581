import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { changeRoot, ClientError, openRepository, planChanges, type OpenRepository, type RepositoryTrust } from '@cos/client';
import { generateKeyPair, openPrivateKey, trustedKey, TrustError } from '@cos/trust';
import { expect } from 'vitest';
import type { IndexSigner } from '../../src/publish/index-signer.ts';
import type { Place } from '../../src/publish/place.ts';
import { temporaryFolder } from '../rig.ts';
import { list } from './rig.ts';

// What the tables of tampering share: who signs, how an install ends under a policy, and what a row expects.

export const modes = ['enforce', 'warn', 'off'] as const;

export async function makeSigner(name: string): Promise<IndexSigner> {
  const pair = await generateKeyPair('');
  return { key: await openPrivateKey(pair.privateKey, '', name), trusted: trustedKey(pair.publicKey, name), signatures: undefined };
}

/** Of somebody who enforces, one day after the publications of tests. */
export function trustIn(signer: IndexSigner, over: Partial<RepositoryTrust> = {}): RepositoryTrust {
  return { mode: 'enforce', keys: [signer.trusted], now: new Date(Date.UTC(2026, 0, 2)), warn: () => undefined, ...over };
}

export interface Told {
  /** Code of what was refused, or `installs`. */
  readonly end: string;
  readonly warned: readonly string[];
  readonly message: string;
}

/** Installs app/a into an empty root. */
export async function installFrom(place: Place, trust: RepositoryTrust): Promise<Told> {
  const warned: TrustError[] = [];
  const { signal } = new AbortController();
  const root = join(await temporaryFolder(), 'root');
  mkdirSync(root);
  try {
    const repository: OpenRepository = await openRepository({ name: 'main', transports: [place.transport], trust: { ...trust, warn: (problem) => void warned.push(problem) }, signal });
    await changeRoot({ root, repositories: [repository], plan: (installed) => planChanges({ installed, repositories: [repository], wanted: [{ category: 'app', name: 'a', version: '>=0' }], others: 'keep' }), requested: () => true, signal });
    return { end: 'installs', warned: warned.map(({ code }) => code), message: warned.map(({ message }) => message).join(' ') };
  } catch (error) {
    if (!(error instanceof TrustError || error instanceof ClientError)) throw error;
    expect(list(root).filter((name) => name !== 'var')).toEqual([]);
    return { end: error.code, warned: warned.map(({ code }) => code), message: error.message };
  }
}

export interface Row {
  readonly does: string;
  /** How it ends for who enforces. */
  readonly enforce: string;
  /** What names the object in the message. */
  readonly names: RegExp;
  /** How it ends for everybody else; default `installs`. */
  readonly otherwise?: string;
  /** What is told with `warn`; default what `enforce` ends with. */
  readonly warned?: readonly string[];
  readonly over?: () => Partial<RepositoryTrust>;
}

export function expectRow(row: Row, mode: (typeof modes)[number], told: Told): void {
  if (mode === 'enforce') expect(told).toMatchObject({ end: row.enforce, warned: [], message: expect.stringMatching(row.names) });
  else if (mode === 'off') expect(told).toMatchObject({ end: row.otherwise ?? 'installs', warned: [] });
  else {
    const warned = row.warned ?? [row.enforce];
    expect([told.end, told.warned.slice(0, warned.length)]).toEqual([row.otherwise ?? 'installs', warned]);
    if (warned.length > 0 && told.end === 'installs') expect(told.message).toMatch(row.names);
  }
}
