// Repositories on disk as the format says, written by hand: nothing here is shared with the code that writes repositories.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rawTar, type RawEntry } from './raw-tar.ts';

export interface GivenPackage {
  /** `category/name@version` */
  readonly id: string;
  readonly entries?: readonly RawEntry[];
  /** Instead of `entries`. */
  readonly archive?: Buffer;
  /** `category/name@selector` */
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly provides?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalize?: string;
  readonly buildTimestamp?: string;
  /** Instead of the archive's own. */
  readonly sha256?: string;
}

export interface GivenRepository {
  readonly name?: string;
  readonly priority?: number;
  readonly packages: readonly GivenPackage[];
}

/** Writes a repository into a folder. */
export async function publish(folder: string, { name = 'main', priority, packages }: GivenRepository): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tree: RawEntry[] = [];
  const index: unknown[] = [];
  for (const one of packages) {
    const identity = parse(one.id);
    const archive = one.archive ?? gzipSync(rawTar(one.entries ?? []));
    const file = `${identity.name}-${identity.category}-${identity.version}.package.tar.gz`;
    await writeFile(join(folder, file), archive);
    const definition = { ...identity, requires: one.requires?.map(parse), conflicts: one.conflicts?.map(parse), provides: one.provides?.map(parse), annotations: one.annotations };
    const place = `${identity.category}/${identity.name}/${identity.version}`;
    tree.push({ name: `${place}/definition.yaml`, content: JSON.stringify(definition) });
    if (one.finalize !== undefined) tree.push({ name: `${place}/finalize.yaml`, content: one.finalize });
    index.push({ path: `/build/${file}`, checksums: { sha256: one.sha256 ?? sha256(archive) }, compressiontype: 'gzip', compilationspec: { package: { ...identity, buildtimestamp: one.buildTimestamp ?? '1' } } });
  }
  const treeBytes = gzipSync(rawTar(tree));
  const metaBytes = rawTar([{ name: 'repository.meta.yaml', content: JSON.stringify({ index }) }]);
  await writeFile(join(folder, 'tree.tar.gz'), treeBytes);
  await writeFile(join(folder, 'repository.meta.yaml.tar'), metaBytes);
  const file = {
    name, description: '', urls: [], type: 'disk', enable: true, index: [], revision: 1, last_update: '0', ...(priority === undefined ? {} : { priority }),
    repo_files: { tree: { filename: 'tree.tar.gz', compressiontype: 'gzip', checksums: { sha256: sha256(treeBytes) } }, meta: { filename: 'repository.meta.yaml.tar', compressiontype: 'none', checksums: { sha256: sha256(metaBytes) } } },
  };
  await writeFile(join(folder, 'repository.yaml'), JSON.stringify(file));
}

function parse(id: string): { readonly category: string; readonly name: string; readonly version: string } {
  const [, category = '', name = '', version = '>=0'] = /^([^/]+)\/([^@]+)(?:@(.*))?$/.exec(id) ?? [];
  return { category, name, version };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
