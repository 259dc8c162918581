import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Artifact, FileTree } from '@cos/core';
import type { TreeReader } from '@cos/luet';

// The files of one package, as the tree reader of @cos/luet wants them.

/** A source of a single file is that file. */
export async function textOf(artifact: Artifact<FileTree>): Promise<string> {
  const path = await artifact.path();
  if (!(await stat(path)).isFile()) throw new Error(`expected the file ${basename(path)}, found a folder`);
  return readFile(path, 'utf8');
}

/** The folder `package` with these files and nothing else. */
export function memoryReader(files: ReadonlyMap<string, string>): TreeReader {
  return {
    readFile: async (path) => files.get(basename(path)) ?? Promise.reject(new Error(`no file ${path}`)),
    list: async (path) => (path === 'package' ? [...files.keys()].map((name) => ({ name, kind: 'file' as const })) : []),
  };
}
