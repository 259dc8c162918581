import { createReadStream } from 'node:fs';
import { readTar } from '@cos/archive';

/** Paths of an archive that are no folders, with the text of small files. */
export async function contentOf(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const entry of readTar(createReadStream(path))) {
    const chunks: Uint8Array[] = [];
    if (entry.size < 10_000) for await (const chunk of entry.body) chunks.push(chunk);
    if (entry.type !== 'directory') found.set(entry.path, Buffer.concat(chunks).toString());
  }
  return found;
}
