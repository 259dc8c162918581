import { createEntry, normalPath, readTar, writeTar, type TarEntry } from '@cos/archive';

/** Folders that a booted system mounts over or writes into, with the modes that they get when the archive does not have them. */
const mountPoints: readonly (readonly [path: string, mode: number])[] = [
  ['boot', 0o755],
  ['dev', 0o755],
  ['oem', 0o755],
  ['proc', 0o555],
  ['run', 0o755],
  ['sys', 0o555],
  ['tmp', 0o1777],
  ['usr/local', 0o755],
];

export interface LiveRootOptions {
  /** Seconds since 1970. */
  readonly epoch: number;
  /** `keep`: those of the archive; `set`: all are `epoch`. */
  readonly times: 'keep' | 'set';
}

/**
 * The archive of a root filesystem with every folder that a live system needs. What is there stays as it is, also where a link is there
 * instead of a folder. The added entries stand at the end.
 */
export async function* liveRoot(archive: AsyncIterable<Uint8Array>, options: LiveRootOptions): AsyncGenerator<Uint8Array> {
  yield* writeTar(withMountPoints(archive, options));
}

async function* withMountPoints(archive: AsyncIterable<Uint8Array>, { epoch, times }: LiveRootOptions): AsyncGenerator<TarEntry> {
  const present = new Set<string>();
  for await (const entry of readTar(archive)) {
    const path = normalPath(entry.path);
    present.add(path);
    // Folders without an entry of their own are there too.
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) present.add(path.slice(0, slash));
    // mksquashfs gives the root folder the same owner and mode whatever an entry for it says.
    if (path !== '') yield times === 'keep' ? entry : { ...entry, mtime: epoch, mtimeNanoseconds: 0 };
  }
  for (const [path, mode] of mountPoints) {
    if (!present.has(path)) yield createEntry({ path, type: 'directory', mode, mtime: epoch });
  }
}
