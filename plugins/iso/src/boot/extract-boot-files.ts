import { open, type FileHandle } from 'node:fs/promises';
import { readTar, type TarEntry } from '@cos/archive';
import { findBootFiles, type BootFiles } from './find-boot-files.ts';
import { RootPaths } from './root-paths.ts';

/** Gives the bytes of an uncompressed archive from its start, as often as asked. */
export type OpenArchive = () => AsyncIterable<Uint8Array>;

/** Where to put the two files; existing ones are replaced. */
export interface BootTargets {
  readonly kernel: string;
  readonly initrd: string;
}

/**
 * Takes kernel and initrd out of the archive of a root filesystem. It is read twice: links can only be followed when all names are known,
 * and the second time it is read just to the later one of the two.
 */
export async function extractBootFiles(openArchive: OpenArchive, targets: BootTargets): Promise<BootFiles> {
  const paths = new RootPaths();
  for await (const entry of readTar(openArchive())) paths.add(entry);
  const found = findBootFiles(paths);
  const wanted = new Map([[found.kernel.position, [targets.kernel]]]);
  wanted.set(found.initrd.position, [...(wanted.get(found.initrd.position) ?? []), targets.initrd]);
  const last = Math.max(...wanted.keys());
  let position = 0;
  for await (const entry of readTar(openArchive())) {
    const files = wanted.get(position);
    if (files !== undefined) await writeContent(entry, files);
    if (position === last) break;
    position += 1;
  }
  return found;
}

async function writeContent(entry: TarEntry, files: readonly string[]): Promise<void> {
  const handles: FileHandle[] = [];
  try {
    for (const file of files) handles.push(await open(file, 'w'));
    for await (const chunk of entry.body) {
      // `writeFile` on a handle writes all of the chunk at the handle's position.
      for (const handle of handles) await handle.writeFile(chunk);
    }
  } finally {
    for (const handle of handles) await handle.close();
  }
}
