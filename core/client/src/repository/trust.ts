// What follows from the signature of repository.yaml: it is read only when it is signed, it is no older than before, and everything that it leads to is named
// with a digest.
import { createHash } from 'node:crypto';
import type { RepositoryFile } from '@cos/luet';
import { checkAge, compareSeen, TrustError, type Policy, type Seen } from '@cos/trust';
import { ClientError } from '../client-error.ts';
import type { PackageObject, Transport } from './transport.ts';

export interface RepositoryTrust extends Policy {
  /** What was seen of it before; undefined: nothing. */
  readonly seen?: Seen;
  /** The present: ages are counted to it. */
  readonly now: Date;
  /** Told what is wrong where the policy is to warn. */
  readonly warn: (problem: TrustError) => void;
}

/** What a client notes of an index, and the key that has signed it. */
export interface VerifiedIndex extends Seen {
  readonly key: string;
}

/** Does with what is wrong what the policy says. */
export function objectTo(trust: RepositoryTrust | undefined, problem: TrustError): void {
  if (trust === undefined || trust.mode === 'off') return;
  if (trust.mode === 'enforce') throw problem;
  trust.warn(problem);
}

interface Description {
  readonly trust: RepositoryTrust | undefined;
  readonly transport: Transport;
  /** `repository.yaml`, or that of a snapshot. */
  readonly reference: string;
  readonly bytes: Uint8Array;
}

/** The name of the key that has signed it; undefined: nobody looks, or nobody has. */
export async function verifyDescription({ trust, transport, reference, bytes, signal }: Description & { readonly signal: AbortSignal }): Promise<string | undefined> {
  if (trust === undefined || trust.mode === 'off') return undefined;
  const { keys, identity, signatures } = trust;
  const by = { keys, ...(identity === undefined ? {} : { identity }), ...(signatures === undefined ? {} : { signatures }) };
  try {
    return (await transport.verify(reference, bytes, by, signal)).name;
  } catch (error) {
    if (error instanceof TrustError) objectTo(trust, error);
    // Who can keep the signature away can take it away: it is no worse than none.
    else if (error instanceof ClientError && trust.mode === 'warn') trust.warn(new TrustError('unsigned', `The signature of ${reference} of ${transport.place} cannot be had: ${error.message}`, { cause: error }));
    else throw error;
    return undefined;
  }
}

/** Compares what a signed description says with what it said before. Answers what is to be noted: nothing, unless all of it is as it should be. */
export function checkDescription({ trust, transport, reference, bytes, file, key }: Description & { readonly file: RepositoryFile; readonly key: string | undefined }): VerifiedIndex | undefined {
  if (trust === undefined || key === undefined) return undefined;
  const subject = `${reference} of ${transport.place}`;
  const found: VerifiedIndex = { name: file.name, revision: file.revision, lastUpdate: file.lastUpdate, sha256: createHash('sha256').update(bytes).digest('hex'), key };
  const problems: (TrustError | undefined)[] = [];
  if (trust.identity !== undefined && transport.keepsArchives && file.name !== trust.identity) {
    problems.push(new TrustError('identity', `${subject} is signed for another name.`, { expected: JSON.stringify(trust.identity), found: JSON.stringify(file.name), hint: 'Another repository of the same publisher lies there.' }));
  }
  problems.push(compareSeen(subject, found, trust.seen));
  // Who names a snapshot wants an old one.
  if (reference === 'repository.yaml' && trust.maxAgeDays !== undefined) problems.push(checkAge(subject, file.lastUpdate, { maxAgeDays: trust.maxAgeDays, now: trust.now }));
  const wrong = problems.filter((problem) => problem !== undefined);
  for (const problem of wrong) objectTo(trust, problem);
  // A frozen index is no reason to forget it.
  return wrong.every(({ code }) => code === 'frozen') ? found : undefined;
}

/** Packages that the signed index names without a digest: their own signature counts where there can be one. */
export function coveredTransport(transport: Transport, trust: RepositoryTrust | undefined): Transport {
  if (trust === undefined || trust.mode === 'off') return transport;
  const cover = async (object: PackageObject, signal: AbortSignal): Promise<PackageObject> => {
    const isCovered = transport.keepsArchives ? (object.sha256 ?? '') !== '' : object.image !== undefined;
    if (isCovered) return object;
    try {
      if (transport.verifyPackage !== undefined) return { ...object, image: await transport.verifyPackage(object, trust, signal) };
      throw new TrustError('uncovered', `The package ${object.category}/${object.name}@${object.version} of ${transport.place} is not covered by a signature: the index has no digest of it.`, { hint: 'Publish it again, so that the index has its digest.' });
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      objectTo(trust, error);
      return object;
    }
  };
  return {
    ...transport,
    async *readPackage(object, signal) {
      yield* transport.readPackage(await cover(object, signal), signal);
    },
  };
}
