import { createVerify, timingSafeEqual } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { SignedEntity } from '@sigstore/verify';

type SignatureContent = SignedEntity['signature'];

/** A signature over the bytes of a file, which may be larger than the memory: it is read piece by piece. `sha256`: of the file, as it was found to be. */
export function fileSignature({ path, sha256, signature }: { readonly path: string; readonly sha256: string; readonly signature: Buffer }): SignatureContent {
  const digest = Buffer.from(sha256, 'hex');
  const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
  return {
    signature,
    compareSignature: (other) => isSame(other, signature),
    compareDigest: (other) => isSame(other, digest),
    compareSignedDigest: (other) => isSame(other, digest),
    verifySignature: (key) => {
      const verify = createVerify('sha256');
      const file = openSync(path, 'r');
      try {
        const buffer = Buffer.alloc(1024 * 1024);
        for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) verify.update(buffer.subarray(0, length));
      } finally {
        closeSync(file);
      }
      return verify.verify(key, signature);
    },
  };
}
