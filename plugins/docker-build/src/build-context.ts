import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { createEntry, packTree, readTar, writeTar, type TarEntry } from '@cos/archive';

// The build context of a package: its folder and the two Dockerfiles. Times and owners are fixed, modes are reduced to the executable bit and hard links
// are files, so that equal folders make equal contexts, and the engine's own cache is of use.

export interface BuildContextParts {
  /** Folder of the package. */
  readonly folder: string;
  /** Files to add at the top, in place of what the folder has under these names. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The one of the files that the engine builds from: it reaches the engine in any case. */
  readonly dockerfile: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/**
 * The context as a tar stream. What a `.dockerignore` of the folder names is left out; whether that file and the Dockerfile in use reach the image is for
 * the engine to judge, which wants both.
 */
export async function* packBuildContext(parts: BuildContextParts): AsyncGenerator<Uint8Array, void, undefined> {
  yield* writeTar(entriesOf(parts));
}

async function* entriesOf({ folder, files, dockerfile, time }: BuildContextParts): AsyncGenerator<TarEntry, void, undefined> {
  const ignore = await readIgnoreFile(folder);
  const names = new Set(files.map(({ name }) => name));
  const isLeftOut = (path: string): boolean => names.has(path) || (path !== IGNORE_FILE && ignore.ignores(path));
  const packed = packTree(folder, {
    epoch: time,
    times: 'set',
    modes: 'normal',
    // Below an ignored folder there may be exceptions.
    keeps: (path, type) => (type === 'directory' && ignore.hasExceptions) || !isLeftOut(path),
  });
  for await (const entry of readTar(packed)) {
    if (isLeftOut(entry.path)) continue;
    yield entry.type === 'link' ? await fileOf(entry, join(folder, entry.linkName)) : entry;
  }
  for (const { name, text } of files) {
    if (name === dockerfile || !ignore.ignores(name)) yield createEntry({ path: name, mtime: time }, text);
  }
}

/** Whether two names are one file is no part of a folder's content. */
async function fileOf(entry: TarEntry, path: string): Promise<TarEntry> {
  return { ...entry, type: 'file', linkName: '', size: (await stat(path)).size, body: createReadStream(path) };
}

const IGNORE_FILE = '.dockerignore';

interface Ignore {
  readonly ignores: (path: string) => boolean;
  readonly hasExceptions: boolean;
}

async function readIgnoreFile(folder: string): Promise<Ignore> {
  let text: string;
  try {
    text = await readFile(join(folder, IGNORE_FILE), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ignores: () => false, hasExceptions: false };
    throw error;
  }
  const rules = dockerignore.default().add(text);
  return { ignores: (path) => rules.ignores(path), hasExceptions: text.split('\n').some((line) => line.trimStart().startsWith('!')) };
}
