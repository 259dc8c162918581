import type { KeyObject } from 'node:crypto';
import type { Secret } from '@cos/core';
import { openPrivateKey, publicPem, trustedKey, type TrustedKey } from '@cos/trust';

/** Who signs the index of a repository. What is there already must be signed by the same key: signing on top of something else would vouch for it. */
export interface IndexSigner {
  readonly key: KeyObject;
  readonly trusted: TrustedKey;
  /** Image repository for signatures of images; undefined: the repository itself. */
  readonly signatures: string | undefined;
}

export interface SignerRequest {
  readonly plugin: { readonly key: Secret; readonly password: Secret };
  readonly reveal: (secret: Secret) => Promise<string>;
  readonly signatures: string | undefined;
}

/** Throws TrustError `key` or `password`. */
export async function openSigner({ plugin, reveal, signatures }: SignerRequest): Promise<IndexSigner> {
  const where = plugin.key.name.replace(/^file:/, '');
  const key = await openPrivateKey(await reveal(plugin.key), await reveal(plugin.password), where);
  return { key, trusted: trustedKey(publicPem(key), `the key ${where}`), signatures };
}
