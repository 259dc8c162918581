import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { compress, readTar, writeTar, type TarEntry } from '@cos/archive';

export interface WriteArchiveRequest {
  /** An uncompressed canonical archive. */
  readonly content: AsyncIterable<Uint8Array>;
  /** The file to make. */
  readonly path: string;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** Default: that of the compressor. */
  readonly level: number | undefined;
  readonly signal: AbortSignal;
}

export interface WrittenArchive {
  /** Of the file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Everything but folders, in the order of the archive. */
  readonly files: readonly string[];
}

/** Of the extended attributes clients of luet know this one alone. */
const KEPT_ATTRIBUTE = 'security.capability';

/** Writes a package archive in one pass: list of files, compression and digest on the way. */
export async function writeArchive(request: WriteArchiveRequest): Promise<WrittenArchive> {
  const { content, path, compression, level, signal } = request;
  const files: string[] = [];
  const hash = createHash('sha256');
  async function* entries(): AsyncGenerator<TarEntry, void, undefined> {
    for await (const entry of readTar(content)) {
      if (entry.type !== 'directory') files.push(entry.path);
      yield withoutForeignAttributes(entry);
    }
  }
  async function* compressed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of compress(writeTar(entries()), { format: compression, ...(level === undefined ? {} : { level }) })) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(compressed(), createWriteStream(path, { flags: 'wx' }), { signal });
  return { sha256: hash.digest('hex'), files };
}

function withoutForeignAttributes(entry: TarEntry): TarEntry {
  const capability = entry.xattrs.get(KEPT_ATTRIBUTE);
  const isClean = entry.xattrs.size === (capability === undefined ? 0 : 1);
  return isClean ? entry : { ...entry, xattrs: new Map(capability === undefined ? [] : [[KEPT_ATTRIBUTE, capability]]) };
}
