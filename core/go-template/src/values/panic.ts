/** What Go code reports by an error or a panic; the evaluator turns it into a located template error. Never reaches a caller. */
export class GoPanic extends Error {
  override readonly name = 'GoPanic';
}
