// What extended headers (pax `x` and `g`, GNU `L` and `K`) say about the entry that follows them, and how it changes the entry.
// Times other than mtime, user names, comments and vendor records are dropped: they are no part of a root filesystem's content.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { decodeName } from '../names.ts';
import { NO_XATTRS } from './entry.ts';
import type { TarHeader } from './entry.ts';
import { parsePaxRecords, readPaxInteger, readPaxTime, XATTR_PREFIX } from './pax-records.ts';

/** The values that override the header block; undefined = keep the block's. */
export interface Extension {
  path?: string | undefined;
  linkName?: string | undefined;
  size?: number | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  time?: { seconds: number; nanoseconds: number } | undefined;
  xattrs?: Map<string, Uint8Array>;
  /** True when the following entry is stored in one of GNU's sparse formats. */
  sparse?: boolean;
}

/** Adds the records of a pax header to `extension`; a later record wins, an empty value takes the earlier one back. */
export function addPaxRecords(extension: Extension, content: Buffer, offset: number): void {
  for (const [keyword, value] of parsePaxRecords(content, offset)) {
    if (keyword.startsWith(XATTR_PREFIX)) {
      extension.xattrs ??= new Map();
      extension.xattrs.set(keyword.slice(XATTR_PREFIX.length), new Uint8Array(value));
    } else if (keyword.startsWith('GNU.sparse.')) {
      extension.sparse = true;
    } else {
      addStandardRecord(extension, keyword, value, offset);
    }
  }
}

function addStandardRecord(extension: Extension, keyword: string, value: Buffer, offset: number): void {
  const isRemoval = value.length === 0;
  switch (keyword) {
    case 'path':
      extension.path = isRemoval ? undefined : readName(keyword, value, offset);
      break;
    case 'linkpath':
      extension.linkName = isRemoval ? undefined : readName(keyword, value, offset);
      break;
    case 'size':
    case 'uid':
    case 'gid':
      extension[keyword] = isRemoval ? undefined : readPaxInteger(keyword, value, offset);
      break;
    case 'mtime':
      extension.time = isRemoval ? undefined : readPaxTime(keyword, value, offset);
      break;
    default:
  }
}

/** Sets a GNU long name: the content up to its terminating zero byte. */
export function addGnuName(extension: Extension, field: 'path' | 'linkName', content: Buffer): void {
  const end = content.indexOf(0);
  extension[field] = decodeName(end < 0 ? content : content.subarray(0, end));
}

/** The header with the extension applied, global records first. */
export function extendHeader(header: TarHeader, local: Extension, global: Extension): TarHeader {
  const time = local.time ?? global.time;
  return {
    ...header,
    path: local.path ?? global.path ?? header.path,
    linkName: local.linkName ?? global.linkName ?? header.linkName,
    size: local.size ?? global.size ?? header.size,
    uid: local.uid ?? global.uid ?? header.uid,
    gid: local.gid ?? global.gid ?? header.gid,
    mtime: time?.seconds ?? header.mtime,
    mtimeNanoseconds: time?.nanoseconds ?? 0,
    xattrs: mergeXattrs(local.xattrs, global.xattrs),
  };
}

function mergeXattrs(local: Extension['xattrs'], global: Extension['xattrs']): ReadonlyMap<string, Uint8Array> {
  if (global === undefined) return local ?? NO_XATTRS;
  return local === undefined ? global : new Map([...global, ...local]);
}

function readName(keyword: string, value: Buffer, offset: number): string {
  const name = decodeName(value);
  if (value.includes(0)) {
    throw new ArchiveError('corrupt', `The extended header record ${keyword} holds a zero byte: ${quoteName(name)}`, { offset, path: name });
  }
  return name;
}
