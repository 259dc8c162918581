import type { KeyObject } from 'node:crypto';
import type { Registry } from '@cos/registry';
import { publicPem, readPublicKey } from '../keys/key-pair.ts';
import { isSignedBy, signPayload, writePayload, type SignedPayload } from '../signature/payload.ts';
import { TrustError } from '../trust-error.ts';
import { readSignatures, writeSignatures, type SignaturesRequest } from './signature-image.ts';

export interface SignImageRequest {
  readonly registry: Registry;
  /** Repository of the image, without tag. It is the name for which the image is signed. */
  readonly repository: string;
  /** Of its manifest: only digests are signed. */
  readonly digest: string;
  readonly key: KeyObject;
  /** What else is said of it. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Where signatures are kept; default: the repository of the image. */
  readonly signatures?: string;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 5;

/**
 * Signs an image beside those who have signed it before. An equal signature by the same key is left as it is: then the answer is false. Registries know no
 * lock: whether another signer was faster is seen afterwards, and the signature is added again. Throws RegistryError and TrustError.
 */
export async function signImage({ registry, repository, digest, key, optional, signatures = repository, signal }: SignImageRequest): Promise<boolean> {
  const place: SignaturesRequest = { registry, repository: signatures, digest, signal };
  const payload = writePayload({ digest, identity: repository, ...(optional === undefined ? {} : { optional }) });
  const publicKey = readPublicKey(publicPem(key), 'of the private key');
  const isOurs = (one: SignedPayload): boolean => Buffer.from(one.payload).equals(payload) && isSignedBy(one, publicKey);
  const made = signPayload(payload, key);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const there = await readSignatures(place);
    if (there.signatures.some(isOurs)) return attempt > 0;
    await writeSignatures(place, [...there.signatures, made]);
  }
  if ((await readSignatures(place)).signatures.some(isOurs)) return true;
  throw new TrustError('signature-file', `Others sign ${repository}@${digest} all the time: ${ATTEMPTS} attempts were overtaken.`, { hint: 'Let one sign after the other.' });
}
