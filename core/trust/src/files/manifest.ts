import { createHash } from 'node:crypto';
import { decodeName, encodeName, normalPath, readTar } from '@cos/archive';

// What files there are, in the text of BSD's mtree (mtree(5), the form with full paths): one line for each, sorted, with type, mode, owner, size, digest, target.
// Times are left out: they say nothing of what a file does.

/** What a manifest says of one path. Fields that a type does not have are undefined. */
export interface ManifestEntry {
  readonly type: 'file' | 'dir' | 'link' | 'char' | 'block' | 'fifo';
  /** Permission bits, 0 to 0o7777; undefined for links, whose bits mean nothing. */
  readonly mode: number | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Of a file, in bytes. */
  readonly size?: number;
  /** Of a file, 64 hexadecimal digits. */
  readonly sha256?: string;
  /** Target of a link. */
  readonly link?: string;
  /** Of a device: `major,minor`. */
  readonly device?: string;
}

/** By path, relative, without `./` in front. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

/** The manifest of what is in a tar: a hard link says what the file says that it is another name of. */
export async function manifestOf(tar: AsyncIterable<Uint8Array>): Promise<Manifest> {
  const entries = new Map<string, ManifestEntry>();
  for await (const entry of readTar(tar)) {
    const path = normalPath(entry.path);
    if (path === '') continue;
    const { uid, gid, mode } = entry;
    switch (entry.type) {
      case 'file': {
        const hash = createHash('sha256');
        for await (const chunk of entry.body) hash.update(chunk);
        entries.set(path, { type: 'file', mode, uid, gid, size: entry.size, sha256: hash.digest('hex') });
        break;
      }
      case 'link': {
        const target = entries.get(normalPath(entry.linkName));
        if (target !== undefined) entries.set(path, target);
        break;
      }
      case 'directory':
        entries.set(path, { type: 'dir', mode, uid, gid });
        break;
      case 'symlink':
        entries.set(path, { type: 'link', mode: undefined, uid, gid, link: entry.linkName });
        break;
      case 'fifo':
        entries.set(path, { type: 'fifo', mode, uid, gid });
        break;
      case 'character':
      case 'block':
        entries.set(path, { type: entry.type === 'block' ? 'block' : 'char', mode, uid, gid, device: `${entry.devMajor},${entry.devMinor}` });
        break;
      default: {
        const never: never = entry.type;
        throw new Error(`Internal error: an entry of the type ${String(never)}`);
      }
    }
  }
  return entries;
}

/** Same entries, same text. */
export function formatManifest(manifest: Manifest): string {
  const lines = [...manifest].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([path, entry]) => `./${encode(path)} ${formatEntry(entry)}\n`);
  // The program wants the folder itself first.
  return `#mtree\n. type=dir\n${lines.join('')}`;
}

function formatEntry({ type, mode, uid, gid, size, sha256, link, device }: ManifestEntry): string {
  return [
    `type=${type}`,
    `uid=${uid}`,
    `gid=${gid}`,
    ...(mode === undefined ? [] : [`mode=${mode.toString(8).padStart(4, '0')}`]),
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(sha256 === undefined ? [] : [`sha256=${sha256}`]),
    ...(link === undefined ? [] : [`link=${encode(link)}`]),
    ...(device === undefined ? [] : [`device=linux,${device}`]),
  ].join(' ');
}

/** Reads such a text; answers in words, with the line, what is wrong where it is none. Keywords that nobody compares are passed over. */
export function parseManifest(text: string): Manifest | string {
  const entries = new Map<string, ManifestEntry>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#') || /^\.(?: |$)/.test(line)) continue;
    const [name = '', ...words] = line.split(' ');
    const fields = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
    const path = name.startsWith('./') ? normalPath(decode(name)) : '';
    const entry = readEntry(fields);
    if (path === '' || entry === undefined || entries.has(path)) return `line ${index + 1} is ${entries.has(path) ? 'of a path that another line has' : 'no entry with full path, type and owner'}`;
    entries.set(path, entry);
  }
  return entries;
}

const types: readonly ManifestEntry['type'][] = ['file', 'dir', 'link', 'char', 'block', 'fifo'];

function readEntry(fields: ReadonlyMap<string, string>): ManifestEntry | undefined {
  const type = types.find((one) => one === fields.get('type'));
  const number = (name: string, radix: number): number | undefined => (/^[0-9]+$/.test(fields.get(name) ?? '') ? Number.parseInt(fields.get(name) ?? '', radix) : undefined);
  const [uid, gid, mode, size, sha256, link, device] = [number('uid', 10), number('gid', 10), number('mode', 8), number('size', 10), fields.get('sha256') ?? fields.get('sha256digest'), fields.get('link'), fields.get('device')];
  if (type === undefined || uid === undefined || gid === undefined) return undefined;
  if (type === 'file' && (size === undefined || sha256 === undefined)) return undefined;
  return {
    type,
    mode: type === 'link' ? undefined : mode,
    uid,
    gid,
    ...(size === undefined || type !== 'file' ? {} : { size }),
    ...(sha256 === undefined || type !== 'file' ? {} : { sha256: sha256.toLowerCase() }),
    ...(link === undefined || type !== 'link' ? {} : { link: decode(link) }),
    ...(device === undefined ? {} : { device: device.replace(/^linux,/, '') }),
  };
}

/** As vis(3) writes what would end a word: a backslash and three octal digits, for each byte. */
function encode(name: string): string {
  return [...encodeName(name)].map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x23 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`)).join('');
}

function decode(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const [whole = '', octal, control, meta, letter = ''] = /^\\(?:([0-3][0-7]{2})|M\^(.)|M-(.)|(.))/s.exec(text.slice(at, at + 4)) ?? [];
    if (whole === '') bytes.push(...Buffer.from(String.fromCodePoint(text.codePointAt(at) ?? 0)));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (control !== undefined) bytes.push(0x80 | (control.charCodeAt(0) & 0x1f));
    else if (meta !== undefined) bytes.push(0x80 | meta.charCodeAt(0));
    else bytes.push(...Buffer.from(escapes[letter] ?? letter));
    at += whole === '' ? String.fromCodePoint(text.codePointAt(at) ?? 0).length : whole.length;
  }
  return decodeName(Buffer.from(bytes));
}

/** What other programs write shorter than by digits. */
const escapes: Readonly<Record<string, string>> = { s: ' ', t: '\t', n: '\n', r: '\r' };
