// What the tests need to put archives together and to look into them.
import { readTar } from '../src/index.ts';
import type { TarEntry, TarHeader } from '../src/index.ts';

/** All bytes of a stream. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** All items of a generator. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A stream that gives `bytes` in chunks of `size`. */
export async function* inChunks(bytes: Uint8Array, size: number = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** An entry with its content read. */
export type ReadEntry = TarHeader & { readonly content: Buffer };

/** All entries of an archive with their contents. */
export async function readAll(source: AsyncIterable<Uint8Array>): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for await (const entry of readTar(source)) entries.push(await withContent(entry));
  return entries;
}

async function withContent({ body, ...header }: TarEntry): Promise<ReadEntry> {
  return { ...header, content: await collect(body) };
}

/** `name` to `content` of the files, and to the type of everything else. */
export async function outline(source: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const entry of await readAll(source)) {
    lines[entry.path] = entry.type === 'file' ? entry.content.toString() : `${entry.type}${entry.linkName === '' ? '' : ` ${entry.linkName}`}`;
  }
  return lines;
}
