import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError } from '@cos/core';
import { createEntry, type TarEntry } from '@cos/archive';
import { problem } from './problem.ts';

/** A folder that becomes part of an archive. */
export interface NamedFolder {
  /** The folder's name in the archive. */
  readonly name: string;
  readonly path: string;
}

/**
 * Entries of folders under their names, sorted, each path once: folders of one name are merged. Of modes only the executable bit counts; owners are
 * 0:0. Throws COS_REPO_TREE, also when two folders of one name have the same file.
 */
export async function folderEntries(folders: readonly NamedFolder[], mtime: number): Promise<readonly TarEntry[]> {
  const entries = new Map<string, TarEntry>();
  for (const { name, path } of folders) await addFolder({ entries, mtime }, name, path);
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

interface Target {
  readonly entries: Map<string, TarEntry>;
  readonly mtime: number;
}

async function addFolder(target: Target, name: string, path: string): Promise<void> {
  const stat = await lstat(path);
  if (!stat.isDirectory()) throw new CosError(problem('COS_REPO_TREE', `The package tree ${JSON.stringify(name)} is not a folder.`, 'Give the folder that holds the packages.'));
  target.entries.set(name, createEntry({ path: name, type: 'directory', mtime: target.mtime }));
  for (const child of (await readdir(path)).sort()) await addChild(target, `${name}/${child}`, join(path, child));
}

async function addChild(target: Target, name: string, path: string): Promise<void> {
  const stat = await lstat(path);
  const present = target.entries.get(name);
  if (present !== undefined && !(present.type === 'directory' && stat.isDirectory())) {
    throw new CosError(problem('COS_REPO_TREE', `Two package trees have the file ${JSON.stringify(name)}.`, 'Give the trees different names with "treeNames", or rename a folder.'));
  }
  if (stat.isDirectory()) {
    await addFolder(target, name, path);
  } else if (stat.isSymbolicLink()) {
    target.entries.set(name, createEntry({ path: name, type: 'symlink', linkName: await readlink(path), mtime: target.mtime }));
  } else if (stat.isFile()) {
    const mode = (stat.mode & 0o111) === 0 ? 0o644 : 0o755;
    target.entries.set(name, { ...createEntry({ path: name, mode, mtime: target.mtime }), size: stat.size, body: openedWhenRead(path) });
  } else {
    throw new CosError(problem('COS_REPO_TREE', `${JSON.stringify(name)} is neither a file, a folder nor a link.`, 'Remove it from the package tree.'));
  }
}

/** A stream would hold a file open from its creation on. */
function openedWhenRead(path: string): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => createReadStream(path)[Symbol.asyncIterator]() };
}
