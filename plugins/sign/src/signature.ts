import { createSign, createVerify, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './pem.ts';
import { problem } from './problem.ts';

// Detached signatures as `cosign sign-blob` writes them: ECDSA over SHA-256, ASN.1 form, base64 on one line. ECDSA draws a random number, so that two
// signatures over the same bytes differ; both are good.

export const algorithm = 'ecdsa-p256-sha256';

/** The text of a signature file over a stream of bytes. */
export async function createSignature(bytes: AsyncIterable<Uint8Array>, key: KeyObject): Promise<string> {
  const sign = createSign('sha256');
  for await (const chunk of bytes) sign.update(chunk);
  return `${sign.sign({ key, dsaEncoding: 'der' }, 'base64')}\n`;
}

/** True when the signature file's text is a signature of the key's owner over the bytes. Throws COS_SIGN_BAD_SIGNATURE_FILE when it is no signature. */
export async function verifySignature(bytes: AsyncIterable<Uint8Array>, text: string, key: KeyObject, where: string): Promise<boolean> {
  const signature = decodeBase64(text.trim());
  // A sequence of two integers of at most 33 bytes.
  if (signature === undefined || signature.length < 8 || signature.length > 72 || signature[0] !== 0x30) {
    throw problem('COS_SIGN_BAD_SIGNATURE_FILE', `${where} holds no signature: expected one line of base64 with an ECDSA signature.`, 'Give the signature file with --signature.');
  }
  const verify = createVerify('sha256');
  for await (const chunk of bytes) verify.update(chunk);
  return verify.verify({ key, dsaEncoding: 'der' }, signature);
}
