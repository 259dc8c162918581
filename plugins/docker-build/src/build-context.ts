import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { createEntry, packFolder, writeTar, type TarEntry } from '@cos/archive';

// The build context of a package: its folder and the two Dockerfiles. Times and owners are fixed and modes are reduced to the executable bit, so that
// equal folders make equal contexts and the engine's own cache is of use.

export interface BuildContextParts {
  /** Folder of the package. */
  readonly folder: string;
  /** Files to add at the top: name and text. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The one of the files that the engine builds from: it reaches the engine in any case. */
  readonly dockerfile: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** The context as a tar stream. What a `.dockerignore` of the folder names is left out; whether itself and the Dockerfile in use stay is for the engine to judge. */
export async function* packBuildContext(parts: BuildContextParts): AsyncGenerator<Uint8Array, void, undefined> {
  yield* writeTar(entriesOf(parts));
}

async function* entriesOf({ folder, files, dockerfile, time }: BuildContextParts): AsyncGenerator<TarEntry, void, undefined> {
  const ignored = await readIgnore(folder);
  const names = new Set(files.map(({ name }) => name));
  for await (const entry of packFolder(folder)) {
    if (names.has(entry.path) || (entry.path !== '.dockerignore' && ignored(entry.path))) continue;
    yield { ...entry, ...sourceMode(entry), uid: 0, gid: 0, mtime: time, mtimeNanoseconds: 0 };
  }
  for (const { name, text } of files) {
    if (name === dockerfile || !ignored(name)) yield createEntry({ path: name, mtime: time }, text);
  }
}

function sourceMode({ type, mode }: TarEntry): { readonly mode: number } {
  if (type === 'symlink') return { mode: 0o777 };
  return { mode: type === 'directory' || (mode & 0o100) !== 0 ? 0o755 : 0o644 };
}

async function readIgnore(folder: string): Promise<(path: string) => boolean> {
  let text: string;
  try {
    text = await readFile(join(folder, '.dockerignore'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return () => false;
    throw error;
  }
  const rules = dockerignore.default().add(text);
  return (path) => rules.ignores(path);
}
