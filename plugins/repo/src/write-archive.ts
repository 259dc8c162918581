import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Transform, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { writeTar, type TarEntry } from '@cos/archive';
import { compressionSuffix, type CompressionType, type RepositoryArchive } from '@cos/luet';

export interface ArchiveRequest {
  readonly folder: string;
  /** Without the suffix of the compression. */
  readonly name: string;
  readonly compression: CompressionType;
  readonly entries: readonly TarEntry[];
  readonly signal: AbortSignal;
}

/** Writes a compressed tar into a folder, and says how repository.yaml names it. Neither name nor time of the host is in it. */
export async function writeArchive({ folder, name, compression, entries, signal }: ArchiveRequest): Promise<RepositoryArchive> {
  const filename = name + compressionSuffix(compression);
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(writeTar(entries), compressor(compression), hashed, createWriteStream(join(folder, filename), { flags: 'wx' }), { signal });
  return { filename, compression, sha256: hash.digest('hex') };
}

function compressor(compression: CompressionType): Duplex {
  switch (compression) {
    case 'none':
      return new PassThrough();
    case 'gzip':
      return createGzip({ level: 9 });
    case 'zstd':
      return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_checksumFlag]: 1 } });
    default: {
      const never: never = compression;
      return never;
    }
  }
}
