import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compress, createEntry, packTree, writeTar } from '@cos/archive';
import { createRecord, writeIndex, writeRepository, type ArchiveMetadata, type RepositoryArchive } from '@cos/luet';

export interface Published {
  readonly revision?: number;
  /** Files of the trees, each tree a folder at the top. */
  readonly trees: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** What the index has: `category/name@version` and the values of the build. */
  readonly index: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly pushed?: string;
  readonly compilertree?: boolean;
}

/** Writes the files of a repository that building on it needs, in luet's form. */
export async function publishFolder(folder: string, { revision = 1, trees, links = {}, index, pushed = '', compilertree = true }: Published): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const source = `${folder}.trees`;
  for (const [path, text] of Object.entries(trees)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(source, path));
  mkdirSync(folder, { recursive: true });
  const write = async (filename: string, tar: AsyncIterable<Uint8Array>): Promise<RepositoryArchive> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of compress(tar, { format: 'gzip' })) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    writeFileSync(join(folder, filename), bytes);
    return { filename, compression: 'gzip', sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const files = {
    tree: await write('tree.tar.gz', writeTar([])),
    meta: await write('repository.meta.yaml.tar.gz', writeTar([createEntry({ path: 'repository.meta.yaml' }, writeIndex(Object.entries(index).map(([id, values]) => metadataOf(id, values, pushed))))])),
    compilertree: compilertree ? await write('compilertree.tar.gz', packTree(source)) : undefined,
  };
  rmSync(source, { recursive: true });
  writeFileSync(join(folder, 'repository.yaml'), writeRepository({ name: 'up', description: '', type: 'disk', urls: [], revision, lastUpdate: 0, priority: undefined, files }));
}

function metadataOf(id: string, buildValues: Readonly<Record<string, unknown>>, pushImageRepository: string): ArchiveMetadata {
  const [, category = '', name = '', version = ''] = /^(.+)\/(.+)@(.+)$/.exec(id) ?? [];
  const record = createRecord({ category, name, version });
  const spec = { image: '', seed: '', steps: [], env: [], prelude: [], packageDir: '', retrieve: [], unpack: false, includes: [], excludes: [], copy: [], requiresFinalImages: false };
  return { path: `${name}.tar`, sha256: '', compression: 'none', files: [], spec, package: record, runtime: record, buildValues, pushImageRepository, pullImageRepositories: [], chain: [] };
}
