import { createHash, hash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { asDigest, type Digest } from '../model/identity.ts';

/** Below this size reading at once is cheaper than a stream. */
const small = 1024 * 1024;

/** Digest of a file's bytes. `size` is a hint only. */
export async function hashFile(path: string, size: number): Promise<Digest> {
  if (size < small) return asDigest(`sha256:${hash('sha256', readFileSync(path))}`);
  const sum = createHash('sha256');
  // oxlint-disable-next-line typescript/no-unsafe-argument -- chunks of a file stream without encoding are buffers
  for await (const chunk of createReadStream(path, { highWaterMark: small })) sum.update(chunk);
  return asDigest(`sha256:${sum.digest('hex')}`);
}
