import { createHash } from 'node:crypto';
import { createEntry, decompress, readTar, type TarEntry } from '@cos/archive';
import { openRepository, type RepositoryTrust } from '@cos/client';
import type { IndexSigner } from './index-signer.ts';
import type { RepositoryArchive, RepositoryFile } from '@cos/luet';
import { indexedPackages, type IndexedPackage } from './merge.ts';
import type { Place } from './place.ts';

/** What is published at a place. */
export interface Published {
  readonly file: RepositoryFile;
  readonly packages: readonly IndexedPackage[];
}

/**
 * Reads repository.yaml, or that of a snapshot, with tree and index, as a client does. `signer`: it must be signed by that key. Throws ClientError and
 * TrustError.
 */
export async function readPublished(place: Place, signal: AbortSignal, reference = 'repository.yaml', signer?: IndexSigner): Promise<Published> {
  const opened = await openRepository({ name: place.name, transports: [place.transport], reference, signal, ...(signer === undefined ? {} : { trust: trustOf(signer) }) });
  return { file: opened.file, packages: indexedPackages(opened) };
}

function trustOf({ trusted, signatures }: IndexSigner): RepositoryTrust {
  return { mode: 'enforce', keys: [trusted], ...(signatures === undefined ? {} : { signatures }), now: new Date(0), warn: () => undefined };
}

/** Entries of published trees that are of none of the given names: what others build on stays when one of several trees is published anew. */
export async function keptTrees(place: Place, archive: RepositoryArchive | undefined, names: readonly string[], signal: AbortSignal): Promise<readonly TarEntry[]> {
  if (archive === undefined) return [];
  const bytes = await collect(place.transport.read(archive.filename, signal), MOST_BYTES);
  const found = createHash('sha256').update(bytes).digest('hex');
  // Recipes are for who builds on the repository: whatever is damaged there must not be published again.
  if (archive.sha256 !== '' && found !== archive.sha256.toLowerCase()) throw new DamagedTrees(archive.filename);
  const kept: TarEntry[] = [];
  for await (const entry of readTar(decompress(once(bytes), { maxBytes: MOST_BYTES }))) {
    const path = entry.path.replace(/^(?:\.?\/)+/, '');
    if (path === '' || names.includes(path.split('/')[0] ?? '')) continue;
    const { body: _, size, ...header } = entry;
    kept.push(createEntry({ ...header, path }, size === 0 ? '' : await collect(entry.body, MOST_BYTES)));
  }
  return kept;
}

/** The published trees are not what repository.yaml names. */
export class DamagedTrees extends Error {
  readonly filename: string;

  constructor(filename: string) {
    super(`${filename} is not the one that repository.yaml names`);
    this.filename = filename;
  }
}

const MOST_BYTES = 512 * 1024 ** 2;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function collect(stream: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) throw new Error(`the trees are larger than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
