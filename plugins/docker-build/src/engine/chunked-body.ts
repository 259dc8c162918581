// Takes the chunked transfer coding of HTTP/1.1 (RFC 9112, section 7.1) off a stream that comes in pieces, in the memory that the pieces lie in.

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

type State = 'size' | 'extension' | 'data' | 'data-end' | 'trailer' | 'done';

/** Feed it the pieces in their order. */
export class ChunkedBody {
  #state: State = 'size';
  /** Of the chunk: its size as far as it was read, then the bytes that are missing. */
  #size = 0;
  #digits = 0;
  /** Characters in the line of the trailer. */
  #line = 0;

  /** True after the last chunk and its trailer. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Moves the content of a piece to its start and answers how many bytes it has. Throws a RangeError on what is no chunked coding. */
  decode(piece: Buffer): number {
    let kept = 0;
    for (let at = 0; at < piece.length && this.#state !== 'done'; ) {
      if (this.#state === 'data') {
        const end = Math.min(piece.length, at + this.#size);
        piece.copyWithin(kept, at, end);
        kept += end - at;
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = 'data-end';
      } else {
        this.#step(piece[at] ?? 0);
        at += 1;
      }
    }
    return kept;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        if (byte === LF && this.#digits > 0) this.#begin();
        else if (byte === SEMICOLON && this.#digits > 0) this.#state = 'extension';
        else if (byte !== CR) this.#addDigit(byte);
        break;
      case 'extension':
        if (byte === LF) this.#begin();
        break;
      case 'data-end':
        if (byte === LF) this.#state = 'size';
        else if (byte !== CR) throw new RangeError('a chunk is longer than its size');
        break;
      case 'trailer':
        if (byte === LF && this.#line === 0) this.#state = 'done';
        else if (byte === LF) this.#line = 0;
        else if (byte !== CR) this.#line += 1;
        break;
      case 'data':
      case 'done':
        throw new Error('Internal error: content is taken for coding');
    }
  }

  #begin(): void {
    this.#state = this.#size === 0 ? 'trailer' : 'data';
    this.#digits = 0;
  }

  #addDigit(byte: number): void {
    const digit = Number.parseInt(String.fromCharCode(byte), 16);
    this.#digits += 1;
    if (Number.isNaN(digit) || this.#digits > 12) throw new RangeError('the size of a chunk is no number');
    if (this.#digits === 1) this.#size = 0;
    this.#size = this.#size * 16 + digit;
  }
}
