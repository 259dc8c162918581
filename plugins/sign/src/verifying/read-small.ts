import { open } from 'node:fs/promises';
import { problem } from '../problem.ts';

const MAX_SMALL_FILE = 64 * 1024;

/** The text of a key, a signature or a list, of which there are at most `most` bytes. Throws COS_SIGN_NOT_FOUND. */
export async function readSmall(path: string, shown: string, most: number = MAX_SMALL_FILE): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) throw problem('COS_SIGN_NOT_FOUND', `Expected a readable file or folder; found none at ${shown}.`, 'Give paths relative to the current folder, or absolute ones.');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, most);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
