import { createHash } from 'node:crypto';
import { findSigner } from '../signature/file-signature.ts';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';

/**
 * Names under which the signature of an index file may lie beside it, best first. The first has the digest of the file: it can be there before the file is
 * put in place, so that no reader ever finds a new file with an old signature. The second is where `cosign sign-blob` would put it.
 */
export function indexSignatureNames(bytes: Uint8Array, name: string): readonly [byDigest: string, byName: string] {
  return [`sha256-${createHash('sha256').update(bytes).digest('hex')}.sig`, `${name}.sig`];
}

export interface VerifyIndexRequest {
  /** The file as it was read. */
  readonly bytes: Uint8Array;
  /** `repository.yaml`, or that of a snapshot. */
  readonly name: string;
  /** How messages name it: `/srv/os/repository.yaml`. */
  readonly subject: string;
  readonly keys: readonly TrustedKey[];
  /** The text of a file beside it; undefined when there is none. */
  readonly read: (name: string) => Promise<string | undefined>;
}

/** Throws TrustError `unsigned`, `invalid` or `signature-file`. */
export async function verifyIndexFile({ bytes, name, subject, keys, read }: VerifyIndexRequest): Promise<TrustedKey> {
  for (const file of indexSignatureNames(bytes, name)) {
    const text = await read(file);
    if (text === undefined) continue;
    const key = await findSigner(once(bytes), text, keys, `${file} beside ${subject}`);
    if (key !== undefined) return key;
    throw new TrustError('invalid', `The signature ${file} does not fit ${subject} and ${keys.map((one) => one.name).join(', ')}.`, { hint: 'It was changed, or another key has signed it: do not use the repository.' });
  }
  throw new TrustError('unsigned', `${subject} is not signed, or was changed since.`, { hint: 'Whoever publishes the repository signs it: `cos publish --sign`, or `cos sign` of the repository.' });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
