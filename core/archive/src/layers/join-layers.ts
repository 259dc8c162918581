// Layers that were listed, put together as one root filesystem.
import { RootListing } from '../rootfs/root-listing.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { RootTreeOptions } from '../rootfs/root-tree.ts';
import type { LayerContent, LayerListing } from './layer-listing.ts';
import { readWhiteout } from './read-whiteout.ts';

/** Puts layers together, lowest first, by the rules of `flattenLayers` and with its errors. */
export function joinLayers(layers: Iterable<Pick<LayerListing, 'entries'>>, options: RootTreeOptions = {}): RootListing<LayerContent> {
  const tree = new RootTree<LayerContent>(options);
  for (const { entries } of layers) {
    tree.nextLayer();
    for (const { header, content } of entries) {
      const whiteout = readWhiteout(header.path);
      if (whiteout === undefined) tree.place(header, content);
      else if (whiteout.kind === 'remove') tree.hide(whiteout.path);
      else if (whiteout.kind === 'opaque') tree.hideChildren(whiteout.path);
    }
  }
  return new RootListing(tree.list());
}
