import { createEntry, type TarEntry } from '@cos/archive';
import { writeIndex, type ArchiveMetadata, type RepositoryFiles } from '@cos/luet';
import type { IndexArchives } from './create-repository.ts';
import { writeArchive } from './write-archive.ts';

export interface IndexArchivesRequest extends IndexArchives {
  readonly folder: string;
  /** In front of the three names; '' = nothing. */
  readonly prefix: string;
  /** Entries of the tree that clients read. */
  readonly tree: readonly TarEntry[];
  readonly index: readonly ArchiveMetadata[];
  /** Entries of the trees with recipes. */
  readonly compilertree: readonly TarEntry[];
  readonly mtime: number;
  readonly signal: AbortSignal;
}

/** Writes the three archives that repository.yaml names. The one with the recipes is always gzip, as luet has it. */
export async function writeIndexArchives(request: IndexArchivesRequest): Promise<RepositoryFiles> {
  const { folder, prefix, mtime, signal } = request;
  const index = createEntry({ path: 'repository.meta.yaml', mtime }, writeIndex(request.index));
  const { treeName, treeCompression, metaName, metaCompression } = request;
  return {
    tree: await writeArchive({ folder, name: prefix + treeName, compression: treeCompression, entries: request.tree, signal }),
    meta: await writeArchive({ folder, name: prefix + metaName, compression: metaCompression, entries: [index], signal }),
    compilertree: await writeArchive({ folder, name: `${prefix}compilertree.tar`, compression: 'gzip', entries: request.compilertree, signal }),
  };
}
