// Extended header records of POSIX.1-2001 ("pax"): "length keyword=value\n", where length counts itself.
// Easily got wrong: values may hold any bytes (extended attributes do), so records are never handled as text.
import { ArchiveError } from '../archive-error.ts';
import { decodeName, encodeName } from '../names.ts';

/** Keyword prefix of an extended attribute, as star, GNU tar and container engines write it. */
export const XATTR_PREFIX = 'SCHILY.xattr.';

/** Splits the content of an extended header. Values are views into `content`. */
export function parsePaxRecords(content: Buffer, offset: number): [keyword: string, value: Buffer][] {
  const records: [string, Buffer][] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const digits = space < 0 || space - at > 15 ? '' : content.toString('latin1', at, space);
    const end = at + Number(digits);
    if (!/^[1-9][0-9]*$/.test(digits) || end > content.length || content[end - 1] !== 0x0a) {
      throw new ArchiveError('corrupt', 'A record of an extended header states a length that does not fit', { offset: offset + at });
    }
    const equals = content.indexOf(0x3d, space);
    if (equals <= space + 1 || equals >= end) {
      throw new ArchiveError('corrupt', 'A record of an extended header has no keyword', { offset: offset + at });
    }
    records.push([decodeName(content.subarray(space + 1, equals)), content.subarray(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** The content of an extended header: the records in the order of their keywords' bytes. */
export function formatPaxRecords(records: ReadonlyMap<string, Uint8Array | string>): Buffer {
  const encoded: [Buffer, Uint8Array][] = [];
  for (const [keyword, value] of records) encoded.push([encodeName(keyword), typeof value === 'string' ? encodeName(value) : value]);
  encoded.sort(([a], [b]) => Buffer.compare(a, b));
  const parts: Uint8Array[] = [];
  for (const [keyword, value] of encoded) {
    const rest = keyword.length + value.length + 3;
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    parts.push(Buffer.from(`${length} `), keyword, EQUALS, value, NEWLINE);
  }
  return Buffer.concat(parts);
}

const EQUALS = Buffer.from('=');
const NEWLINE = Buffer.from('\n');

/** A whole number of a record; anything else is `corrupt`. */
export function readPaxInteger(keyword: string, value: Buffer, offset: number): number {
  const text = value.toString('latin1');
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(number)) throw badValue(keyword, text, offset);
  return number;
}

/** A time: decimal seconds, possibly negative, possibly with a fraction of which nine digits count. */
export function readPaxTime(keyword: string, value: Buffer, offset: number): { seconds: number; nanoseconds: number } {
  const text = value.toString('latin1');
  const parts = /^(-?)([0-9]+)(?:\.([0-9]*))?$/.exec(text);
  const whole = Number(parts?.[2]);
  if (parts === null || !Number.isSafeInteger(whole)) throw badValue(keyword, text, offset);
  const fraction = Number((parts[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (parts[1] === '') return { seconds: whole, nanoseconds: fraction };
  return fraction === 0 ? { seconds: 0 - whole, nanoseconds: 0 } : { seconds: -whole - 1, nanoseconds: 1_000_000_000 - fraction };
}

/** Inverse of `readPaxTime`, without trailing zeros. */
export function formatPaxTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds);
  const isNegative = seconds < 0;
  const whole = isNegative ? -(seconds + 1) : seconds;
  const fraction = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  return `${isNegative ? '-' : ''}${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

function badValue(keyword: string, text: string, offset: number): ArchiveError {
  return new ArchiveError('corrupt', `The extended header record ${keyword} has the value ${JSON.stringify(text.slice(0, 80))}, which is not a number`, { offset });
}
