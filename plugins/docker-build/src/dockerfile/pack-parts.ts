import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createEntry, packTree, readTar, writeTar, type TarEntry } from '@cos/archive';
import type { ContextPart } from './select-context.ts';

export interface PackPartsRequest {
  readonly parts: readonly ContextPart[];
  /** Where the parts of type `source` are on disk, in their order. */
  readonly sources: readonly string[];
  readonly dockerfile: { readonly name: string; readonly text: string };
  /** Seconds since 1970. */
  readonly time: number;
}

/**
 * The build context as a tar stream: the parts, and the Dockerfile to build from. The Dockerfile is no part of what COPY sees, because a .dockerignore
 * that is made for it leaves it out; so no .dockerignore ever reaches an image. Times and owners are fixed, modes are reduced to the executable bit.
 */
export async function* packParts(request: PackPartsRequest): AsyncGenerator<Uint8Array, void, undefined> {
  yield* writeTar(entriesOf(request));
}

const IGNORE_FILE = '.dockerignore';

async function* entriesOf({ parts, sources, dockerfile, time }: PackPartsRequest): AsyncGenerator<TarEntry, void, undefined> {
  const folders = new Set<string>();
  yield createEntry({ path: IGNORE_FILE, mtime: time }, `${IGNORE_FILE}\n${dockerfile.name}\n`);
  yield createEntry({ path: dockerfile.name, mtime: time }, dockerfile.text);
  let next = 0;
  for (const part of parts) {
    for await (const entry of entriesOfPart(part, part.type === 'source' ? sources[next] : undefined, time)) {
      for (const folder of foldersAbove(entry.path)) {
        if (!folders.has(folder)) yield createEntry({ path: folder, type: 'directory', mode: 0o755, mtime: time });
        folders.add(folder);
      }
      if (entry.type === 'directory') folders.add(entry.path);
      if (entry.path !== IGNORE_FILE) yield entry;
    }
    if (part.type === 'source') next += 1;
  }
}

async function* entriesOfPart(part: ContextPart, source: string | undefined, time: number): AsyncGenerator<TarEntry, void, undefined> {
  const path = part.path.slice(1);
  if (part.type === 'link') yield createEntry({ path, type: 'symlink', linkName: part.target, mtime: time });
  else if (part.type === 'folder') yield createEntry({ path, type: 'directory', mode: 0o755, mtime: time });
  else if (source === undefined) throw new Error(`Internal error: no source of the context was given for ${path}`);
  else yield* entriesOfSource(path, source, time);
}

async function* entriesOfSource(path: string, source: string, time: number): AsyncGenerator<TarEntry, void, undefined> {
  const isFolder = (await stat(source)).isDirectory();
  const folder = isFolder ? source : dirname(source);
  const name = basename(source);
  if (isFolder && path !== '') yield createEntry({ path, type: 'directory', mode: 0o755, mtime: time });
  const packed = packTree(folder, { epoch: time, times: 'set', modes: 'normal', keeps: (found) => isFolder || found === name });
  for await (const entry of readTar(packed)) {
    const target = !isFolder ? path : path === '' ? entry.path : `${path}/${entry.path}`;
    const moved = { ...entry, path: target };
    yield entry.type === 'link' ? await fileOf(moved, join(folder, entry.linkName)) : moved;
  }
}

/** Whether two names are one file is no part of a folder's content. */
async function fileOf(entry: TarEntry, path: string): Promise<TarEntry> {
  return { ...entry, type: 'file', linkName: '', size: (await stat(path)).size, body: createReadStream(path) };
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
