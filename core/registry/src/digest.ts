import { createHash, hash, type Hash } from 'node:crypto';

// Digests of content, in the form of the OCI image specification, "Digests": `sha256:` and lower-case hexadecimal digits.

const forms: Readonly<Record<string, RegExp>> = { sha256: /^[0-9a-f]{64}$/, sha512: /^[0-9a-f]{128}$/ };

/** Whether the text is a digest of an algorithm that can be checked: SHA-256 or SHA-512. */
export function isDigest(text: string): boolean {
  const { algorithm, hex } = splitDigest(text);
  return Object.hasOwn(forms, algorithm) && forms[algorithm]?.test(hex) === true;
}

/** The SHA-256 digest of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** The digest of bytes by the algorithm of another digest, to compare the two. */
export function digestLike(digest: string, bytes: Uint8Array): string {
  const { algorithm } = splitDigest(digest);
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
}

/** A running digest by the algorithm of another one; `end` gives the text to compare. */
export function startDigest(like: string): { readonly update: (bytes: Uint8Array) => void; readonly end: () => string } {
  const { algorithm } = splitDigest(like);
  const running: Hash = createHash(algorithm);
  return { update: (bytes) => void running.update(bytes), end: () => `${algorithm}:${running.digest('hex')}` };
}

export function splitDigest(digest: string): { readonly algorithm: string; readonly hex: string } {
  const colon = digest.indexOf(':');
  return { algorithm: digest.slice(0, Math.max(colon, 0)), hex: digest.slice(colon + 1) };
}
