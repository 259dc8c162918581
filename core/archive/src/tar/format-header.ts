// One header to its blocks. There is exactly one encoding for each header: the ustar block says what fits it, and a pax header says
// the rest. Paths and link targets that are longer than 100 bytes or not ASCII, owners from 8^7, sizes from 8^11, and times that are
// negative, fractional or from 8^11 become pax records, and so does each extended attribute. The prefix field is never used.
import { isAscii } from 'node:buffer';
import { ArchiveError, quoteName } from '../archive-error.ts';
import { encodeName } from '../names.ts';
import type { TarEntryType, TarHeader } from './entry.ts';
import { BLOCK_SIZE } from './parse-block.ts';
import { formatPaxRecords, formatPaxTime, XATTR_PREFIX } from './pax-records.ts';
import { createByteSum } from './sum-bytes.ts';

const FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/** The header blocks of an entry: a pax header if one is needed, and the ustar block. Errors: `invalid-entry`, `unsafe-path`. */
export function formatHeader(header: TarHeader): Buffer {
  checkHeader(header);
  const path = encodeName(header.type === 'directory' && !header.path.endsWith('/') ? `${header.path}/` : header.path);
  const linkName = header.linkName === '' ? NO_NAME : encodeName(header.linkName);
  if (!fitsBlock(header, path, linkName)) return formatExtended(header, path, linkName);
  // From the pool of small buffers, which has no memory of its own for each.
  const block = Buffer.allocUnsafe(BLOCK_SIZE).fill(0);
  const { mode, uid, gid, mtime, size, devMajor, devMinor } = header;
  writeBlock(block, FLAGS[header.type], { path, linkName, mode, uid, gid, mtime, size, devMajor, devMinor });
  return block;
}

/** Whether the block alone says it all, which is so for almost all. */
function fitsBlock({ uid, gid, size, mtime, mtimeNanoseconds, xattrs }: TarHeader, path: Buffer, linkName: Buffer): boolean {
  const fitsNames = path.length <= 100 && linkName.length <= 100 && isAscii(path) && (linkName.length === 0 || isAscii(linkName));
  return fitsNames && uid <= MAX_OCTAL_8 && gid <= MAX_OCTAL_8 && size <= MAX_OCTAL_12 && mtime >= 0 && mtime <= MAX_OCTAL_12 && mtimeNanoseconds === 0 && xattrs.size === 0;
}

function formatExtended(header: TarHeader, path: Buffer, linkName: Buffer): Buffer {
  const records = new Map<string, Uint8Array | string>();
  if (path.length > 100 || !isAscii(path)) records.set('path', path);
  if (linkName.length > 100 || !isAscii(linkName)) records.set('linkpath', linkName);
  if (header.uid > MAX_OCTAL_8) records.set('uid', String(header.uid));
  if (header.gid > MAX_OCTAL_8) records.set('gid', String(header.gid));
  if (header.size > MAX_OCTAL_12) records.set('size', String(header.size));
  const fitsTime = header.mtime >= 0 && header.mtime <= MAX_OCTAL_12;
  if (!fitsTime || header.mtimeNanoseconds !== 0) records.set('mtime', formatPaxTime(header.mtime, header.mtimeNanoseconds));
  for (const [name, value] of header.xattrs) records.set(XATTR_PREFIX + name, value);

  const extension = formatPaxRecords(records);
  const extensionSize = BLOCK_SIZE + Math.ceil(extension.length / BLOCK_SIZE) * BLOCK_SIZE;
  const blocks = Buffer.allocUnsafe(extensionSize + BLOCK_SIZE).fill(0);
  const fields = { path: PAX_NAME, linkName: NO_NAME, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: extension.length, devMajor: 0, devMinor: 0 };
  writeBlock(blocks.subarray(0, BLOCK_SIZE), 'x', fields);
  extension.copy(blocks, BLOCK_SIZE);
  writeBlock(blocks.subarray(extensionSize), FLAGS[header.type], {
    path,
    linkName,
    mode: header.mode,
    uid: records.has('uid') ? 0 : header.uid,
    gid: records.has('gid') ? 0 : header.gid,
    mtime: fitsTime ? header.mtime : 0,
    size: records.has('size') ? 0 : header.size,
    devMajor: header.devMajor,
    devMinor: header.devMinor,
  });
  return blocks;
}

const MAX_OCTAL_8 = 8 ** 7 - 1;
const MAX_OCTAL_12 = 8 ** 11 - 1;
const NO_NAME = Buffer.alloc(0);
const PAX_NAME = Buffer.from('././@PaxHeader');

const sumBytes = createByteSum();

interface BlockFields {
  readonly path: Buffer;
  readonly linkName: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly devMajor: number;
  readonly devMinor: number;
}

function writeBlock(block: Buffer, flag: string, fields: BlockFields): void {
  fields.path.copy(block, 0, 0, 100);
  writeOctal(block, 100, 8, fields.mode);
  writeOctal(block, 108, 8, fields.uid);
  writeOctal(block, 116, 8, fields.gid);
  writeOctal(block, 124, 12, fields.size);
  writeOctal(block, 136, 12, fields.mtime);
  block.write(flag, 156, 'latin1');
  fields.linkName.copy(block, 157, 0, 100);
  block.write('ustar\x0000', 257, 'latin1');
  writeOctal(block, 329, 8, fields.devMajor);
  writeOctal(block, 337, 8, fields.devMinor);
  // The checksum itself counts as eight spaces.
  writeOctal(block, 148, 7, sumBytes(block) + 256);
  block[155] = 0x20;
}

/** Below it numbers are divided by shifting. */
const MAX_INTEGER = 2 ** 31 - 1;

/** Digits with leading zeros and a terminating zero byte, which the block has already. */
function writeOctal(block: Buffer, at: number, width: number, value: number): void {
  let rest = value;
  let position = at + width - 2;
  for (; rest > MAX_INTEGER; position--) {
    const next = Math.floor(rest / 8);
    block[position] = 0x30 + rest - next * 8;
    rest = next;
  }
  for (; position >= at; position--) {
    block[position] = 0x30 + (rest & 7);
    rest >>>= 3;
  }
}

function checkHeader(header: TarHeader): void {
  const wrong = findProblem(header);
  if (wrong !== undefined) {
    throw new ArchiveError('invalid-entry', `The entry ${quoteName(header.path)} cannot be written: ${wrong}`, { path: header.path });
  }
}

function findProblem(header: TarHeader): string | undefined {
  if (header.path === '') return 'it has no path';
  if (header.path.includes('\0') || header.linkName.includes('\0')) return 'its path or link target holds a zero byte';
  const isLink = header.type === 'link' || header.type === 'symlink';
  if (isLink !== (header.linkName !== '')) return isLink ? 'it is a link without a target' : `it is a ${header.type} with a link target`;
  if (header.type !== 'directory' && header.path.endsWith('/')) return 'only directories may end with a slash';
  if (!isBetween(header.mode, 0, 0o7777)) return `its mode is ${header.mode}, not 0 to 0o7777`;
  if (!isBetween(header.uid, 0) || !isBetween(header.gid, 0)) return `its owner is ${header.uid}:${header.gid}`;
  if (!isBetween(header.size, 0) || (header.size > 0 && header.type !== 'file')) return `its size is ${header.size}, and it is a ${header.type}`;
  if (!Number.isSafeInteger(header.mtime)) return `its time is ${header.mtime}, which is no whole number of seconds`;
  if (!isBetween(header.mtimeNanoseconds, 0, 999_999_999)) return `its nanoseconds are ${header.mtimeNanoseconds}`;
  if (!isBetween(header.devMajor, 0, MAX_OCTAL_8) || !isBetween(header.devMinor, 0, MAX_OCTAL_8)) return `its device numbers are ${header.devMajor}, ${header.devMinor}`;
  for (const name of header.xattrs.keys()) {
    if (name === '' || name.includes('=') || name.includes('\0')) return `its extended attribute ${quoteName(name)} has a name that pax cannot hold`;
  }
  return undefined;
}

function isBetween(value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
