/** What Go code reports by an error or a panic; the evaluator turns it into a located template error. Never reaches a caller. */
export class GoPanic extends Error {
  override readonly name = 'GoPanic';
  /** What the template's author can do, where that is clear. */
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
