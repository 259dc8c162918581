import { constants } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metadataFileName, writeMetadata, writeRepository, type CompressionType, type RepositoryArchive, type RepositoryFile } from '@cos/luet';
import { folderEntries, type NamedFolder } from './folder-entries.ts';
import type { MatchedPackage } from './match-packages.ts';
import { describePackages, runtimeTree } from './runtime-tree.ts';
import { writeIndexArchives } from './write-index-archives.ts';

export interface RepositoryRequest {
  /** An empty folder that becomes the repository. */
  readonly folder: string;
  readonly packages: readonly MatchedPackage[];
  /** With their names in compilertree. */
  readonly trees: readonly NamedFolder[];
  readonly settings: Omit<RepositoryFile, 'files'>;
  readonly archives: IndexArchives;
  /** Prefix of a second set of index files, to which a client can hold on. */
  readonly snapshot: string | undefined;
  readonly signal: AbortSignal;
}

/** How the archives of the index are called and compressed; names without the suffix of the compression. */
export interface IndexArchives {
  readonly treeName: string;
  readonly metaName: string;
  readonly treeCompression: CompressionType;
  readonly metaCompression: CompressionType;
}

/**
 * Writes every file of a repository: archives with their metadata, the three index archives, and last repository.yaml, which names them with their digests.
 * Equal requests give equal bytes.
 */
export async function createRepository(request: RepositoryRequest): Promise<void> {
  const { folder, packages, trees, settings, signal } = request;
  for (const { identity, archive, metadata } of packages) {
    signal.throwIfAborted();
    if (archive !== undefined) await copyFile(archive.path, join(folder, metadata.path), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await writeFile(join(folder, metadataFileName(identity)), writeMetadata(metadata), { flag: 'wx' });
  }
  const mtime = settings.lastUpdate;
  const described = await describePackages(packages, trees);
  const files = await writeIndexArchives({ ...request.archives, folder, prefix: '', tree: runtimeTree(described, mtime), index: packages.map(({ metadata }) => metadata), compilertree: await folderEntries(trees, mtime), mtime, signal });
  if (request.snapshot !== undefined) await writeSnapshot(folder, request.snapshot, { ...settings, files });
  await writeFile(join(folder, 'repository.yaml'), writeRepository({ ...settings, files }), { flag: 'wx' });
}

/** Clients pin a snapshot as their `reference`. Archives of packages are shared with the newest index. */
async function writeSnapshot(folder: string, id: string, repository: RepositoryFile): Promise<void> {
  const keep = async (archive: RepositoryArchive): Promise<RepositoryArchive> => {
    const filename = `${id}-${archive.filename}`;
    await copyFile(join(folder, archive.filename), join(folder, filename), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    return { ...archive, filename };
  };
  const { tree, meta, compilertree } = repository.files;
  const files = { tree: await keep(tree), meta: await keep(meta), compilertree: compilertree === undefined ? undefined : await keep(compilertree) };
  await writeFile(join(folder, `${id}-repository.yaml`), writeRepository({ ...repository, files }), { flag: 'wx' });
}
