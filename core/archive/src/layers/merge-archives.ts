// Several archives unpacked one over the other, as one root filesystem. Names like `.wh.x` are ordinary names here.
import { keepContent, withoutBody, withSpool } from '../rootfs/canonicalize.ts';
import type { CanonicalizeOptions } from '../rootfs/canonicalize.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { Extent } from '../rootfs/spool.ts';
import { readTar } from '../tar/read-tar.ts';
import { writeTar } from '../tar/write-tar.ts';
import type { Archives } from './flatten-layers.ts';

/**
 * The canonical archive of `archives` laid over each other; where two have the same path, the later one wins:
 * - a directory over a directory takes the later one's properties and keeps the content of both;
 * - a directory over anything else replaces it (over a symbolic link: see `directoryOverSymlink`);
 * - anything else over a directory replaces it with all its content;
 * - a hard link names what its target is at that moment, also when an earlier archive brought it.
 *
 * Errors as for `canonicalize`.
 */
export async function* mergeArchives(archives: Archives, options: CanonicalizeOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const entries = withSpool(options, async (spool) => {
    const tree = new RootTree<Extent>(options);
    for await (const archive of archives) {
      for await (const entry of readTar(archive, options)) tree.place(withoutBody(entry), await keepContent(entry, spool));
    }
    return tree.list();
  });
  yield* writeTar(entries);
}
