// A manifest: what an archive holds, one line of JSON for each entry, in the archive's order. Times are no part of it, and of hard links the first is the
// file and the others are links to it, as in canonical archives.
import { ArchiveError } from '../archive-error.ts';
import { compareNames } from '../names.ts';
import { NO_XATTRS } from '../tar/entry.ts';
import type { TarEntryType, TarHeader } from '../tar/entry.ts';

/** A header without times, and the SHA-256 of the content as 64 hexadecimal digits: undefined for everything but files. */
export interface ManifestEntry extends Omit<TarHeader, 'mtime' | 'mtimeNanoseconds'> {
  readonly sha256: string | undefined;
}

/**
 * The line of an entry, with its line end. Keys, in this order: `path`, `type`, `mode` (octal text), `uid`, `gid`; then, where they apply, `size` and
 * `sha256` (hexadecimal) of files, `target` of links, `device` (`major:minor`), `xattrs` (base64 by name, sorted). Bytes of names that are not UTF-8 are
 * lone surrogates, see `decodeName`.
 */
export function formatManifestLine(entry: ManifestEntry): string {
  const { path, type, uid, gid } = entry;
  let line = `{"path":${JSON.stringify(path)},"type":"${type}","mode":"${entry.mode.toString(8).padStart(4, '0')}","uid":${uid},"gid":${gid}`;
  if (type === 'file') line += `,"size":${entry.size},"sha256":"${entry.sha256 ?? ''}"`;
  if (entry.linkName !== '') line += `,"target":${JSON.stringify(entry.linkName)}`;
  if (type === 'character' || type === 'block') line += `,"device":"${entry.devMajor}:${entry.devMinor}"`;
  if (entry.xattrs.size > 0) {
    const sorted = [...entry.xattrs].sort(([a], [b]) => compareNames(a, b));
    line += `,"xattrs":{${sorted.map(([name, value]) => `${JSON.stringify(name)}:"${Buffer.from(value).toString('base64')}"`).join(',')}}`;
  }
  return `${line}}\n`;
}

/** Reads a line, with or without its line end. What is no line of a manifest is a `corrupt` error. */
export function parseManifestLine(line: string): ManifestEntry {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (cause) {
    throw bad(line, cause);
  }
  if (!isFields(fields)) throw bad(line);
  const { path, type, mode, uid, gid, size = 0, sha256, target = '', device, xattrs } = fields;
  const [devMajor = 0, devMinor = 0] = device === undefined ? NO_DEVICE : device.split(':').map(Number);
  return {
    path, type, mode: Number.parseInt(mode, 8), uid, gid, size, sha256,
    linkName: target, devMajor, devMinor,
    xattrs: xattrs === undefined ? NO_XATTRS : new Map(Object.entries(xattrs).map(([name, value]) => [name, new Uint8Array(Buffer.from(value, 'base64'))])),
  };
}

const NO_DEVICE: readonly number[] = [];

interface Fields {
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly size?: number;
  readonly sha256?: string;
  readonly target?: string;
  readonly device?: string;
  readonly xattrs?: Readonly<Record<string, string>>;
}

const TYPES: ReadonlySet<unknown> = new Set<TarEntryType>(['file', 'link', 'symlink', 'character', 'block', 'directory', 'fifo']);

/** Fields are looked at one by one, without a map of them: every file of an image has a line. */
function isFields(value: unknown): value is Fields {
  if (!isObject(value)) return false;
  const { type, path, mode, uid, gid, size, sha256, target, device, xattrs } = value;
  const isFile = type === 'file';
  const isLink = type === 'link' || type === 'symlink';
  const isDevice = type === 'character' || type === 'block';
  return (
    TYPES.has(type) &&
    isName(path) && isText(mode, MODE) && isCount(uid) && isCount(gid) &&
    (size === undefined ? !isFile : isCount(size)) &&
    (sha256 === undefined ? !isFile : isText(sha256, SHA256)) &&
    (target === undefined ? !isLink : isName(target)) &&
    (device === undefined ? !isDevice : isText(device, DEVICE)) &&
    (xattrs === undefined || (isObject(xattrs) && Object.values(xattrs).every((one) => typeof one === 'string')))
  );
}

const MODE = /^[0-7]{4,5}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const DEVICE = /^\d{1,15}:\d{1,15}$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function bad(line: string, cause?: unknown): ArchiveError {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return new ArchiveError('corrupt', `This is no line of a manifest: ${JSON.stringify(shown)}`, cause === undefined ? {} : { cause });
}
