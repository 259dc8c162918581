import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compress, writeTar, type TarEntry } from '@cos/archive';
import { compressionSuffix, type CompressionType, type RepositoryArchive } from '@cos/luet';

export interface ArchiveRequest {
  readonly folder: string;
  /** Without the suffix of the compression. */
  readonly name: string;
  readonly compression: CompressionType;
  readonly entries: readonly TarEntry[];
  readonly signal: AbortSignal;
}

/** Index archives are small and are read by every client: the highest levels. */
const levels = { none: {}, gzip: { level: 9 }, zstd: { level: 19 } } as const;

/** Writes a compressed tar into a folder, and says how repository.yaml names it. Nothing of the host is in it. */
export async function writeArchive({ folder, name, compression, entries, signal }: ArchiveRequest): Promise<RepositoryArchive> {
  const filename = name + compressionSuffix(compression);
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const bytes = Readable.from(compress(writeTar(entries), { format: compression, ...levels[compression] }));
  await pipeline(bytes, hashed, createWriteStream(join(folder, filename), { flags: 'wx' }), { signal });
  return { filename, compression, sha256: hash.digest('hex') };
}
