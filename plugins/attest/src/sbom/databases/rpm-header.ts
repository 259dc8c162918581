import type { InstalledPackage } from '../installed-package.ts';

/** The header cannot be read; `offset` is the byte in the header. */
export class RpmHeaderError extends Error {
  override readonly name = 'RpmHeaderError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The package that a header in rpm's database describes. Such a header has no magic in front: number of index entries and bytes of data, the entries (tag,
 * type, offset, count) and the data, all numbers with the high byte first. Format: "RPM V4 Package format" and "RPM tags" of rpm's reference manual.
 */
export function readRpmHeader(blob: Buffer): InstalledPackage {
  if (blob.length < 8) throw new RpmHeaderError(`Expected the header of a package; found ${blob.length} bytes`, 0);
  const count = blob.readUInt32BE(0);
  const size = blob.readUInt32BE(4);
  if (count < 1 || count > MAX_ENTRIES || size > MAX_DATA || 8 + count * ENTRY + size !== blob.length) {
    throw new RpmHeaderError(`Expected a header of ${blob.length} bytes; it states ${count} entries and ${size} bytes of data`, 0);
  }
  const entries = new Map<number, Entry>();
  for (let at = 8; at < 8 + count * ENTRY; at += ENTRY) {
    const tag = blob.readUInt32BE(at);
    // The first of a tag counts: those of a region that was signed stand before what was added to it.
    if (!entries.has(tag)) entries.set(tag, { at, type: blob.readUInt32BE(at + 4), offset: blob.readUInt32BE(at + 8), count: blob.readUInt32BE(at + 12) });
  }
  const data = blob.subarray(8 + count * ENTRY);
  const text = (tag: number, what: string): string => textOf(data, entries.get(tag), what);
  const name = needed(text(NAME, 'name'), 'name');
  const version = `${needed(text(VERSION, 'version'), 'version')}-${needed(text(RELEASE, 'release'), 'release')}`;
  const epoch = numberOf(data, entries.get(EPOCH), 'epoch');
  const [architecture, license, supplier, source] = [text(ARCH, 'architecture'), text(LICENSE, 'licence'), text(VENDOR, 'vendor'), text(SOURCERPM, 'source package')];
  return {
    manager: 'rpm', name, version,
    ...(epoch === undefined ? {} : { epoch }),
    ...(architecture === '' ? {} : { architecture }),
    ...(license === '' ? {} : { license }),
    ...(supplier === '' ? {} : { supplier }),
    ...(source === '' ? {} : { source: { name: source } }),
  };
}

interface Entry {
  /** Of the index entry in the header. */
  readonly at: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

const ENTRY = 16;
/** The bounds of rpm itself. */
const MAX_ENTRIES = 0xffff;
const MAX_DATA = 256 * 1024 * 1024;

const [NAME, VERSION, RELEASE, EPOCH, VENDOR, LICENSE, ARCH, SOURCERPM] = [1000, 1001, 1002, 1003, 1011, 1014, 1022, 1044] as const;
const INT32 = 4;
/** STRING, STRING_ARRAY, I18NSTRING: of several the first, which is that of no language. */
const TEXTS: ReadonlySet<number> = new Set([6, 8, 9]);

function textOf(data: Buffer, entry: Entry | undefined, what: string): string {
  if (entry === undefined) return '';
  const end = entry.offset < data.length ? data.indexOf(0, entry.offset) : -1;
  if (!TEXTS.has(entry.type) || entry.count < 1 || end < 0) throw new RpmHeaderError(`Expected the ${what} of a package as text; found type ${entry.type} at byte ${entry.offset} of ${data.length}`, entry.at);
  return data.toString('utf8', entry.offset, end);
}

function numberOf(data: Buffer, entry: Entry | undefined, what: string): number | undefined {
  if (entry === undefined) return undefined;
  if (entry.type !== INT32 || entry.count !== 1 || entry.offset + 4 > data.length) throw new RpmHeaderError(`Expected the ${what} of a package as a number; found type ${entry.type} at byte ${entry.offset} of ${data.length}`, entry.at);
  return data.readUInt32BE(entry.offset);
}

function needed(text: string, what: string): string {
  if (text === '') throw new RpmHeaderError(`Expected the ${what} of a package; it has none`, 0);
  return text;
}
