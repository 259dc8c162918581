// Words of an instruction as builders read them: quotes, escapes, variables.

export interface ExpandRequest {
  /** Undefined: declared, and without a value. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  readonly escape: string;
}

export type Expanded = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: string };

/**
 * The word with its variables in place and its quotes taken away: `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`, `${NAME:?word}`, and the same
 * without the colon, where an empty value counts as one. A variable that is not declared and has no default is a problem; one without value is empty.
 */
export function expandWord(word: string, request: ExpandRequest): Expanded {
  try {
    return { ok: true, value: new Expander(word, request).expand() };
  } catch (error) {
    if (error instanceof WordProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Splits at blanks outside of quotes; quotes and escapes stay as they are. */
export function splitWords(text: string, escape: string): readonly { readonly text: string; readonly at: number }[] {
  const words: { readonly text: string; readonly at: number }[] = [];
  let start: number | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '' && isSpace(character)) {
      if (start !== undefined) words.push({ text: text.slice(start, at), at: start });
      start = undefined;
      continue;
    }
    start ??= at;
    if (character === escape && quote !== "'") at += 1;
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
  }
  if (start !== undefined) words.push({ text: text.slice(start), at: start });
  return words;
}

export function isSpace(character: string): boolean {
  return /^[\t\v\f\r ]$/.test(character);
}

class WordProblem extends Error {}

class Expander {
  readonly #text: string;
  readonly #request: ExpandRequest;
  #at = 0;

  constructor(text: string, request: ExpandRequest) {
    this.#text = text;
    this.#request = request;
  }

  expand(): string {
    let value = '';
    while (this.#at < this.#text.length) value += this.#next();
    return value;
  }

  #next(): string {
    const character = this.#take();
    if (character === "'") return this.#until("'");
    if (character === '"') return this.#quoted();
    if (character === '$') return this.#variable();
    if (character === this.#request.escape) return this.#take();
    return character;
  }

  #quoted(): string {
    let value = '';
    for (;;) {
      if (this.#at >= this.#text.length) throw new WordProblem('a double quote is not closed');
      const character = this.#take();
      if (character === '"') return value;
      if (character === '$') value += this.#variable();
      else if (character === this.#request.escape && /^["$\\`]$/.test(this.#text[this.#at] ?? '')) value += this.#take();
      else value += character;
    }
  }

  #until(end: string): string {
    const close = this.#text.indexOf(end, this.#at);
    if (close < 0) throw new WordProblem('a quote is not closed');
    const value = this.#text.slice(this.#at, close);
    this.#at = close + 1;
    return value;
  }

  #variable(): string {
    if (this.#text[this.#at] !== '{') {
      const [name = ''] = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.#text.slice(this.#at)) ?? [];
      if (name === '') return '$';
      this.#at += name.length;
      return this.#valueOf(name);
    }
    this.#at += 1;
    const [head = '', name = '', operator = ''] = /^([A-Za-z_][A-Za-z0-9_]*)(:?[-+?])?/.exec(this.#text.slice(this.#at)) ?? [];
    if (name === '') throw new WordProblem('"${" is not followed by the name of a variable');
    this.#at += head.length;
    if (operator === '') {
      if (this.#take() !== '}') throw new WordProblem(`"\${${name}" is not followed by "}", "-", "+" or "?"`);
      return this.#valueOf(name);
    }
    const word = this.#operand(name);
    const value = this.#request.variables.get(name);
    const isThere = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isThere ? word : '';
    if (isThere) return value;
    if (operator.endsWith('-')) return word;
    throw new WordProblem(`the variable ${name} is not set: ${word}`);
  }

  /** The word behind an operator, up to its closing brace. */
  #operand(name: string): string {
    let value = '';
    while (this.#text[this.#at] !== '}') {
      if (this.#at >= this.#text.length) throw new WordProblem(`"\${${name}" is not closed`);
      value += this.#next();
    }
    this.#at += 1;
    return value;
  }

  #valueOf(name: string): string {
    if (!this.#request.variables.has(name)) throw new WordProblem(`no ARG before the first FROM declares the variable ${name}`);
    return this.#request.variables.get(name) ?? '';
  }

  #take(): string {
    const character = this.#text[this.#at] ?? '';
    this.#at += 1;
    return character;
  }
}
