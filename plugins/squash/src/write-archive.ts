import { open, type FileHandle } from 'node:fs/promises';
import { ArchiveError, compress, formatManifestLine, writeTar, type TarEntry } from '@cos/archive';
import { explainArchiveError } from './choose-content.ts';
import { LineFile } from './line-file.ts';
import { packageEntries, type PackageEntriesRequest } from './package-entries.ts';

export interface WriteArchiveRequest extends PackageEntriesRequest {
  /** The file to make. */
  readonly archive: string;
  /** The file to make of what is in the archive: one line of JSON for each entry. */
  readonly manifest: string;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** Default: that of the compressor. */
  readonly level: number | undefined;
  readonly signal: AbortSignal;
}

export interface WrittenArchive {
  /** Everything but folders, in the order of the archive. */
  readonly files: readonly string[];
  /** Bytes of the contents of all files. */
  readonly size: number;
}

/**
 * Writes a package archive and its manifest in one pass over the content. An empty package is the 1024 zero bytes of an empty archive. When it fails, the
 * files are there in part. Throws COS_SQUASH_IMAGE_FORM.
 */
export async function writeArchive(request: WriteArchiveRequest): Promise<WrittenArchive> {
  const { recipe, compression, level, signal } = request;
  const files: string[] = [];
  let size = 0;
  async function* entries(manifest: LineFile): AsyncGenerator<TarEntry, void, undefined> {
    for await (const { entry, sha256 } of packageEntries(request)) {
      if (entry.type !== 'directory') files.push(entry.path);
      size += entry.size;
      manifest.add(formatManifestLine({ ...entry, sha256 }));
      yield entry;
    }
  }
  const archive = await open(request.archive, 'wx');
  try {
    const manifest = new LineFile(request.manifest);
    try {
      for await (const chunk of compress(writeTar(entries(manifest), { transient: true }), { format: compression, transient: true, ...(level === undefined ? {} : { level }) })) {
        signal.throwIfAborted();
        await writeAll(archive, chunk);
      }
    } finally {
      manifest.close();
    }
  } catch (error) {
    throw error instanceof ArchiveError ? explainArchiveError(error, recipe) : error;
  } finally {
    await archive.close();
  }
  return { files, size };
}

/** Ends when the chunk is no longer needed. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
