import { formatManifestLine, LayerListing, parseManifestLine, type ListedEntry } from '@cos/archive';

// The listing of a layer as text: a line that says what it is, then one for each entry. A line of an entry is one of a manifest, with the content as base64
// behind it where the content is kept.

/** A layer as it is known from run to run. */
export interface KnownLayer {
  readonly listing: LayerListing;
  /** SHA-256 of the first bytes of the layer's archive: by it a layer is recognised before it is read. */
  readonly head: string;
}

/** The text as UTF-8. It is put together in pieces, because text of many short lines takes several times its length until it is one. */
export function formatListing({ listing, head }: KnownLayer): Buffer {
  const pieces: Buffer[] = [];
  let text = `${JSON.stringify({ format: 1, head, entries: listing.entries.length })}\n`;
  for (const { header, content } of listing.entries) {
    const line = formatManifestLine({ ...header, sha256: header.type === 'file' ? (content?.sha256 ?? EMPTY) : undefined });
    text += content?.bytes === undefined ? line : `${line.slice(0, -1)}\t${Buffer.from(content.bytes).toString('base64')}\n`;
    if (text.length < PIECE) continue;
    pieces.push(Buffer.from(text, 'utf8'));
    text = '';
  }
  return Buffer.concat([...pieces, Buffer.from(text, 'utf8')]);
}

/** Characters. */
const PIECE = 256 * 1024;

/** Reads what `formatListing` wrote, line by line: the text of a large layer is many times what is kept of it. Undefined for another format, or a part of one. */
export function parseListing(text: Buffer): KnownLayer | undefined {
  const lines = linesOf(text);
  const described: unknown = JSON.parse(lines.next().value ?? '');
  const fields = new Map<string, unknown>(typeof described === 'object' && described !== null ? Object.entries(described) : []);
  const [head, count] = [fields.get('head'), fields.get('entries')];
  if (text.at(-1) !== NEWLINE || fields.get('format') !== 1 || typeof head !== 'string') return undefined;
  const listing = new LayerListing(entriesOf(lines));
  return listing.entries.length === count ? { head, listing } : undefined;
}

function* entriesOf(lines: Iterable<string>): Generator<ListedEntry, void, undefined> {
  for (const line of lines) yield parseEntry(line);
}

const NEWLINE = 0x0a;

function* linesOf(text: Buffer): Generator<string, void, undefined> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(NEWLINE, from);
    yield text.toString('utf8', from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
  }
}

/** SHA-256 of nothing: a listing has no contents for empty files. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function parseEntry(line: string): ListedEntry {
  // A tab in a name is escaped.
  const tab = line.indexOf('\t');
  const { path, type, mode, uid, gid, size, linkName, devMajor, devMinor, xattrs, sha256 } = parseManifestLine(tab < 0 ? line : line.slice(0, tab));
  // Field by field: objects that were copied take twice the memory, and there is one for each file of each layer.
  const header = { path, type, mode, uid, gid, mtime: 0, mtimeNanoseconds: 0, size, linkName, devMajor, devMinor, xattrs };
  return { header, sha256, bytes: tab < 0 ? undefined : Buffer.from(line.slice(tab + 1), 'base64') };
}
