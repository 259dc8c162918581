import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes a file beside, and gives it its name when it is whole and on the disk. */
export async function writeWhole(path: string, make: (file: string) => Promise<void>): Promise<void> {
  const beside = join(dirname(path), `.${randomUUID()}.tmp`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await make(beside);
    const file = await open(beside, 'r');
    await file.sync();
    await file.close();
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}
