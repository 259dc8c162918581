import type { Registry } from '@cos/registry';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { checkSignatures, type Verified } from '../signature/check-signatures.ts';
import { readSignatures } from './signature-image.ts';

export interface VerifyImageRequest {
  readonly registry: Registry;
  /** Repository of the image, without tag. */
  readonly repository: string;
  /** Of its manifest. Whoever has a tag resolves it first, and reads the image by this digest alone. */
  readonly digest: string;
  readonly keys: readonly TrustedKey[];
  /** Repository for which it must be signed; default: its own. For copies in mirrors. */
  readonly identity?: string;
  /** Where signatures are kept; default: the repository of the image. */
  readonly signatures?: string;
  readonly signal: AbortSignal;
}

/** Throws TrustError `unsigned`, `invalid`, `identity` or `signature-file`, and RegistryError where nobody can tell. */
export async function verifyImage({ registry, repository, digest, keys, identity = repository, signatures = repository, signal }: VerifyImageRequest): Promise<Verified> {
  const there = await readSignatures({ registry, repository: signatures, digest, signal });
  return checkSignatures(there.signatures, { subject: `${repository}@${digest}`, digest, keys, identity });
}
