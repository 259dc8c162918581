// Where an offset of a text stands. Lines and columns count from 1, columns in UTF-16 units; a marked range ends with its line.

import type { Location } from './problem.ts';

/** Offset → line and column, by binary search. */
export class LineIndex {
  readonly file: string;
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  locate(start: number, end: number): Location {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    const lineStart = this.#starts[low] ?? 0;
    const lineEnd = (this.#starts[low + 1] ?? this.text.length + 1) - 1;
    return {
      file: this.file,
      line: low + 1,
      column: start - lineStart + 1,
      length: Math.max(1, Math.min(end, lineEnd) - start),
    };
  }
}
