// Layers that are read once and put together many times: images share most of their layers, and an image is read for its digest and by
// everyone who uses it. Headers stay in memory, contents in one file without a name per layer.
import { createHash } from 'node:crypto';
import { canonicalEntries, sortPlaces } from '../rootfs/canonical-entries.ts';
import type { TimeOptions } from '../rootfs/canonical-entries.ts';
import { withoutBody } from '../rootfs/canonicalize.ts';
import { digestPlaces } from '../rootfs/rootfs-digest.ts';
import { RootTree } from '../rootfs/root-tree.ts';
import type { Place, RootTreeOptions } from '../rootfs/root-tree.ts';
import { Spool } from '../rootfs/spool.ts';
import type { Extent } from '../rootfs/spool.ts';
import type { TarHeader } from '../tar/entry.ts';
import { readTar } from '../tar/read-tar.ts';
import type { ReadTarOptions } from '../tar/read-tar.ts';
import { writeTar } from '../tar/write-tar.ts';
import { readWhiteout } from './flatten-layers.ts';

export interface LayerIndexOptions extends ReadTarOptions {
  /** Existing folder for one temporary file as large as the contents. It has no name while in use and never stays behind. */
  readonly scratch: string;
}

interface LayerContent {
  readonly spool: Spool;
  readonly extent: Extent;
  readonly sha256: Buffer;
}

interface LayerEntry {
  readonly header: TarHeader;
  /** Undefined for what has no content, empty files included. */
  readonly content: LayerContent | undefined;
}

/** One layer. Owns a file descriptor: close it, and not while somebody reads. */
export class LayerIndex {
  /** Bytes of content that it keeps on disk. */
  readonly size: number;
  /** In the order of the layer's archive. */
  readonly entries: readonly LayerEntry[];
  readonly #spool: Spool;

  private constructor(spool: Spool, entries: readonly LayerEntry[]) {
    this.#spool = spool;
    this.entries = entries;
    this.size = entries.reduce((sum, { content }) => sum + (content?.extent.size ?? 0), 0);
  }

  /** Reads an uncompressed layer to its end. Errors as for `readTar`, and those of the file system. */
  static async create(layer: AsyncIterable<Uint8Array>, options: LayerIndexOptions): Promise<LayerIndex> {
    const spool = await Spool.create(options.scratch);
    try {
      const entries: LayerEntry[] = [];
      for await (const entry of readTar(layer, options)) {
        entries.push({ header: withoutBody(entry), content: entry.size === 0 ? undefined : await keep(entry.body, spool) });
      }
      await spool.finish();
      return new LayerIndex(spool, entries);
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#spool.close();
  }
}

/** What layers make together. */
export interface JoinedLayers {
  /** The digest that `rootfsDigest` has for it. Reads nothing from disk. */
  digest(): string;
  /** The canonical archive. Can be read several times, also at once. */
  read(options?: TimeOptions): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Puts layers together, lowest first, by the rules of `flattenLayers` and with its errors. */
export function joinLayers(layers: Iterable<Pick<LayerIndex, 'entries'>>, options: RootTreeOptions = {}): JoinedLayers {
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
  const places: readonly Place<LayerContent>[] = sortPlaces(tree.list());
  return {
    digest: () => digestPlaces(places, (content) => content.sha256),
    read: (times = {}) => writeTar(canonicalEntries(places, ({ spool, extent }) => spool.read(extent), times)),
  };
}

async function keep(body: AsyncIterable<Uint8Array>, spool: Spool): Promise<LayerContent> {
  const hash = createHash('sha256');
  async function* seen(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const extent = await spool.append(seen());
  return { spool, extent, sha256: hash.digest() };
}
