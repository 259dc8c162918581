// One 512-byte header block to its fields: POSIX.1-1988 ustar, GNU, star's variant and the old format without magic.
// Easily got wrong: the prefix field holds other things in GNU archives, and numbers may be base-256 instead of octal.
import { ArchiveError } from '../archive-error.ts';
import { decodeName } from '../names.ts';
import { createByteSum } from './sum-bytes.ts';

export const BLOCK_SIZE = 512;

/** The fields of a header block, before extended headers are applied. */
export interface HeaderBlock {
  /** Type flag as one character; '\0' in old archives. */
  readonly flag: string;
  readonly path: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly devMajor: number;
  readonly devMinor: number;
}

/** Reads a block that is not all zero. Wrong checksum or malformed numbers are `corrupt` errors. */
export function parseBlock(block: Buffer, offset: number): HeaderBlock {
  checkSum(block, offset);
  const isUstar = block[257] === 0x75 && block.toString('latin1', 257, 262) === 'ustar';
  const isPosix = isUstar && block[262] === 0;
  const hasDevices = isPosix || (isUstar && block.toString('latin1', 262, 265) === '  \0');
  const name = readName(block, 0, 100);
  let prefix = '';
  if (isPosix && block[345] !== 0) {
    const isStar = block.toString('latin1', 508, 512) === 'tar\0';
    prefix = readName(block, 345, isStar ? 131 : 155);
  }
  return {
    flag: String.fromCharCode(block[156] ?? 0),
    path: prefix === '' ? name : `${prefix}/${name}`,
    linkName: readName(block, 157, 100),
    mode: readNumber(block, 100, 8, 'mode', offset),
    uid: readNumber(block, 108, 8, 'owner', offset),
    gid: readNumber(block, 116, 8, 'group', offset),
    size: readNumber(block, 124, 12, 'size', offset),
    mtime: readNumber(block, 136, 12, 'time', offset),
    devMajor: hasDevices ? readNumber(block, 329, 8, 'device number', offset) : 0,
    devMinor: hasDevices ? readNumber(block, 337, 8, 'device number', offset) : 0,
  };
}

/** Whether a block holds nothing but zero bytes: one half of the mark at the end of an archive. */
export function isZeroBlock(block: Buffer): boolean {
  if (block[0] !== 0) return false;
  return block.equals(ZERO_BLOCK);
}

export const ZERO_BLOCK = Buffer.alloc(BLOCK_SIZE);

const sumBytes = createByteSum();

/** The sum counts the checksum field itself as spaces; some old programs summed signed bytes. */
function checkSum(block: Buffer, offset: number): void {
  let unsigned = sumBytes(block) + 256;
  for (let at = 148; at < 156; at++) unsigned -= block[at] ?? 0;
  const stated = readNumber(block, 148, 8, 'checksum', offset);
  if (stated !== unsigned && stated !== unsigned - 256 * countHighBytes(block)) {
    throw new ArchiveError('corrupt', `This is not a tar header: its checksum is ${unsigned}, but it states ${stated}`, { offset });
  }
}

/** Those from 0x80, without the checksum itself. */
function countHighBytes(block: Buffer): number {
  return block.reduce((count, byte, at) => count + (at < 148 || at >= 156 ? byte >> 7 : 0), 0);
}

function readName(block: Buffer, at: number, width: number): string {
  let end = at;
  let all = 0;
  for (let byte = block[at] ?? 0; byte !== 0 && end < at + width; byte = block[end] ?? 0) {
    all |= byte;
    end++;
  }
  return all < 0x80 ? block.toString('latin1', at, end) : decodeName(block.subarray(at, end));
}

/** Octal digits, padded by spaces or zero bytes, or (first bit set) a big-endian two's complement number. */
function readNumber(block: Buffer, at: number, width: number, field: string, offset: number): number {
  const first = block[at] ?? 0;
  if (first >= 0x80) return readBinary(block, at, width, field, offset);
  const end = at + width;
  let position = at;
  while (position < end && block[position] === 0x20) position++;
  let value = 0;
  let digit = (block[position] ?? 0) - 0x30;
  while (position < end && digit >= 0 && digit <= 7) {
    value = value * 8 + digit;
    position++;
    digit = (block[position] ?? 0) - 0x30;
  }
  for (; position < end; position++) {
    const byte = block[position];
    if (byte !== 0 && byte !== 0x20) {
      const found = JSON.stringify(block.toString('latin1', at, end));
      throw new ArchiveError('corrupt', `The ${field} field of a tar header is ${found}, not an octal number`, { offset });
    }
  }
  return value;
}

function readBinary(block: Buffer, at: number, width: number, field: string, offset: number): number {
  const isNegative = block[at] === 0xff;
  if (!isNegative && block[at] !== 0x80) {
    throw new ArchiveError('corrupt', `The ${field} field of a tar header starts with byte ${block[at]}, which no number does`, { offset });
  }
  let value = isNegative ? -1 : 0;
  for (let position = at + 1; position < at + width; position++) value = value * 256 + (block[position] ?? 0);
  if (!Number.isSafeInteger(value)) {
    throw new ArchiveError('corrupt', `The ${field} field of a tar header holds a number beyond 2^53`, { offset });
  }
  return value;
}
