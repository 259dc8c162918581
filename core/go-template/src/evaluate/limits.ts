// What a template may use up. Templates are input from outside: without bounds a line of text can take all memory or never end.

export interface Limits {
  /** Actions and commands evaluated. Default 5,000,000. */
  readonly steps: number;
  /** Template calls (`template`, `include`, `tpl`) inside each other. Default 250: the stack of JavaScript holds no more than about 400. */
  readonly depth: number;
  /** Length of the result, in UTF-16 units. Default 16,777,216. */
  readonly output: number;
  /** Sum of what functions make and walk through, whether it is kept or not: 1 for a character made, 8 for an item of a list, 16 for
   * each value that a function looks at inside of another. Default 268,435,456. */
  readonly memory: number;
  /** Levels of blocks and parentheses in a text. Default 500. */
  readonly nesting: number;
}

export const defaultLimits: Limits = {
  steps: 5_000_000,
  depth: 250,
  output: 16 * 1024 * 1024,
  memory: 256 * 1024 * 1024,
  nesting: 500,
};

/** What an item of a list counts, a step through a value, and a comparison of two values: by memory and by time, as characters count. */
export const itemSize = 8;
export const visitSize = 16;
export const containerSize = 64;

/** Which limit was reached; the evaluator locates it and makes a template error of it. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly limit: keyof Limits;
  constructor(limit: keyof Limits, message: string) {
    super(message);
    this.limit = limit;
  }
}

/** Counts what one rendering has used, over all templates and `tpl` calls in it. */
export class Meter {
  readonly limits: Limits;
  #steps = 0;
  #memory = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** `undefined` while there is something left; so for the other checks. */
  step(): LimitReached | undefined {
    this.#steps++;
    return this.#steps > this.limits.steps ? new LimitReached('steps', `more than ${this.limits.steps} steps`) : undefined;
  }

  depth(depth: number): LimitReached | undefined {
    return depth > this.limits.depth ? new LimitReached('depth', `templates call each other more than ${this.limits.depth} levels deep`) : undefined;
  }

  output(length: number): LimitReached | undefined {
    return length > this.limits.output ? new LimitReached('output', `the result is longer than ${this.limits.output} characters`) : undefined;
  }

  /** To be called by functions before they make something of this size. Throws. */
  reserve(size: number): void {
    this.#memory += size;
    if (!(this.#memory <= this.limits.memory)) throw new LimitReached('memory', `functions made more than ${this.limits.memory} characters`);
  }
}
