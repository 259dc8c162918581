import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ArchiveError } from '@cos/archive';
import { formatListing, parseListing, type KnownLayer } from './listing-text.ts';

// Listings of layers from run to run, by the digest of the layer: a layer that was read once is known. A file is written under another name first and has
// a checksum, so that one that is there is whole; one that is not is a layer that nobody has read. Nothing is lost when the folder is.

export interface ListingFolderOptions {
  /** Made when it is missing. */
  readonly folder: string;
  /** Bytes of the disk to keep; the listings that were used longest ago go first. Looked after now and then: for a while there may be more. */
  readonly limit: number;
}

const digestForm = /^sha256:([0-9a-f]{64})$/;
const SUFFIX = '.v1.zst';
/** Its time is when somebody looked through the folder, which takes long where there are many listings. */
const SWEPT = 'swept';
const SWEEP_EVERY = 60 * 60 * 1000;
/** A million files are about 250 MB. */
const MAX_TEXT = 0x1fff_fff0;

export class ListingFolder {
  readonly #options: ListingFolderOptions;
  /** Bytes that came since somebody looked through the folder. */
  #added = 0;

  constructor(options: ListingFolderOptions) {
    this.#options = options;
  }

  /** The layer of this digest; undefined when it is not known. */
  find(digest: string): KnownLayer | undefined {
    const file = this.#fileOf(digest);
    if (file === undefined) return undefined;
    try {
      const known = parseListing(zstdDecompressSync(readFileSync(file), { maxOutputLength: MAX_TEXT }));
      const now = new Date();
      if (known !== undefined) utimesSync(file, now, now);
      return known;
    } catch (error) {
      if (isUnusable(error)) return undefined;
      throw error;
    }
  }

  /** Remembers a layer. A full disk and a folder that cannot be written to are no failure: the layer is read again next time. */
  add(digest: string, layer: KnownLayer): void {
    const file = this.#fileOf(digest);
    if (file === undefined) return;
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      mkdirSync(this.#options.folder, { recursive: true });
      writeFileSync(temporary, zstdCompressSync(formatListing(layer), { params: { [constants.ZSTD_c_checksumFlag]: 1 } }), { flag: 'wx' });
      renameSync(temporary, file);
      this.#added += sizeOnDisk(statSync(file));
      if (this.#added > this.#options.limit / 16 || this.#isOld()) this.#shrink();
    } catch (error) {
      if (existsSync(temporary)) rmSync(temporary);
      if (!isUnusable(error)) throw error;
    }
  }

  #fileOf(digest: string): string | undefined {
    const hex = digestForm.exec(digest)?.[1];
    return hex === undefined ? undefined : join(this.#options.folder, hex + SUFFIX);
  }

  #isOld(): boolean {
    const swept = statSync(join(this.#options.folder, SWEPT), { throwIfNoEntry: false });
    return swept === undefined || Math.abs(Date.now() - swept.mtimeMs) > SWEEP_EVERY;
  }

  /** Also removes what was being written by a process that is long gone. */
  #shrink(): void {
    const { folder, limit } = this.#options;
    this.#added = 0;
    // First, so that others do not look as well.
    writeFileSync(join(folder, SWEPT), '');
    const files = readdirSync(folder).flatMap((name) => {
      const stat = name === SWEPT ? undefined : statSync(join(folder, name), { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ path: join(folder, name), size: sizeOnDisk(stat), time: stat.mtimeMs, isWhole: name.endsWith(SUFFIX) }];
    });
    const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size, time, isWhole } of files.toSorted((a, b) => a.time - b.time)) {
      if (isWhole ? total <= limit : time > dayAgo) continue;
      rmSync(path, { force: true });
      total -= size;
    }
  }
}

/** A small file takes a block. */
function sizeOnDisk({ size, blocks }: Stats): number {
  return Math.max(size, blocks * 512);
}

/** Not there, damaged, or not to be read or written. */
function isUnusable(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof ArchiveError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:Z_|ZSTD_|ERR_BUFFER_TOO_LARGE$)/.test(code) || ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EISDIR', 'EEXIST'].includes(code);
}
