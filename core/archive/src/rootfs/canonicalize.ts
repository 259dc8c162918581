// Brings the archive of a root filesystem, in whatever order it comes, into canonical form (see canonical-entries.ts).
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import type { TarEntry } from '../tar/entry.ts';
import { writeTar } from '../tar/write-tar.ts';
import { canonicalEntries } from './canonical-entries.ts';
import type { TimeOptions } from './canonical-entries.ts';
import { RootTree } from './root-tree.ts';
import type { Place, RootTreeOptions } from './root-tree.ts';
import { Spool } from './spool.ts';
import type { Extent } from './spool.ts';

/** Options of everything that makes a canonical archive. */
export interface CanonicalizeOptions extends TimeOptions, RootTreeOptions, ReadTarOptions {
  /** Existing folder for one temporary file as large as all contents together. It has no name while in use and never stays behind. */
  readonly scratch: string;
}

/**
 * The canonical archive of a root filesystem. Of several entries with one path the last counts, as when unpacking; a directory over a
 * directory keeps the content; what lies below a symbolic link goes where the link leads inside the root; missing parents are made
 * (0755, owner 0:0). Memory grows with the number of entries, not with their contents. Applying it twice changes nothing more.
 *
 * Errors: those of `readTar`; `unsafe-path`, `path-conflict`, `missing-target`, `limit`.
 */
export async function* canonicalize(source: AsyncIterable<Uint8Array>, options: CanonicalizeOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const entries = withSpool(options, async (spool) => {
    const tree = new RootTree<Extent>(options);
    for await (const entry of readTar(source, options)) tree.place(withoutBody(entry), await keepContent(entry, spool));
    return tree.list();
  });
  yield* writeTar(entries);
}

/** Runs `build` with a fresh spool and gives the places that it returns, in canonical order, as entries. */
export async function* withSpool(
  options: CanonicalizeOptions,
  build: (spool: Spool) => Promise<Place<Extent>[]>,
): AsyncGenerator<TarEntry, void, undefined> {
  const spool = await Spool.create(options.scratch);
  try {
    const places = await build(spool);
    await spool.finish();
    yield* canonicalEntries(places, (extent) => spool.read(extent), options);
  } finally {
    await spool.close();
  }
}

/** Puts the content of a file into the spool. */
export async function keepContent(entry: TarEntry, spool: Spool): Promise<Extent | undefined> {
  return entry.size === 0 ? undefined : spool.append(entry.body);
}

/** The entry without its body, which would keep the reader's memory alive. */
export function withoutBody(entry: TarEntry): TarEntry {
  return entry.size === 0 ? entry : { ...entry, body: GONE };
}

const GONE: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]() {
    throw new Error('Internal error: this content is in the spool');
  },
};
