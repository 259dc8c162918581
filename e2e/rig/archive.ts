import { createReadStream } from 'node:fs';
import { decompress, readTar } from '@cos/archive';

/** Files of an archive with their text, links with `-> target`, folders left out. */
export async function readArchive(path: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const entry of readTar(decompress(createReadStream(path)))) {
    if (entry.type === 'directory') continue;
    const chunks: Uint8Array[] = [];
    if (entry.size < 10_000) for await (const chunk of entry.body) chunks.push(chunk);
    found[entry.path] = entry.linkName === '' ? Buffer.concat(chunks).toString() : `-> ${entry.linkName}`;
  }
  return found;
}

/** The bytes of a compressed archive, uncompressed. */
export async function readBytes(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(createReadStream(path))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
