import { open } from 'node:fs/promises';
import { readMetadata } from '@cos/luet';

/** Whose archive it is, as its metadata tells. */
export interface PackageIdentity {
  readonly category: string;
  readonly name: string;
  readonly version: string;
}

/** More than any metadata has: a million files. */
const MAX_METADATA = 256 * 1024 ** 2;

/** The package of an archive, from the metadata file beside it; undefined where there is none that can be read. */
export async function packageBeside(archive: string): Promise<PackageIdentity | undefined> {
  const text = await readText(archive.replace(/\.package\.tar(?:\.gz|\.zst)?$/, '.metadata.yaml'));
  if (text === undefined) return undefined;
  const { metadata } = readMetadata(text, archive);
  return metadata === undefined ? undefined : { category: metadata.package.category, name: metadata.package.name, version: metadata.package.version };
}

async function readText(path: string): Promise<string | undefined> {
  // Whatever hinders to read it, the archive is all that is known.
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    return size > MAX_METADATA ? undefined : await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
