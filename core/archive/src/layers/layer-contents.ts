// The contents of one layer's files, on disk without a name, so that nothing stays behind.
import { Spool } from '../rootfs/spool.ts';
import type { Extent } from '../rootfs/spool.ts';
import type { SpoolReader, SpoolReaderOptions } from '../rootfs/spool-reader.ts';
import type { LayerContent } from './layer-listing.ts';

/** Filled by `readLayer`. Owns a file descriptor: close it, and not while somebody reads. */
export class LayerContents {
  readonly #spool: Spool;
  readonly #limit: number;
  readonly #extents = new Map<number, Extent>();
  #size = 0;
  #isWhole = true;

  private constructor(spool: Spool, limit: number) {
    this.#spool = spool;
    this.#limit = limit;
  }

  /** `folder`: exists and is writable; the file in it becomes as large as the contents. A layer with more than `limit` bytes is not kept; default: no limit. */
  static async create(folder: string, limit: number = Number.POSITIVE_INFINITY): Promise<LayerContents> {
    return new LayerContents(await Spool.create(folder), limit);
  }

  /** Bytes of contents. */
  get size(): number {
    return this.#size;
  }

  /** False for a layer that is larger than the limit: nothing of it can be opened. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Adds the content of the entry of this number. */
  async keep(number: number, size: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    this.#size += size;
    if (this.#size > this.#limit) {
      if (this.#isWhole) await this.#spool.clear();
      this.#isWhole = false;
      for await (const _ of body);
      return;
    }
    this.#extents.set(number, await this.#spool.append(body));
  }

  /** Ends adding. */
  async finish(): Promise<void> {
    await this.#spool.finish();
  }

  /** The content of a file of the layer, which may be of another listing of the same layer. */
  open({ number }: LayerContent, reader?: SpoolReader): AsyncIterable<Uint8Array> {
    const extent = this.#isWhole ? this.#extents.get(number) : undefined;
    if (extent === undefined) throw new Error(`Internal error: the content of entry ${number} is not among those that were kept`);
    return this.#spool.read(extent, reader);
  }

  /** A place to read at, for `open`: who has one of its own may have its memory used again and again. */
  createReader(options: SpoolReaderOptions): SpoolReader {
    return this.#spool.createReader(options);
  }

  async close(): Promise<void> {
    await this.#spool.close();
  }
}
