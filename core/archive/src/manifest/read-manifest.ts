// Manifests as streams of bytes, and manifests of archives that have none.
import { TextDecoder } from 'node:util';
import { ArchiveError } from '../archive-error.ts';
import { ContentHash } from '../rootfs/content-hash.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import { formatManifestLine, parseManifestLine } from './manifest-entry.ts';
import type { ManifestEntry } from './manifest-entry.ts';

/** A line of a manifest is bounded by what paths and extended attributes may have. */
const MAX_LINE = 4 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** The lines of a manifest without their ends. A last line that has none was cut off: a `truncated` error. */
export async function* readManifestLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of source) {
    rest += decode(decoder, chunk);
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      yield rest.slice(from, end);
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > MAX_LINE) throw new ArchiveError('limit', `A line of a manifest is longer than ${MAX_LINE} characters`);
  }
  rest += decode(decoder, undefined);
  if (rest !== '') throw new ArchiveError('truncated', 'The manifest ends inside a line; it was probably cut off');
}

/** The entries of a manifest. Errors: `corrupt`, `truncated`, `limit`. */
export async function* readManifest(source: AsyncIterable<Uint8Array>): AsyncGenerator<ManifestEntry, void, undefined> {
  for await (const line of readManifestLines(source)) yield parseManifestLine(line);
}

/** Entries as the bytes of a manifest. */
export async function* writeManifest(entries: Iterable<ManifestEntry> | AsyncIterable<ManifestEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  let text = '';
  for await (const entry of entries) {
    text += formatManifestLine(entry);
    if (text.length < CHUNK) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}

/** What an uncompressed archive holds, by reading it. Errors as for `readTar`. */
export async function* listArchive(source: AsyncIterable<Uint8Array>, options: ReadTarOptions = {}): AsyncGenerator<ManifestEntry, void, undefined> {
  for await (const { body, mtime: _, mtimeNanoseconds: __, ...header } of readTar(source, options)) {
    const hash = new ContentHash(header.size);
    for await (const chunk of body) hash.add(chunk);
    yield { ...header, sha256: header.type === 'file' ? hash.digest() : undefined };
  }
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new ArchiveError('corrupt', 'The manifest is not UTF-8', { cause });
  }
}
