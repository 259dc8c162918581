// Container image layers to one root filesystem. Whiteouts are as in the OCI image specification ("layer.md"): `.wh.NAME` removes
// NAME, `.wh..wh..opq` removes what older layers have in its directory. Both touch older layers only, wherever in the layer they stand.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { keepContent, withoutBody, withSpool } from '../rootfs/canonicalize.ts';
import type { CanonicalizeOptions } from '../rootfs/canonicalize.ts';
import { normalPath } from '../rootfs/normal-path.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { Extent } from '../rootfs/spool.ts';
import { readTar } from '../tar/read-tar.ts';
import { writeTar } from '../tar/write-tar.ts';

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

/** What an entry of a layer says about older layers; `ignore` are leftovers of the AUFS driver. */
export type Whiteout = { readonly kind: 'remove' | 'opaque'; readonly path: string } | { readonly kind: 'ignore' };

/** Reads the name of a layer's entry; undefined for an ordinary entry. */
export function readWhiteout(name: string): Whiteout | undefined {
  if (!name.includes('.wh.')) return undefined;
  const path = normalPath(name);
  const slash = path.lastIndexOf('/');
  const directory = slash < 0 ? '' : path.slice(0, slash);
  const base = path.slice(slash + 1);
  if (base === '.wh..wh..opq') return { kind: 'opaque', path: directory };
  if (`/${path}`.includes('/.wh..wh.')) return { kind: 'ignore' };
  if (!base.startsWith('.wh.')) return undefined;
  const removed = base.slice(4);
  if (removed === '' || removed === '.' || removed === '..') {
    throw new ArchiveError('unsafe-path', `The whiteout ${quoteName(name)} names no file`, { path: name });
  }
  return { kind: 'remove', path: directory === '' ? removed : `${directory}/${removed}` };
}
