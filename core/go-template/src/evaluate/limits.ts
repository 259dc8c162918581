// What a template may use up. Templates are input from outside: without bounds a line of text can take all memory or never end.

export interface Limits {
  /** Actions and commands evaluated. Default 5,000,000. */
  readonly steps: number;
  /** Template calls (`template`, `include`, `tpl`) inside each other. Default 1,000, which is where `include` stops in Go as well. */
  readonly depth: number;
  /** Length of the result, in UTF-16 units. Default 67,108,864. */
  readonly output: number;
  /** Sum of the lengths of all strings and lists that functions make. Default 268,435,456. */
  readonly memory: number;
  /** Levels of blocks and parentheses in a text. Default 500. */
  readonly nesting: number;
}

export const defaultLimits: Limits = {
  steps: 5_000_000,
  depth: 1_000,
  output: 64 * 1024 * 1024,
  memory: 256 * 1024 * 1024,
  nesting: 500,
};

/** Which limit was reached; located and turned into a template error by the evaluator. */
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

  step(): void {
    this.#steps++;
    if (this.#steps > this.limits.steps) throw new LimitReached('steps', `more than ${this.limits.steps} steps`);
  }

  /** To be called before something of this length is made. */
  reserve(length: number): void {
    this.#memory += length;
    if (!(this.#memory <= this.limits.memory)) throw new LimitReached('memory', `functions made more than ${this.limits.memory} characters and list items`);
  }

  checkDepth(depth: number): void {
    if (depth > this.limits.depth) throw new LimitReached('depth', `templates call each other more than ${this.limits.depth} levels deep`);
  }

  checkOutput(length: number): void {
    if (length > this.limits.output) throw new LimitReached('output', `the result is longer than ${this.limits.output} characters`);
  }
}
