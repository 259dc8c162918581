import { chmod, copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failureOf } from '../errors.ts';

/**
 * Puts keys where apt finds them: all in one folder that everybody may read, each file with the ending by which apt tells armoured keys from others. Answers
 * undefined when there are none. Throws COS_DOCKER_KEYRING_FORM.
 */
export async function placeKeyrings(sources: readonly string[], folder: string): Promise<string | undefined> {
  if (sources.length === 0) return undefined;
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  let number = 0;
  for (const source of sources) {
    const files = (await stat(source)).isDirectory() ? (await readdir(source)).sort().map((name) => join(source, name)) : [source];
    for (const file of files) {
      const copy = join(folder, `${number++}.${await endingOf(file, source)}`);
      await copyFile(file, copy);
      await chmod(copy, 0o644);
    }
  }
  if (number === 0) throw failureOf('COS_DOCKER_KEYRING_FORM', 'The folder of keyrings is empty.');
  return folder;
}

/** Armour: RFC 9580, 6.2. A packet begins with a byte whose highest bit is set, 4.2. */
async function endingOf(file: string, source: string): Promise<'asc' | 'gpg'> {
  if (!(await stat(file)).isFile()) throw failureOf('COS_DOCKER_KEYRING_FORM', `Expected files with keys in ${JSON.stringify(source)}; found something else.`);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(36), 0, 36, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start.toString('latin1').startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return 'asc';
    if (((start[0] ?? 0) & 0x80) !== 0) return 'gpg';
  } finally {
    await handle.close();
  }
  throw failureOf('COS_DOCKER_KEYRING_FORM', 'A keyring holds no OpenPGP keys.');
}
