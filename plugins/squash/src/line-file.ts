import { closeSync, openSync, writeSync } from 'node:fs';

const CHUNK = 64 * 1024;

/** A new file of lines. Close it in any case. */
export class LineFile {
  readonly #fd: number;
  #text = '';

  constructor(path: string) {
    this.#fd = openSync(path, 'wx');
  }

  /** `line` has its line end. */
  add(line: string): void {
    this.#text += line;
    if (this.#text.length >= CHUNK) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}
