import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** The SHA-256 of one content of a known size. Most files come in one piece, for which a running hash costs more than the hashing. */
export class ContentHash {
  readonly #size: number;
  #running: Hash | undefined;
  #digest: string | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  add(chunk: Uint8Array): void {
    if (this.#running === undefined && chunk.length === this.#size) this.#digest = hash('sha256', chunk);
    else (this.#running ??= createHash('sha256')).update(chunk);
  }

  /** Of what was added, as 64 hexadecimal digits; call it once, at the end. */
  digest(): string {
    return this.#digest ?? this.#running?.digest('hex') ?? DIGEST_OF_NOTHING;
  }
}

/** SHA-256 of an empty content. */
export const DIGEST_OF_NOTHING = hash('sha256', '');
