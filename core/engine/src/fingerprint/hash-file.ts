import { createHash, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { asDigest, type Digest } from '../model/identity.ts';

/** Below this size reading at once is cheaper than a stream. */
const small = 1024 * 1024;

/**
 * Digest of a file's bytes. `size` is a hint only. Two pieces of memory take turns, one being read into while the other is hashed: a stream makes a new one
 * for each read, and they pile up faster than they are collected.
 */
export async function hashFile(path: string, size: number): Promise<Digest> {
  if (size < small) return asDigest(`sha256:${hash('sha256', readFileSync(path))}`);
  const sum = createHash('sha256');
  const file = await open(path);
  try {
    const pieces = [Buffer.allocUnsafeSlow(small), Buffer.allocUnsafeSlow(small)] as const;
    let reading = file.read(pieces[0]);
    for (let turn = 1; ; turn += 1) {
      const { buffer, bytesRead } = await reading;
      if (bytesRead === 0) break;
      reading = file.read(pieces[turn % 2 === 0 ? 0 : 1]);
      sum.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return asDigest(`sha256:${sum.digest('hex')}`);
}
