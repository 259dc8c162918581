// Container image layers to one root filesystem.
import { keepContent, withoutBody, withSpool } from '../rootfs/canonicalize.ts';
import type { CanonicalizeOptions } from '../rootfs/canonicalize.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { Extent } from '../rootfs/spool.ts';
import { readTar } from '../tar/read-tar.ts';
import { writeTar } from '../tar/write-tar.ts';
import { readWhiteout } from './read-whiteout.ts';

/** Several archives; they are read one after the other, so a generator can open each when its turn comes. */
export type Archives = Iterable<AsyncIterable<Uint8Array>> | AsyncIterable<AsyncIterable<Uint8Array>>;

/**
 * The canonical archive of the root filesystem that `layers`, lowest first, make together. Layers are uncompressed (see `decompress`).
 * Other rules and errors as for `canonicalize`; a whiteout without a proper name is `unsafe-path`.
 */
export async function* flattenLayers(layers: Archives, options: CanonicalizeOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const entries = withSpool(options, async (spool) => {
    const tree = new RootTree<Extent>(options);
    for await (const layer of layers) {
      tree.nextLayer();
      for await (const entry of readTar(layer, options)) {
        const whiteout = readWhiteout(entry.path);
        if (whiteout === undefined) tree.place(withoutBody(entry), await keepContent(entry, spool));
        else if (whiteout.kind === 'remove') tree.hide(whiteout.path);
        else if (whiteout.kind === 'opaque') tree.hideChildren(whiteout.path);
      }
    }
    return tree.list();
  });
  yield* writeTar(entries);
}
