// The parser's view of the tokens: look-ahead and steps back. Space is a token, because `$x :=` and `$x foo` differ only after it.
import type { Token } from '../lex/token.ts';

export class TokenReader {
  readonly #tokens: readonly Token[];
  #index = 0;
  #furthest = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  next(): Token {
    const token = this.#at(this.#index);
    this.#index++;
    return token;
  }

  peek(): Token {
    return this.#at(this.#index);
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next();
      if (token.type !== 'space') return token;
    }
  }

  /** Skips space for good. */
  peekNonSpace(): Token {
    while (this.peek().type === 'space') this.#index++;
    return this.peek();
  }

  /** Where `reset` can go back to. */
  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }

  back(): void {
    this.#index--;
  }

  /** The last token that was looked at: Go reports parse errors on its line. */
  furthest(): Token {
    return this.#at(this.#furthest);
  }

  /** Past the end, the last token (end or error) is repeated. */
  #at(index: number): Token {
    const existing = Math.min(index, this.#tokens.length - 1);
    this.#furthest = Math.max(this.#furthest, existing);
    const token = this.#tokens[existing];
    if (token === undefined) throw new Error('Internal error: a lexer always gives at least one token');
    return token;
  }
}
