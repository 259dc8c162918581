import { createSign, createVerify, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../keys/pem.ts';
import { TrustError } from '../trust-error.ts';

// Detached signatures as `cosign sign-blob` writes them: ECDSA over SHA-256, ASN.1 form, base64 on one line. ECDSA draws a random number, so that two
// signatures over the same bytes differ; both are good.

export const algorithm = 'ecdsa-p256-sha256';

/** The text of a signature file over a stream of bytes. */
export async function createSignature(bytes: AsyncIterable<Uint8Array>, key: KeyObject): Promise<string> {
  const sign = createSign('sha256');
  for await (const chunk of bytes) sign.update(chunk);
  return `${sign.sign({ key, dsaEncoding: 'der' }, 'base64')}\n`;
}

/** Which of the keys has signed the bytes; undefined: none of them. Throws TrustError `signature-file` when the text is no signature. */
export async function findSigner<Key extends { readonly key: KeyObject }>(bytes: AsyncIterable<Uint8Array>, text: string, keys: readonly Key[], where: string): Promise<Key | undefined> {
  const signature = readSignature(text);
  if (signature === undefined) throw new TrustError('signature-file', `${where} holds no signature: expected one line of base64 with an ECDSA signature.`, { hint: 'Give the signature file with --signature.' });
  const checks = keys.map((one) => ({ one, verify: createVerify('sha256') }));
  for await (const chunk of bytes) for (const { verify } of checks) verify.update(chunk);
  return checks.find(({ one, verify }) => verify.verify({ key: one.key, dsaEncoding: 'der' }, signature))?.one;
}

/** True when the signature file's text is a signature of the key's owner over the bytes. Throws TrustError `signature-file` when it is no signature. */
export async function verifySignature(bytes: AsyncIterable<Uint8Array>, text: string, key: KeyObject, where: string): Promise<boolean> {
  return (await findSigner(bytes, text, [{ key }], where)) !== undefined;
}

/** The bytes of a signature: a sequence of two integers of at most 33 bytes. Undefined for anything else. */
export function readSignature(text: string): Buffer | undefined {
  const signature = decodeBase64(text.trim());
  return signature === undefined || signature.length < 8 || signature.length > 72 || signature[0] !== 0x30 ? undefined : signature;
}
