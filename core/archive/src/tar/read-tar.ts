// Reads a tar archive as a stream of entries: ustar, pax, GNU and old formats, uncompressed (see `decompress`).
// Easily got wrong by callers: an entry's body is gone once the next entry is asked for; what was not read is passed over.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { ByteSource } from './byte-source.ts';
import { NO_BODY, NO_XATTRS } from './entry.ts';
import type { TarEntry, TarEntryType, TarHeader } from './entry.ts';
import { EntryBody } from './entry-body.ts';
import { addGnuName, addPaxRecords, extendHeader } from './extended-header.ts';
import type { Extension } from './extended-header.ts';
import { BLOCK_SIZE, isZeroBlock, parseBlock } from './parse-block.ts';
import type { HeaderBlock } from './parse-block.ts';

/** Bounds of the reader. */
export interface ReadTarOptions {
  /** Most bytes of one extended header (long names, extended attributes); default 1 MiB. More is a `limit` error. */
  readonly maxHeaderBytes?: number;
}

/**
 * The entries of an archive in their order. The source is read to its end, also beyond the archive's end mark; leaving the loop early
 * closes it. Errors are `ArchiveError`s with the byte offset: `truncated` (also when the end mark is missing), `corrupt`, `limit`,
 * `unsupported` (GNU sparse files, unknown types). Format: POSIX.1-2001 pax interchange format and the GNU tar manual.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>, options: ReadTarOptions = {}): AsyncGenerator<TarEntry, void, undefined> {
  const bytes = new ByteSource(source);
  const global: Extension = {};
  try {
    for (;;) {
      const header = takePlainHeader(bytes, global) ?? (await readHeader(bytes, global, options.maxHeaderBytes ?? 1024 * 1024));
      if (header === undefined) break;
      if (header.size === 0) {
        yield { ...header, body: NO_BODY };
        continue;
      }
      const body = new EntryBody(bytes, header);
      yield { ...header, body };
      await body.finish();
    }
    while (bytes.takeSome(Number.MAX_SAFE_INTEGER) !== undefined || (await bytes.fill()));
  } finally {
    await bytes.close();
  }
}

/** The header of an entry that is in memory and has no extended headers, which is so for almost all; undefined for anything else, and nothing is consumed. */
function takePlainHeader(bytes: ByteSource, global: Extension): TarHeader | undefined {
  const block = bytes.peek(BLOCK_SIZE);
  if (block === undefined || isZeroBlock(block)) return undefined;
  const header = parseBlock(block, bytes.offset);
  if (TYPES[header.flag] === undefined) return undefined;
  const offset = bytes.offset;
  bytes.take(BLOCK_SIZE);
  return finishHeader(header, undefined, global, offset);
}

/** Extended headers may precede an entry in any number; this many is beyond any real archive. */
const MAX_EXTENDED_HEADERS = 64;

async function readHeader(bytes: ByteSource, global: Extension, limit: number): Promise<TarHeader | undefined> {
  const local: Extension = {};
  for (let count = 0; count <= MAX_EXTENDED_HEADERS; count++) {
    const offset = bytes.offset;
    const block = bytes.take(BLOCK_SIZE) ?? (await bytes.read(BLOCK_SIZE));
    if (block.length < BLOCK_SIZE) {
      const found = block.length === 0 ? 'without an end mark' : 'inside a header';
      throw new ArchiveError('truncated', `The archive ends ${found}; it was probably cut off`, { offset: bytes.offset });
    }
    if (isZeroBlock(block)) return readEnd(bytes, count);
    const header = parseBlock(block, offset);
    switch (header.flag) {
      case 'x':
      case 'X':
        addPaxRecords(local, await readExtension(bytes, header, offset, limit), offset + BLOCK_SIZE);
        break;
      case 'g':
        addPaxRecords(global, await readExtension(bytes, header, offset, limit), offset + BLOCK_SIZE);
        checkGlobal(global, offset, limit);
        break;
      case 'L':
        addGnuName(local, 'path', await readExtension(bytes, header, offset, limit));
        break;
      case 'K':
        addGnuName(local, 'linkName', await readExtension(bytes, header, offset, limit));
        break;
      default:
        return finishHeader(header, local, global, offset);
    }
  }
  throw new ArchiveError('limit', `More than ${MAX_EXTENDED_HEADERS} extended headers precede one entry`, { offset: bytes.offset });
}

/** Two zero blocks end an archive; a single one is accepted only at the very end of the stream, as other readers do. */
async function readEnd(bytes: ByteSource, extendedHeaders: number): Promise<undefined> {
  if (extendedHeaders > 0) throw new ArchiveError('corrupt', 'An extended header is followed by no entry', { offset: bytes.offset });
  const offset = bytes.offset;
  const second = await bytes.read(BLOCK_SIZE);
  if (second.length === 0 || (second.length === BLOCK_SIZE && isZeroBlock(second))) return undefined;
  throw new ArchiveError('corrupt', 'A zero block stands between two headers', { offset });
}

async function readExtension(bytes: ByteSource, header: HeaderBlock, offset: number, limit: number): Promise<Buffer> {
  if (header.size > limit) {
    throw new ArchiveError('limit', `An extended header of ${header.size} bytes is larger than the limit of ${limit} bytes`, { offset });
  }
  if (header.size < 0) throw new ArchiveError('corrupt', 'An extended header states a negative size', { offset });
  const padded = Math.ceil(header.size / BLOCK_SIZE) * BLOCK_SIZE;
  const content = await bytes.read(padded);
  if (content.length < padded) throw new ArchiveError('truncated', 'The archive ends inside an extended header', { offset: bytes.offset });
  return content.subarray(0, header.size);
}

function checkGlobal(global: Extension, offset: number, limit: number): void {
  let size = 0;
  for (const [name, value] of global.xattrs ?? []) size += name.length + value.length;
  if (size > limit) throw new ArchiveError('limit', `Global extended headers hold more than ${limit} bytes`, { offset });
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

/** `local`: undefined for none. */
function finishHeader(block: HeaderBlock, local: Extension | undefined, global: Extension, offset: number): TarHeader {
  const flag = block.flag;
  const known = TYPES[flag];
  const plain: TarHeader = {
    path: block.path,
    type: known ?? 'file',
    mode: block.mode & 0o7777,
    uid: block.uid,
    gid: block.gid,
    mtime: block.mtime,
    mtimeNanoseconds: 0,
    size: block.size,
    linkName: block.linkName,
    devMajor: 0,
    devMinor: 0,
    xattrs: NO_XATTRS,
  };
  const header = local === undefined && !hasAny(global) ? plain : extendHeader(plain, local ?? {}, global);
  const path = header.path;
  if (flag === 'S' || local?.sparse === true || global.sparse === true) {
    throw new ArchiveError('unsupported', `The entry ${quoteName(path)} is a GNU sparse file, which is not supported; make the archive without --sparse`, { offset, path });
  }
  if (known === undefined) {
    throw new ArchiveError('unsupported', `The entry ${quoteName(path)} has the unknown type ${JSON.stringify(flag)}`, { offset, path });
  }
  const isDirectory = known === 'directory' || (flag === '\0' && path.endsWith('/'));
  const type = isDirectory ? 'directory' : known;
  if (header.size < 0 || header.uid < 0 || header.gid < 0) {
    throw new ArchiveError('corrupt', `The entry ${quoteName(path)} has a negative size or owner`, { offset, path });
  }
  if (type !== 'file' && type !== 'link' && header.size > 0) {
    throw new ArchiveError('corrupt', `The entry ${quoteName(path)} is a ${type}, but states ${header.size} bytes of content`, { offset, path });
  }
  const isDevice = type === 'character' || type === 'block';
  return {
    ...header,
    path: isDirectory ? withoutTrailingSlashes(path) : path,
    type,
    // Old programs state the size of the linked file here, but never write its content again.
    size: type === 'file' ? header.size : 0,
    linkName: type === 'link' || type === 'symlink' ? header.linkName : '',
    devMajor: isDevice ? block.devMajor : 0,
    devMinor: isDevice ? block.devMinor : 0,
  };
}

function hasAny(extension: Extension): boolean {
  for (const _ in extension) return true;
  return false;
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 0x2f) end--;
  return end === path.length ? path : path.slice(0, end);
}
