import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** The SHA-256 of one content of a known size. Most files come in one piece, for which a running hash costs more than the hashing. */
export class ContentHash {
  readonly #size: number;
  #running: Hash | undefined;
  #digest: Buffer | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  add(chunk: Uint8Array): void {
    if (this.#running === undefined && chunk.length === this.#size) this.#digest = hash('sha256', chunk, 'buffer');
    else (this.#running ??= createHash('sha256')).update(chunk);
  }

  /** Of what was added; call it once, at the end. */
  digest(): Buffer {
    return this.#digest ?? this.#running?.digest() ?? DIGEST_OF_NOTHING;
  }
}

/** SHA-256 of an empty content. */
export const DIGEST_OF_NOTHING = hash('sha256', Buffer.alloc(0), 'buffer');
