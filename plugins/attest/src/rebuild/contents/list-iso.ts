import { stat } from 'node:fs/promises';
import { hashParts, peek, type Part } from './part.ts';
import type { Listing, Properties } from './listing.ts';

// Formats: ECMA-119 (ISO 9660) for volume descriptors and directory records, IEEE P1281 (SUSP) and P1282 (Rock Ridge) for names, modes, owners, links and times.

const SECTOR = 2048;
const MAX_ENTRIES = 1_000_000;
const MAX_FOLDER = 64 * 1024 * 1024;

export interface ListedIso {
  readonly listing: Listing;
  /** Where the bytes of each file are, for files that are one stretch. */
  readonly parts: ReadonlyMap<string, Part>;
}

/** Thrown for what is no ISO 9660 file system, or a damaged one. */
export class IsoError extends Error {
  override readonly name = 'IsoError';
}

/** The files of an ISO, by their names of Rock Ridge where it has them. Throws IsoError. */
export async function listIso(iso: Part, signal: AbortSignal): Promise<ListedIso> {
  try {
    return await readVolume(iso, signal);
  } catch (error) {
    // A field that ends before its last byte.
    throw error instanceof RangeError ? new IsoError('a field is cut off', { cause: error }) : error;
  }
}

async function readVolume(iso: Part, signal: AbortSignal): Promise<ListedIso> {
  const end = iso.length ?? (await stat(iso.path)).size - (iso.offset ?? 0);
  const volume = await peek(iso, 16 * SECTOR, SECTOR);
  if (volume.length < SECTOR || volume[0] !== 1 || volume.toString('latin1', 1, 6) !== 'CD001') throw new IsoError('there is no primary volume descriptor');
  const root = readRecord(volume.subarray(156, 190));
  const listing = new Map<string, Properties>();
  const parts = new Map<string, Part>();
  const open: { readonly path: string; readonly record: DirectoryRecord }[] = [{ path: '', record: root }];
  const seen = new Set<number>();
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    signal.throwIfAborted();
    const { path, record } = folder;
    if (seen.has(record.sector)) throw new IsoError(`the folder ${JSON.stringify(path)} contains itself`);
    seen.add(record.sector);
    for (const entry of await readFolder(iso, record)) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (listing.size >= MAX_ENTRIES) throw new IsoError(`it has more than ${MAX_ENTRIES} files`);
      const extents = entry.extents.map(({ sector, size }): Part => ({ path: iso.path, offset: (iso.offset ?? 0) + sector * SECTOR, length: size }));
      if (entry.type === 'file' && entry.extents.some(({ sector, size }) => sector * SECTOR + size > end)) throw new IsoError(`${JSON.stringify(inner)} lies behind its end`);
      listing.set(inner, { ...entry.properties, type: entry.type, ...(entry.type === 'file' ? { size: String(extents.reduce((sum, { length = 0 }) => sum + length, 0)), content: await hashParts(extents, signal) } : {}) });
      const [first, ...more] = extents;
      if (entry.type === 'file' && first !== undefined && more.length === 0) parts.set(inner, first);
      const [at] = entry.extents;
      if (entry.type === 'directory' && at !== undefined) open.push({ path: inner, record: { ...at, name: entry.name } });
    }
  }
  return { listing, parts };
}

interface DirectoryRecord {
  readonly sector: number;
  readonly size: number;
  readonly name: string;
}

interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly extents: readonly { readonly sector: number; readonly size: number }[];
  readonly properties: Properties;
}

function readRecord(record: Buffer): DirectoryRecord {
  return { sector: record.readUInt32LE(2), size: record.readUInt32LE(10), name: record.toString('latin1', 33, 33 + (record[32] ?? 0)) };
}

async function readFolder(iso: Part, { sector, size }: DirectoryRecord): Promise<readonly Entry[]> {
  if (size > MAX_FOLDER) throw new IsoError(`a folder has ${size} bytes`);
  const bytes = await peek(iso, sector * SECTOR, size);
  if (bytes.length < size) throw new IsoError('a folder lies behind its end');
  const entries: Entry[] = [];
  let pending: { readonly sector: number; readonly size: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    // Records do not cross sectors; the rest of one is zero.
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    const record = bytes.subarray(at, at + length);
    const nameLength = record[32] ?? 0;
    if (length < 34 || record.length < length || 33 + nameLength > length) throw new IsoError('a record of a folder is damaged');
    at += length;
    const { sector: first, size: stretch, name } = readRecord(record);
    if (name === '\0' || name === '\u0001') continue;
    pending.push({ sector: first, size: stretch });
    const flags = record[25] ?? 0;
    // More stretches of the same file follow.
    if ((flags & 0x80) !== 0) continue;
    const system = await readSystemUse(iso, record.subarray(33 + nameLength + (nameLength % 2 === 0 ? 1 : 0)));
    const own = system.name ?? name.replace(/;\d+$/, '').replace(/\.$/, '');
    entries.push({ name: own, type: system.type ?? ((flags & 0x02) === 0 ? 'file' : 'directory'), extents: pending, properties: { ...(system.time === undefined ? { time: String(readTime(record.subarray(18, 25))) } : { time: String(system.time) }), ...system.properties } });
    pending = [];
  }
  return entries;
}

interface SystemUse {
  readonly name?: string;
  readonly type?: Entry['type'];
  readonly time?: number;
  readonly properties: Properties;
}

async function readSystemUse(iso: Part, area: Buffer): Promise<SystemUse> {
  const properties: Record<string, string> = {};
  let [name, target, time, type]: [string | undefined, string[] | undefined, number | undefined, Entry['type'] | undefined] = [undefined, undefined, undefined, undefined];
  let continues = false;
  let areas = 0;
  for (let rest: Buffer | undefined = area; rest !== undefined; ) {
    if ((areas += 1) > 100) throw new IsoError('the fields of a file do not end');
    let next: Buffer | undefined;
    for (let at = 0; at + 4 <= rest.length; ) {
      const length = rest[at + 2] ?? 0;
      const signature = rest.toString('latin1', at, at + 2);
      if (length < 4 || at + length > rest.length || signature === 'ST') break;
      const field = rest.subarray(at, at + length);
      at += length;
      if (signature === 'CE' && length >= 28) next = await peek(iso, field.readUInt32LE(4) * SECTOR + field.readUInt32LE(12), Math.min(field.readUInt32LE(20), MAX_FOLDER));
      else if (signature === 'NM') name = (name ?? '') + field.toString('utf8', 5);
      else if (signature === 'PX' && length >= 36) {
        const mode = field.readUInt32LE(4);
        properties['mode'] = (mode & 0o7777).toString(8).padStart(4, '0');
        properties['owner'] = `${field.readUInt32LE(20)}:${field.readUInt32LE(28)}`;
        type = ({ 0o100000: 'file', 0o040000: 'directory', 0o120000: 'symlink' } as const)[mode & 0o170000] ?? 'other';
      } else if (signature === 'SL') [target, continues] = addTarget(target ?? [], field.subarray(5), continues);
      else if (signature === 'TF') time = readStamp(field) ?? time;
    }
    rest = next;
  }
  if (target !== undefined) properties['target'] = target.join('/').replace(/^\/\//, '/');
  return { properties, ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }), ...(time === undefined ? {} : { time }) };
}

/** Components of the target of a link; one may go on in the next component. */
function addTarget(parts: readonly string[], field: Buffer, continues: boolean): [string[], boolean] {
  const all = [...parts];
  let goesOn = continues;
  for (let at = 0; at + 2 <= field.length; ) {
    const [flags = 0, length = 0] = [field[at], field[at + 1]];
    const text = (flags & 0x02) !== 0 ? '.' : (flags & 0x04) !== 0 ? '..' : (flags & 0x08) !== 0 ? '/' : field.toString('utf8', at + 2, at + 2 + length);
    if (goesOn) all.push(`${all.pop() ?? ''}${text}`);
    else all.push(text);
    goesOn = (flags & 0x01) !== 0;
    at += 2 + length;
  }
  return [all, goesOn];
}

/** The time of modification in a TF field, which has the times whose bits are set, in their order. */
function readStamp(field: Buffer): number | undefined {
  const flags = field[4] ?? 0;
  if ((flags & 0x02) === 0) return undefined;
  const isLong = (flags & 0x80) !== 0;
  const at = 5 + ((flags & 0x01) === 0 ? 0 : isLong ? 17 : 7);
  if (!isLong) return readTime(field.subarray(at, at + 7));
  const digits = field.toString('latin1', at, at + 14);
  return Date.UTC(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)) - 1, Number(digits.slice(6, 8)), Number(digits.slice(8, 10)), Number(digits.slice(10, 12)), Number(digits.slice(12, 14))) / 1000 - (field.readInt8(at + 16) || 0) * 900;
}

/** Seven bytes: years since 1900, month, day, hour, minute, second, and the offset from UTC in quarters of an hour. */
function readTime(bytes: Buffer): number {
  if (bytes.length < 7) throw new IsoError('a time is cut off');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  return Date.UTC(1900 + year, month - 1, day, hour, minute, second) / 1000 - bytes.readInt8(6) * 900;
}
