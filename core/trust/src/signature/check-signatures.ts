import { parseReference, RegistryError } from '@cos/registry';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';
import { isSignedBy, readPayload, type Payload, type SignedPayload } from './payload.ts';

export interface CheckRequest {
  /** How messages name the object: `registry.example/os/base@sha256:…`. */
  readonly subject: string;
  /** What must be signed. */
  readonly digest: string;
  /** Whose signatures count; one of them is enough. */
  readonly keys: readonly TrustedKey[];
  /** Repository for which it must be signed: `registry.example/os/base`. */
  readonly identity: string;
}

/** Who says what of an object. */
export interface Verified extends Payload {
  readonly key: TrustedKey;
}

/**
 * The first signature that counts. A payload is read only when its bytes are signed by a key that counts: what others say is no reason for anything.
 * Throws TrustError `unsigned`, `invalid` or `identity`.
 */
export function checkSignatures(signatures: readonly SignedPayload[], { subject, digest, keys, identity }: CheckRequest): Verified {
  if (signatures.length === 0) throw new TrustError('unsigned', `${subject} is not signed.`, { hint: 'Whoever publishes it signs it with `cos sign`.' });
  const names = keys.map(({ name }) => name).join(', ');
  const others: string[] = [];
  const identities = new Set<string>();
  for (const signature of signatures) {
    const key = keys.find((one) => isSignedBy(signature, one.key));
    if (key === undefined) continue;
    const payload = readPayload(signature.payload);
    if (typeof payload === 'string') others.push(payload);
    else if (payload.digest !== digest) others.push(`the digest ${payload.digest}`);
    else if (!isSameIdentity(payload.identity, identity)) identities.add(payload.identity);
    else return { ...payload, key };
  }
  if (identities.size > 0) {
    throw new TrustError('identity', `${subject} is signed for another name.`, { expected: identity, found: [...identities].toSorted().join(', '), hint: 'If it is a copy of that one on purpose, say so: identity in the policy, or --identity.' });
  }
  if (others.length > 0) throw new TrustError('invalid', `No signature of ${names} is over ${subject}.`, { expected: digest, found: others.join(', '), hint: 'The signature of another object lies there: do not use it.' });
  throw new TrustError('invalid', `${subject} is signed, but not by ${names}.`, { hint: 'Another key has signed it, or it was changed: do not use it.' });
}

/** Signatures name a repository, some with a tag or a digest; hosts of docker.io have several names. */
export function isSameIdentity(signed: string, wanted: string): boolean {
  const [a, b] = [repositoryOf(signed), repositoryOf(wanted)];
  return a !== undefined && a === b;
}

function repositoryOf(text: string): string | undefined {
  try {
    const { registry, repository } = parseReference(text);
    return `${registry}/${repository}`;
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}
