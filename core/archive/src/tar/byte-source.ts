// Reads a stream of chunks by numbers of bytes. Whatever is in memory already is given without waiting and without copying, which
// is what makes archives of many small entries fast.

const EMPTY = Buffer.alloc(0);

/** A cursor over a stream of bytes. Not for concurrent use. */
export class ByteSource {
  /** Absolute position of the next byte. */
  offset = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Buffer = EMPTY;
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes if they are in memory in one piece, else undefined and nothing is consumed. */
  take(count: number): Buffer | undefined {
    const end = this.#position + count;
    if (end > this.#chunk.length) return undefined;
    const bytes = this.#chunk.subarray(this.#position, end);
    this.#position = end;
    this.offset += count;
    return bytes;
  }

  /** The same without consuming them. */
  peek(count: number): Buffer | undefined {
    const end = this.#position + count;
    return end > this.#chunk.length ? undefined : this.#chunk.subarray(this.#position, end);
  }

  /** Between 1 and `most` bytes that are in memory, or undefined when there are none. */
  takeSome(most: number): Buffer | undefined {
    const available = this.#chunk.length - this.#position;
    return available === 0 || most === 0 ? undefined : this.take(Math.min(available, most));
  }

  /** Waits for the next chunk once `takeSome` has nothing left; false at the end of the stream. */
  async fill(): Promise<boolean> {
    while (!this.#ended) {
      const next = await this.#iterator.next();
      if (next.done === true) {
        this.#ended = true;
      } else if (next.value.length > 0) {
        const { buffer, byteOffset, byteLength } = next.value;
        this.#chunk = Buffer.from(buffer, byteOffset, byteLength);
        this.#position = 0;
        return true;
      }
    }
    this.#chunk = EMPTY;
    this.#position = 0;
    return false;
  }

  /** The next `count` bytes, fewer only at the end of the stream. The caller bounds `count`. */
  async read(count: number): Promise<Buffer> {
    const whole = this.take(count);
    if (whole !== undefined) return whole;
    // Copied at once: a source may use the memory of a chunk again for the next one.
    const bytes = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      const part = this.takeSome(count - filled);
      if (part !== undefined) {
        bytes.set(part, filled);
        filled += part.length;
      } else if (!(await this.fill())) {
        break;
      }
    }
    return bytes.subarray(0, filled);
  }

  /** Passes over `count` bytes; gives how many there were. */
  async skip(count: number): Promise<number> {
    let missing = count;
    while (missing > 0) {
      const part = this.takeSome(missing);
      if (part !== undefined) missing -= part.length;
      else if (!(await this.fill())) break;
    }
    return count - missing;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }
}
