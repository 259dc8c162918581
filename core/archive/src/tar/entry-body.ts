// The content of the entry that a reader stands on. It can be iterated once; the reader passes over whatever is left.
import { ArchiveError, quoteName } from '../archive-error.ts';
import type { ByteSource } from './byte-source.ts';
import type { TarHeader } from './entry.ts';
import { BLOCK_SIZE } from './parse-block.ts';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Body of an entry inside an archive. */
export class EntryBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #bytes: ByteSource;
  readonly #header: TarHeader;
  #missing: number;
  #started = false;
  #closed = false;

  constructor(bytes: ByteSource, header: TarHeader) {
    this.#bytes = bytes;
    this.#header = header;
    this.#missing = header.size;
  }

  [Symbol.asyncIterator](): this {
    if (this.#started || this.#closed) {
      throw new Error(`Internal error: the content of ${quoteName(this.#header.path)} was asked for twice, or after the next entry`);
    }
    this.#started = true;
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closed || this.#missing === 0) return Promise.resolve(DONE);
    const chunk = this.#bytes.takeSome(this.#missing);
    if (chunk === undefined) return this.#wait();
    this.#missing -= chunk.length;
    return Promise.resolve({ done: false, value: chunk });
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#closed = true;
    return Promise.resolve(DONE);
  }

  /** Passes over what nobody read, and over the padding. Afterwards the body is closed. */
  async finish(): Promise<void> {
    this.#closed = true;
    const { size } = this.#header;
    const padding = Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE - size;
    const left = this.#missing + padding;
    if (left === 0 || this.#bytes.take(left) !== undefined) return;
    if ((await this.#bytes.skip(left)) < left) throw this.#truncated();
  }

  async #wait(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!(await this.#bytes.fill())) throw this.#truncated();
    return this.next();
  }

  #truncated(): ArchiveError {
    const { path, size } = this.#header;
    const message = `The archive ends inside ${quoteName(path)}, an entry of ${size} bytes`;
    return new ArchiveError('truncated', message, { offset: this.#bytes.offset, path });
  }
}
