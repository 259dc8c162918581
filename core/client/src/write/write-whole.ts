import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive, isForeign, ownIdentity } from '../root/process-identity.ts';

/** Makes a file beside, and gives it its name when it is whole and on the disk. What a killed process left beside is removed first. */
export async function writeWhole(path: string, make: (file: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const prefix = `.${basename(path).slice(0, 100)}.cos-`;
  await sweep(folder, prefix);
  count += 1;
  const beside = join(folder, `${prefix}${ownIdentity().replaceAll(' ', '_')}_${count}.tmp`);
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

let count = 0;

const DAY = 24 * 3600 * 1000;

/** Half a disk image can be large. Whether a process of another machine, or of another boot of this one, lives is told by whether it writes. */
async function sweep(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const identity = name.slice(prefix.length).replaceAll('_', ' ');
    const isLeft = isForeign(identity) ? Date.now() - (await timeOf(join(folder, name))) > DAY : !isAlive(identity);
    if (isLeft) await rm(join(folder, name), { force: true });
  }
}

/** Now for what is gone meanwhile. */
async function timeOf(path: string): Promise<number> {
  return stat(path).then(({ mtimeMs }) => mtimeMs, () => Date.now());
}
